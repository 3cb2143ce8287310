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

Result<void> SpaceState::apply(ByteView entry_bytes, const IdentityState& identity, Placing placing) {
  SAMLA_ASSIGN(const Entry entry, Entry::decode(entry_bytes));
  if (entry.organisation != identity.organisation() || entry.space != space_) {
    return refused(ErrorCode::bad_signature, "an entry of another chain");
  }
  if (entry.floating) return refused(ErrorCode::not_permitted, "a space's entries don't float");
  if (entry.anchor != head_) return refused(ErrorCode::chain_conflict);
  const bool first = std::holds_alternative<SpaceGenesis>(entry.body);
  if (first == genesis_.has_value())
    return refused(ErrorCode::not_permitted, "a chain begins with its genesis, once");
  SAMLA_ASSIGN(View view, check_author(entry, identity));
  const View as_named = view;
  const auto check_body = [&] {
    return std::visit([&](const auto& body) { return check(view, body); }, entry.body);
  };
  SAMLA_TRY(check_body());
  // A revoked author would name an old head under which it was still good: nobody places that for it.
  if (placing == Placing::kNow && identity.head().seq != view.at) {
    view.at = identity.head().seq;
    view.late = true;
    if (!identity.active(view.author)) return refused(ErrorCode::device_revoked);
    SAMLA_TRY(check_body());
  }
  std::visit([&](const auto& body) { take(as_named, body); }, entry.body);
  head_ = next_head(head_, entry_bytes);
  identity_seq_ = as_named.at;
  heads_.put(head_.hash, {head_.seq, identity_seq_});
  return {};
}

Result<SpaceState::View> SpaceState::check_author(const Entry& entry, const IdentityState& identity) const {
  const auto named = identity.seq_of(entry.identity.hash);
  if (!named) return refused(ErrorCode::chain_behind);
  const DeviceId author = DeviceId::from(entry.author.id.view());
  if (entry.author.kind != AuthorKind::kDevice || *named != entry.identity.seq ||
      !identity.active_at(author, *named)) {
    return refused(ErrorCode::not_permitted, "no device that was certified then");
  }
  // Going back would let an author choose the past in which it, or a recipient, was still good.
  if (*named < identity_seq_) return refused(ErrorCode::not_permitted, "it relies on an earlier head");
  const IdentityState::Device* device = identity.device(author);
  if (!entry.signed_by(device->keys.sign)) return refused(ErrorCode::bad_signature);
  return View{identity, *named, false, author, device->user};
}

// ---- one rule a body

Result<void> SpaceState::check(const View& view, const SpaceGenesis& body) const {
  if (space_id(view.identity.organisation(), body.purpose, body.scope.view()) != space_) {
    return refused(ErrorCode::bad_signature, "the space's id does not follow from what it is for");
  }
  if (body.space_class == SpaceClass::kPersonal) {
    if (!equal(body.scope.view(), view.user.view()))
      return refused(ErrorCode::not_permitted, "another user's space");
  } else if (!view.identity.is_admin_at(view.author, view.at)) {
    const Entitlement* entitlement = view.identity.entitlement_at(view.user, space_, view.at);
    if (entitlement == nullptr || !entitlement->may_found) return refused(ErrorCode::not_permitted);
  }
  return {};
}

void SpaceState::take(const View& view, const SpaceGenesis& body) {
  genesis_ = body;
  change_right(view.user, Right::kManager);
}

// A manager makes anyone a member. Any member device lets in whom the administrator has entitled, where
// the space's policy leaves that to the members.
Result<void> SpaceState::check(const View& view, const Member& body) const {
  if (genesis_->space_class == SpaceClass::kPersonal) {
    return refused(ErrorCode::not_permitted, "a personal space has one user");
  }
  const IdentityState::User* user = view.identity.user_at(body.user, view.at);
  if (user == nullptr) return refused(ErrorCode::not_found);
  const Right mine = right_of(view);
  const bool lets_in = mine >= Right::kReader && body.right != Right::kNone &&
                       body.right <= right_in(user->entitlements, space_) &&
                       right_of_user(body.user) < body.right;
  if (mine != Right::kManager && !lets_in && !founding(view)) return refused(ErrorCode::not_permitted);
  return {};
}

void SpaceState::take(const View&, const Member& body) { change_right(body.user, body.right); }

Result<void> SpaceState::check(const View& view, const Epoch& body) const {
  if (body.epoch != epoch_ + 1 || body.previous.empty() != (body.epoch == 1)) {
    return refused(ErrorCode::chain_conflict, "epochs count up by one");
  }
  if (!founding(view) && right_of(view) == Right::kNone) return refused(ErrorCode::not_permitted);
  return check_recipients(view, body.recipients);
}

