#include "core/chain/space_state.h"

#include <algorithm>

namespace samla::chain {

namespace {

using RecipientId = FixedBytes<16, RecipientIdTag>;

Error refused(ErrorCode code, std::string hint = {}) { return fail(code, "space_chain", std::move(hint)); }

template <class Id>
RecipientId as_recipient(const Id& id) {
  return RecipientId::from(id.view());
}

Right right_in(const std::vector<Entitlement>& entitlements, const SpaceId& space) {
  const auto found = std::ranges::find(entitlements, space, &Entitlement::space);
  return found == entitlements.end() ? Right::kNone : found->right;
}

}  // namespace

Result<void> SpaceState::apply(ByteView entry_bytes, const IdentityState& identity) {
  SAMLA_ASSIGN(const Entry entry, Entry::decode(entry_bytes));
  if (entry.organisation != identity.organisation() || entry.space != space_) {
    return refused(ErrorCode::bad_signature, "an entry of another chain");
  }
  if (entry.floating) return refused(ErrorCode::not_permitted, "a space's entries don't float");
  if (entry.anchor != head_) return refused(ErrorCode::chain_conflict);
  const bool first = std::holds_alternative<SpaceGenesis>(entry.body);
  if (first == genesis_.has_value())
    return refused(ErrorCode::not_permitted, "a chain begins with its genesis, once");
  SAMLA_ASSIGN(const DeviceId author, check_author(entry, identity));
  SAMLA_TRY(std::visit([&](const auto& body) { return take(author, identity, body); }, entry.body));
  head_ = next_head(head_, entry_bytes);
  heads_[head_.hash] = head_.seq;
  return {};
}

Result<DeviceId> SpaceState::check_author(const Entry& entry, const IdentityState& identity) const {
  const auto relied_on = identity.seq_of(entry.identity.hash);
  if (!relied_on) return refused(ErrorCode::chain_behind);
  const DeviceId author = DeviceId::from(entry.author.id.view());
  if (entry.author.kind != AuthorKind::kDevice || *relied_on != entry.identity.seq ||
      !identity.active_at(author, *relied_on)) {
    return refused(ErrorCode::not_permitted, "no device that was certified then");
  }
  if (!entry.signed_by(identity.device(author)->keys.sign)) return refused(ErrorCode::bad_signature);
  return author;
}

// ---- one rule a body

Result<void> SpaceState::take(const DeviceId& author, const IdentityState& identity,
                              const SpaceGenesis& body) {
  if (space_id(identity.organisation(), body.purpose, body.scope.view()) != space_) {
    return refused(ErrorCode::bad_signature, "the space's id does not follow from what it is for");
  }
  const UserId founder = identity.device(author)->user;
  if (body.space_class == SpaceClass::kPersonal) {
    if (!equal(body.scope.view(), founder.view()))
      return refused(ErrorCode::not_permitted, "another user's space");
  } else if (!identity.is_admin(author)) {
    const Entitlement* entitlement = identity.entitlement(founder, space_);
    if (entitlement == nullptr || !entitlement->may_found) return refused(ErrorCode::not_permitted);
  }
  genesis_ = body;
  rights_[founder].push_back({head_.seq + 1, Right::kManager});
  return {};
}

// A manager makes anyone a member. Any member device lets in whom the administrator has entitled, where
// the space's policy leaves that to the members.
Result<void> SpaceState::take(const DeviceId& author, const IdentityState& identity, const Member& body) {
  if (genesis_->space_class == SpaceClass::kPersonal) {
    return refused(ErrorCode::not_permitted, "a personal space has one user");
  }
  if (identity.user(body.user) == nullptr) return refused(ErrorCode::not_found);
  const Right mine = right_of(author, identity);
  const Right entitled = right_in(identity.user(body.user)->entitlements, space_);
  const bool lets_in = mine >= Right::kReader && body.right != Right::kNone && body.right <= entitled &&
                       right_of_user(body.user) < body.right;
  // The founder grants itself the first key after its genesis, before it holds any.
  const bool founding = epoch_ == 0 && right_of_user(identity.device(author)->user) == Right::kManager;
  if (mine != Right::kManager && !lets_in && !founding) return refused(ErrorCode::not_permitted);
  rights_[body.user].push_back({head_.seq + 1, body.right});
  return {};
}

Result<void> SpaceState::take(const DeviceId& author, const IdentityState& identity, const Epoch& body) {
  if (body.epoch != epoch_ + 1 || body.previous.empty() != (body.epoch == 1)) {
    return refused(ErrorCode::chain_conflict, "epochs count up by one");
  }
  const bool founding = epoch_ == 0 && right_of_user(identity.device(author)->user) == Right::kManager;
  if (!founding && right_of(author, identity) == Right::kNone) return refused(ErrorCode::not_permitted);
  SAMLA_TRY(check_recipients(body.recipients, identity));
  epoch_ = body.epoch;
  epochs_[epoch_] = body;
  note(body.recipients, epoch_);
  return {};
}

Result<void> SpaceState::take(const DeviceId& author, const IdentityState& identity, const GrantList& body) {
  if (body.epoch != epoch_ || epoch_ == 0) return refused(ErrorCode::chain_conflict, "not the present epoch");
  if (right_of(author, identity) == Right::kNone) return refused(ErrorCode::not_permitted);
  SAMLA_TRY(check_recipients(body.recipients, identity));
  note(body.recipients, epoch_);
  return {};
}

/// Bodies of the identity chain, and numbers whose rules this version does not have.
template <class Other>
Result<void> SpaceState::take(const DeviceId&, const IdentityState&, const Other&) {
  return refused(ErrorCode::unsupported, "this version knows no rule for such an entry");
}

// ---- recipients

// Nobody may be slipped in: a recipient is an active device of a member, or a pending invite of one.
bool SpaceState::fits(const Recipient& recipient, const IdentityState& identity) const {
  if (recipient.kind == RecipientKind::kDevice) {
    const DeviceId id = DeviceId::from(recipient.id.view());
    return identity.active(id) && right_of_user(identity.device(id)->user) != Right::kNone;
  }
  if (recipient.kind == RecipientKind::kInvite && genesis_->space_class == SpaceClass::kShared) {
    const auto* info = identity.invite(InviteId::from(recipient.id.view()));
    return info != nullptr && info->status == IdentityState::InviteStatus::kPending &&
           right_of_user(info->invite.user) != Right::kNone;
  }
  return false;
}

Result<void> SpaceState::check_recipients(const std::vector<Recipient>& list,
                                          const IdentityState& identity) const {
  if (list.empty()) return refused(ErrorCode::malformed, "a grant to nobody");
  for (const Recipient& recipient : list) {
    if (!fits(recipient, identity)) return refused(ErrorCode::not_permitted, "a recipient who is no member");
  }
  return {};
}

void SpaceState::note(const std::vector<Recipient>& list, std::uint32_t epoch) {
  for (const Recipient& recipient : list)
    grants_[recipient.id].push_back({head_.seq + 1, epoch, recipient.grant});
}

// ---- look-ups

std::optional<std::uint64_t> SpaceState::seq_of(const sign::Hash& hash) const {
  if (hash.is_zero()) return 0;
  const auto found = heads_.find(hash);
  return found == heads_.end() ? std::nullopt : std::optional(found->second);
}

const Epoch* SpaceState::epoch_entry(std::uint32_t epoch) const {
  const auto found = epochs_.find(epoch);
  return found == epochs_.end() ? nullptr : &found->second;
}

Right SpaceState::right_of_user(const UserId& user) const {
  const auto found = rights_.find(user);
  return found == rights_.end() ? Right::kNone : found->second.back().right;
}

std::vector<std::pair<UserId, Right>> SpaceState::members() const {
  std::vector<std::pair<UserId, Right>> out;
  for (const auto& [user, changes] : rights_) {
    if (changes.back().right != Right::kNone) out.emplace_back(user, changes.back().right);
  }
  return out;
}

std::optional<SpaceState::Granted> SpaceState::granted(const DeviceId& device, std::uint64_t space_seq,
                                                       const IdentityState& identity) const {
  std::optional<Granted> newest;
  const auto look = [&](const RecipientId& id) {
    const auto found = grants_.find(id);
    if (found == grants_.end()) return;
    for (const Granted& grant : found->second) {
      if (grant.at <= space_seq && (!newest || grant.at > newest->at)) newest = grant;
    }
  };
  look(as_recipient(device));
  const auto* info = identity.device(device);
  if (info != nullptr && info->invite) look(as_recipient(*info->invite));
  return newest;
}

bool SpaceState::holds_grant(const DeviceId& device, const IdentityState& identity) const {
  const auto grant = granted(device, head_.seq, identity);
  return grant && grant->epoch == epoch_;
}

Right SpaceState::right_of(const DeviceId& device, const IdentityState& identity) const {
  return right_at(device, head_.seq, identity, identity.head().seq);
}

Right SpaceState::right_at(const DeviceId& device, std::uint64_t space_seq, const IdentityState& identity,
                           std::uint64_t identity_seq) const {
  const auto* info = identity.device(device);
  if (info == nullptr || !identity.active_at(device, identity_seq)) return Right::kNone;
  const auto found = rights_.find(info->user);
  if (found == rights_.end() || !granted(device, space_seq, identity)) return Right::kNone;
  Right right = Right::kNone;
  for (const Change& change : found->second) {
    if (change.at <= space_seq) right = change.right;
  }
  return right;
}

std::optional<sign::Hash> SpaceState::grant_of(const RecipientId& recipient) const {
  const auto found = grants_.find(recipient);
  if (found == grants_.end() || found->second.back().epoch != epoch_) return std::nullopt;
  return found->second.back().grant;
}

}  // namespace samla::chain
