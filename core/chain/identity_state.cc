#include "core/chain/identity_state.h"

#include <algorithm>

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
  heads_[head_.hash] = head_.seq;
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
  devices_[id] = {body.user, body.keys, head_.seq + 1, p.entry.time_ms, {}, {}, {}, true};
  users_[body.user].role = body.role;
  return {};
}

Result<void> IdentityState::take(const Pending& p, const AdminRemoval& body) {
  SAMLA_TRY(require_root(p.entry));
  if (!is_admin(body.device)) return refused(ErrorCode::not_found);
  devices_[body.device].admin = false;
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
  invites_[body.invite] = {body, InviteStatus::kPending, {}};
  users_[body.user].role = body.role;
  merge_entitlements(users_[body.user].entitlements, body.entitlements);
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
    InviteInfo& info = invites_[*via];
    if (!p.entry.signed_by(info.invite.auth)) return refused(ErrorCode::bad_signature);
    if (info.invite.user != body.user)
      return refused(ErrorCode::not_permitted, "the invite is another user's");
    info.status = InviteStatus::kUsed;
    info.device = id;
  } else {
    const DeviceId author = device_author(p.entry);
    if (p.entry.author.kind != AuthorKind::kDevice || !active(author) || device(author)->user != body.user) {
      return refused(ErrorCode::not_permitted, "only a device of the same user pairs another");
    }
    if (!p.entry.signed_by(device(author)->keys.sign)) return refused(ErrorCode::bad_signature);
  }
  devices_[id] = {body.user, body.keys, head_.seq + 1, p.entry.time_ms, via, {}, {}, false};
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Revocation& body) {
  const DeviceId target = DeviceId::from(body.id.view());
  const DeviceId author = device_author(p.entry);
  const Device* by = p.entry.author.kind == AuthorKind::kDevice && active(author) ? device(author) : nullptr;
  if (by == nullptr) return refused(ErrorCode::not_permitted);
  if (!p.entry.signed_by(by->keys.sign)) return refused(ErrorCode::bad_signature);
  if (body.target == RevocationTarget::kInvite) {
    const auto found = invites_.find(InviteId::from(body.id.view()));
    if (!by->admin) return refused(ErrorCode::not_permitted, "only an administrator's device may do this");
    if (found == invites_.end()) return refused(ErrorCode::invite_unknown);
    if (found->second.status == InviteStatus::kUsed) return refused(ErrorCode::invite_used);
    found->second.status = InviteStatus::kRevoked;
    return {};
  }
  const auto found = devices_.find(target);
  if (found == devices_.end()) return refused(ErrorCode::not_found);
  if (!by->admin && (by->user != found->second.user || found->second.admin))
    return refused(ErrorCode::not_permitted);
  if (found->second.revoked_at) return refused(ErrorCode::device_revoked);
  found->second.revoked_at = head_.seq + 1;
  found->second.cutoffs = body.cutoffs;
  return {};
}

Result<void> IdentityState::take(const Pending& p, const UserChange& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (!users_.contains(body.user)) return refused(ErrorCode::not_found);
  users_[body.user] = {body.role, body.entitlements};
  return {};
}

/// Bodies of space chains, and numbers whose rules this version does not have: an entry that nobody
/// checked must not stand in a chain.
template <class Other>
Result<void> IdentityState::take(const Pending&, const Other&) {
  return refused(ErrorCode::unsupported, "this version knows no rule for such an entry");
}

// ---- look-ups

std::optional<std::uint64_t> IdentityState::seq_of(const sign::Hash& hash) const {
  if (hash.is_zero()) return 0;
  const auto found = heads_.find(hash);
  return found == heads_.end() ? std::nullopt : std::optional(found->second);
}

const IdentityState::Device* IdentityState::device(const DeviceId& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second;
}

const IdentityState::InviteInfo* IdentityState::invite(const InviteId& id) const {
  const auto found = invites_.find(id);
  return found == invites_.end() ? nullptr : &found->second;
}

const IdentityState::User* IdentityState::user(const UserId& id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? nullptr : &found->second;
}

const Entitlement* IdentityState::entitlement(const UserId& id, const SpaceId& space) const {
  const User* who = user(id);
  if (who == nullptr) return nullptr;
  const auto found = std::ranges::find(who->entitlements, space, &Entitlement::space);
  return found == who->entitlements.end() ? nullptr : &*found;
}

bool IdentityState::active_at(const DeviceId& id, std::uint64_t seq) const {
  const Device* found = device(id);
  return found != nullptr && found->certified_at <= seq && (!found->revoked_at || *found->revoked_at > seq);
}

bool IdentityState::is_admin(const DeviceId& id) const {
  const Device* found = device(id);
  return found != nullptr && found->admin && active(id);
}

}  // namespace samla::chain