void SpaceState::take(const View&, const Epoch& body) {
  epoch_ = body.epoch;
  epochs_.put(epoch_, {head_.seq + 1, body});
  note(body.recipients, epoch_);
}

Result<void> SpaceState::check(const View& view, const GrantList& body) const {
  if (body.epoch != epoch_ || epoch_ == 0) return refused(ErrorCode::chain_conflict, "not the present epoch");
  if (right_of(view) == Right::kNone) return refused(ErrorCode::not_permitted);
  return check_recipients(view, body.recipients);
}

void SpaceState::take(const View&, const GrantList& body) { note(body.recipients, epoch_); }

/// Bodies of the identity chain, and numbers whose rules this version does not have.
template <class Other>
Result<void> SpaceState::check(const View&, const Other&) const {
  return refused(ErrorCode::unsupported, "this version knows no rule for such an entry");
}

void SpaceState::change_right(const UserId& user, Right right) {
  rights_.update(user, [&](std::vector<Change>& changes) { changes.push_back({head_.seq + 1, right}); });
}

// ---- recipients

// Nobody may be slipped in: a recipient is an active device of a member, or a pending invite of one.
bool SpaceState::fits(const View& view, const Recipient& recipient) const {
  if (recipient.kind == RecipientKind::kDevice) {
    const DeviceId id = DeviceId::from(recipient.id.view());
    return view.identity.active_at(id, view.at) &&
           right_of_user(view.identity.device(id)->user) != Right::kNone;
  }
  return recipient.kind == RecipientKind::kInvite && genesis_->space_class == SpaceClass::kShared &&
         fits_invite(view, InviteId::from(recipient.id.view()));
}

// Between the head that the entry names and its placing the invite may have been used: what is sealed to
// it then is the newcomer's, as long as that device is good.
bool SpaceState::fits_invite(const View& view, const InviteId& id) const {
  using Status = IdentityState::InviteStatus;
  const auto status = view.identity.invite_status_at(id, view.at);
  if (!status) return false;
  const IdentityState::InviteInfo& info = *view.identity.invite(id);
  const bool redeemed_since =
      view.late && *status == Status::kUsed && info.device && view.identity.active_at(*info.device, view.at);
  return (*status == Status::kPending || redeemed_since) && right_of_user(info.invite.user) != Right::kNone;
}

Result<void> SpaceState::check_recipients(const View& view, const std::vector<Recipient>& list) const {
  if (list.empty()) return refused(ErrorCode::malformed, "a grant to nobody");
  for (const Recipient& recipient : list) {
    if (!fits(view, recipient)) return refused(ErrorCode::not_permitted, "a recipient who is no member");
  }
  return {};
}

void SpaceState::note(const std::vector<Recipient>& list, std::uint32_t epoch) {
  for (const Recipient& recipient : list) {
    grants_.update(recipient.id, [&](std::vector<Granted>& grants) {
      grants.push_back({head_.seq + 1, epoch, recipient.grant});
    });
  }
}

// ---- look-ups

std::optional<std::uint64_t> SpaceState::seq_of(const sign::Hash& hash) const {
  if (hash.is_zero()) return 0;
  const Place* found = heads_.find(hash);
  return found == nullptr ? std::nullopt : std::optional(found->seq);
}

std::uint64_t SpaceState::relied_on(const sign::Hash& hash) const {
  const Place* found = heads_.find(hash);
  return found == nullptr ? 0 : found->identity_seq;
}

const Epoch* SpaceState::epoch_entry(std::uint32_t epoch) const {
  const PlacedEpoch* found = epochs_.find(epoch);
  return found == nullptr ? nullptr : &found->entry;
}

std::uint32_t SpaceState::epoch_at(std::uint64_t seq) const {
  std::uint32_t epoch = epoch_;
  while (epoch > 0 && epochs_.find(epoch)->at > seq) --epoch;
  return epoch;
}

Right SpaceState::right_of_user(const UserId& user) const {
  const std::vector<Change>* found = rights_.find(user);
  return found == nullptr ? Right::kNone : found->back().right;
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
    const std::vector<Granted>* found = grants_.find(id);
    if (found == nullptr) return;
    for (const Granted& grant : *found) {
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
  const std::vector<Change>* found = rights_.find(info->user);
  if (found == nullptr || !granted(device, space_seq, identity)) return Right::kNone;
  Right right = Right::kNone;
  for (const Change& change : *found) {
    if (change.at <= space_seq) right = change.right;
  }
  return right;
}

std::optional<sign::Hash> SpaceState::grant_of(const RecipientId& recipient) const {
  const std::vector<Granted>* found = grants_.find(recipient);
  if (found == nullptr || found->back().epoch != epoch_) return std::nullopt;
  return found->back().grant;
}

}  // namespace samla::chain
