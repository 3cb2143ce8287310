#include "core/chain/identity_state.h"

#include <algorithm>
#include <map>

namespace samla::chain {

namespace {

Error refused(ErrorCode code, std::string hint = {}) { return fail(code, "identity_chain", std::move(hint)); }

DeviceId device_author(const Entry& entry) { return DeviceId::from(entry.author.id.view()); }

/// A user's entitlements grow by each invite: a later one for the same space replaces the earlier.
void merge_entitlements(std::vector<Entitlement>& into, const std::vector<Entitlement>& more) {
  std::map<SpaceId, Entitlement> by_space;
  for (const Entitlement& entitlement : into) by_space[entitlement.space] = entitlement;
  for (const Entitlement& entitlement : more) by_space[entitlement.space] = entitlement;
  into.clear();
  for (const auto& [space, entitlement] : by_space) into.push_back(entitlement);
}

}  // namespace

Result<void> IdentityState::apply(ByteView entry_bytes, std::optional<std::uint64_t> placed_ms) {
  SAMLA_ASSIGN(const Entry entry, Entry::decode(entry_bytes));
  SAMLA_TRY(check_place(entry));
  const Pending pending{entry, placed_ms};
  SAMLA_TRY(std::visit([&](const auto& body) { return take(pending, body); }, entry.body));
  head_ = next_head(head_, entry_bytes);
  heads_.put(head_.hash, head_.seq);
  return {};
}

// A server might hand an entry of another chain, or a good one at a place that its author did not mean.
Result<void> IdentityState::check_place(const Entry& entry) const {
  if (entry.organisation != organisation_ || !entry.space.is_zero()) {
    return refused(ErrorCode::bad_signature, "an entry of another chain");
  }
  if (entry.floating) {
    const auto seen = seq_of(entry.anchor.hash);
    if (!seen || *seen != entry.anchor.seq) return refused(ErrorCode::chain_forked);
    if (!std::holds_alternative<DeviceCertificate>(entry.body) &&
        !std::holds_alternative<Revocation>(entry.body)) {
      return refused(ErrorCode::not_permitted, "this entry may not float");
    }
  } else if (entry.anchor != head_) {
    return refused(ErrorCode::chain_conflict);
  }
  const bool first = std::holds_alternative<Genesis>(entry.body);
  if (first != (head_.seq == 0))
    return refused(ErrorCode::not_permitted, "a chain begins with its genesis, once");
  return {};
}

Result<void> IdentityState::require_root(const Entry& entry) const {
  if (entry.author.kind != AuthorKind::kRoot || !root_) return refused(ErrorCode::not_permitted);
  if (!entry.signed_by(*root_)) return refused(ErrorCode::bad_signature);
  return {};
}

Result<void> IdentityState::require_admin(const Entry& entry) const {
  const DeviceId author = device_author(entry);
  if (entry.author.kind != AuthorKind::kDevice || !is_admin(author)) {
    return refused(ErrorCode::not_permitted, "only an administrator's device may do this");
  }
  if (!entry.signed_by(device(author)->keys.sign)) return refused(ErrorCode::bad_signature);
  return {};
}

// ---- one rule a body

Result<void> IdentityState::take(const Pending& p, const Genesis& body) {
  if (organisation_id(body) != organisation_) return refused(ErrorCode::bad_signature);
  root_ = body.root;
  if (const auto checked = require_root(p.entry); !checked.ok()) {
    root_.reset();
    return checked.error();
  }
  return {};
}

Result<void> IdentityState::take(const Pending& p, const AdminCertificate& body) {
  SAMLA_TRY(require_root(p.entry));
  const DeviceId id = device_id(body.keys.sign);
  if (devices_.contains(id)) return refused(ErrorCode::already_exists);
  Device device;
  device.user = body.user;
  device.keys = body.keys;
  device.certified_ms = p.entry.time_ms;
  device.admin = true;
  device.admin_span = Span{next_seq(), {}};
  add_device(id, std::move(device));
  change_user(body.user, [&](User& user) { user.role = body.role; });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const AdminRemoval& body) {
  SAMLA_TRY(require_root(p.entry));
  const Device* found = device(body.device);
  if (found == nullptr || !found->admin) return refused(ErrorCode::not_found);
  devices_.update(body.device, [&](Device& device) {
    device.admin = false;
    device.admin_span->until = next_seq();
  });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const ServerKeys& body) {
  SAMLA_TRY(require_admin(p.entry));
  server_keys_ = body;
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Invite& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (invites_.contains(body.invite)) return refused(ErrorCode::already_exists);
  invites_.put(body.invite, {body, InviteStatus::kPending, {}, next_seq(), 0});
  change_user(body.user, [&](User& user) {
    user.role = body.role;
    merge_entitlements(user.entitlements, body.entitlements);
  });
  users_.update(body.user, [&](UserInfo& info) { info.invites.push_back(body.invite); });
  return {};
}

Result<void> IdentityState::check_redeemable(const InviteId& id, std::uint64_t now_ms) const {
  const InviteInfo* info = invite(id);
  if (info == nullptr) return refused(ErrorCode::invite_unknown, "ask for a new one");
  if (info->status == InviteStatus::kUsed)
    return refused(ErrorCode::invite_used, "each works once: ask for a new one");
  if (info->status == InviteStatus::kRevoked) return refused(ErrorCode::invite_revoked, "ask for a new one");
  if (now_ms > info->invite.expires_ms) return refused(ErrorCode::invite_expired, "ask for a new one");
  return {};
}

Result<void> IdentityState::take(const Pending& p, const DeviceCertificate& body) {
  const DeviceId id = device_id(body.keys.sign);
  if (devices_.contains(id)) return refused(ErrorCode::already_exists);
  if (!sign::verify(body.keys.sign, kPossessionDomain, possession_bytes(organisation_, body.user, body.keys),
                    body.possession)) {
    return refused(ErrorCode::bad_signature, "the newcomer does not hold its key");
  }
  std::optional<InviteId> via;
  if (p.entry.author.kind == AuthorKind::kInvite) {
    via = InviteId::from(p.entry.author.id.view());
    // An entry that stands in the chain was in time when it was placed.
    SAMLA_TRY(check_redeemable(*via, p.placed_ms.value_or(0)));
    const Invite& by = invite(*via)->invite;
    if (!p.entry.signed_by(by.auth)) return refused(ErrorCode::bad_signature);
    if (by.user != body.user) return refused(ErrorCode::not_permitted, "the invite is another user's");
    invites_.update(*via, [&](InviteInfo& info) {
      info.status = InviteStatus::kUsed;
      info.device = id;
      info.settled_at = next_seq();
    });
  } else {
    const DeviceId author = device_author(p.entry);
    if (p.entry.author.kind != AuthorKind::kDevice || !active(author) || device(author)->user != body.user) {
      return refused(ErrorCode::not_permitted, "only a device of the same user pairs another");
    }
    if (!p.entry.signed_by(device(author)->keys.sign)) return refused(ErrorCode::bad_signature);
  }
  Device device;
  device.user = body.user;
  device.keys = body.keys;
  device.certified_ms = p.entry.time_ms;
  device.invite = via;
  add_device(id, std::move(device));
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Revocation& body) {
  const DeviceId target = DeviceId::from(body.id.view());
  const DeviceId author = device_author(p.entry);
  const Device* by = p.entry.author.kind == AuthorKind::kDevice && active(author) ? device(author) : nullptr;
  if (by == nullptr) return refused(ErrorCode::not_permitted);
  if (!p.entry.signed_by(by->keys.sign)) return refused(ErrorCode::bad_signature);
  if (body.target == RevocationTarget::kInvite) {
    const InviteId invite_id = InviteId::from(body.id.view());
    if (!by->admin) return refused(ErrorCode::not_permitted, "only an administrator's device may do this");
    const InviteInfo* found = invite(invite_id);
    if (found == nullptr) return refused(ErrorCode::invite_unknown);
    if (found->status == InviteStatus::kUsed) return refused(ErrorCode::invite_used);
    if (found->status == InviteStatus::kRevoked) return refused(ErrorCode::invite_revoked);
    invites_.update(invite_id, [&](InviteInfo& info) {
      info.status = InviteStatus::kRevoked;
      info.settled_at = next_seq();
    });
    return {};
  }
  const Device* found = device(target);
  if (found == nullptr) return refused(ErrorCode::not_found);
  if (!by->admin && (by->user != found->user || found->admin)) return refused(ErrorCode::not_permitted);
  if (found->revoked_at) return refused(ErrorCode::device_revoked);
  devices_.update(target, [&](Device& device) {
    device.revoked_at = next_seq();
    device.cutoffs = body.cutoffs;
    device.revoked.push_back({next_seq(), {}});
  });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const UserChange& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (!users_.contains(body.user)) return refused(ErrorCode::not_found);
  change_user(body.user, [&](User& user) {
    user.role = body.role;
    user.entitlements = body.entitlements;
  });
  return {};
}

/// Bodies of space chains, and numbers whose rules this version does not have: an entry that nobody
/// checked must not stand in a chain.
template <class Other>
Result<void> IdentityState::take(const Pending&, const Other&) {
  return refused(ErrorCode::unsupported, "this version knows no rule for such an entry");
}

// ---- what the rules change

void IdentityState::add_device(const DeviceId& id, Device device) {
  const UserId user = device.user;
  device.certified_at = next_seq();
  devices_.put(id, std::move(device));
  users_.update(user, [&](UserInfo& info) { info.devices.push_back(id); });
}

template <class Change>
void IdentityState::change_user(const UserId& id, Change change) {
  users_.update(id, [&](UserInfo& info) {
    User version = info.versions.empty() ? User{} : *info.versions.back();
    change(version);
    version.since = next_seq();
    info.versions.push_back(std::make_shared<const User>(std::move(version)));
  });
}

// ---- look-ups

std::optional<std::uint64_t> IdentityState::seq_of(const sign::Hash& hash) const {
  if (hash.is_zero()) return 0;
  const std::uint64_t* found = heads_.find(hash);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

const IdentityState::User* IdentityState::user_at(const UserId& id, std::uint64_t seq) const {
  const UserInfo* info = users_.find(id);
  if (info == nullptr) return nullptr;
  const auto after = std::ranges::upper_bound(
      info->versions, seq, {}, [](const std::shared_ptr<const User>& version) { return version->since; });
  return after == info->versions.begin() ? nullptr : std::prev(after)->get();
}

const Entitlement* IdentityState::entitlement_at(const UserId& id, const SpaceId& space,
                                                 std::uint64_t seq) const {
  const User* who = user_at(id, seq);
  if (who == nullptr) return nullptr;
  const auto found = std::ranges::lower_bound(who->entitlements, space, {}, &Entitlement::space);
  return found == who->entitlements.end() || found->space != space ? nullptr : &*found;
}

bool IdentityState::active_at(const DeviceId& id, std::uint64_t seq) const {
  const Device* found = device(id);
  return found != nullptr && found->certified_at <= seq &&
         std::ranges::none_of(found->revoked, [&](const Span& span) { return span.covers(seq); });
}

bool IdentityState::is_admin_at(const DeviceId& id, std::uint64_t seq) const {
  const Device* found = device(id);
  return found != nullptr && found->admin_span && found->admin_span->covers(seq) && active_at(id, seq);
}

std::optional<IdentityState::InviteStatus> IdentityState::invite_status_at(const InviteId& id,
                                                                           std::uint64_t seq) const {
  const InviteInfo* found = invite(id);
  if (found == nullptr || found->certified_at > seq) return std::nullopt;
  return found->settled_at != 0 && found->settled_at <= seq ? found->status : InviteStatus::kPending;
}

std::vector<DeviceId> IdentityState::devices_of(const UserId& user) const {
  const UserInfo* info = users_.find(user);
  return info == nullptr ? std::vector<DeviceId>{} : info->devices;
}

std::vector<InviteId> IdentityState::invites_of(const UserId& user) const {
  const UserInfo* info = users_.find(user);
  return info == nullptr ? std::vector<InviteId>{} : info->invites;
}

std::vector<UserId> IdentityState::users() const {
  std::vector<UserId> out;
  for (const auto& [id, info] : users_) out.push_back(id);
  return out;
}

}  // namespace samla::chain
