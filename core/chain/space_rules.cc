// The rules of a space's chain: for each body what is asked of it, and then what it changes.
#include "core/chain/space_state.h"

#include <algorithm>

namespace samla::chain {

namespace {

Error refused(ErrorCode code, std::string hint = {}) { return fail(code, "space_chain", std::move(hint)); }

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
  heads_.put(head_.hash, head_.seq);
  hashes_.put(head_.seq, {head_.hash, identity_seq_});
  if (std::holds_alternative<SpaceCheckpoint>(entry.body)) {
    since_checkpoint_ = {head_.seq, 0};
  } else {
    since_checkpoint_.bytes += entry_bytes.size();
  }
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
  return View{identity, *named, false, author, device->user, entry.time_ms};
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
  founded_by_admin_ =
      body.space_class == SpaceClass::kShared && view.identity.is_admin_at(view.author, view.at);
  policy_ = {body.co_members, body.own_devices};
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
  SAMLA_TRY(check_recipients(view, body.recipients));
  return check_complete(view, body.recipients);
}

void SpaceState::take(const View&, const Epoch& body) {
  if (epoch_ > 0) epochs_.update(epoch_, [](EpochFacts& facts) { facts.entry.recipients.clear(); });
  epoch_ = body.epoch;
  epochs_.put(epoch_, {head_.seq + 1, body});
  note(body.recipients, epoch_);
  forget_earlier_grants();
}

Result<void> SpaceState::check(const View& view, const GrantList& body) const {
  if (body.epoch != epoch_ || epoch_ == 0) return refused(ErrorCode::chain_conflict, "not the present epoch");
  if (right_of(view) == Right::kNone) return refused(ErrorCode::not_permitted);
  return check_recipients(view, body.recipients);
}

void SpaceState::take(const View&, const GrantList& body) { note(body.recipients, epoch_); }

Result<void> SpaceState::check(const View& view, const SpaceEscrow& body) const {
  if (genesis_->space_class != SpaceClass::kPersonal) {
    return refused(ErrorCode::not_permitted, "a shared space has what the organisation declares");
  }
  if (right_of(view) != Right::kManager) return refused(ErrorCode::not_permitted);
  if (body.on == escrow_on_) return refused(ErrorCode::already_exists);
  return {};
}

void SpaceState::take(const View&, const SpaceEscrow& body) { escrow_on_ = body.on; }

Result<void> SpaceState::check(const View& view, const Policy&) const {
  return right_of(view) == Right::kManager ? Result<void>{} : refused(ErrorCode::not_permitted);
}

void SpaceState::take(const View&, const Policy& body) { policy_ = body; }

Result<void> SpaceState::check(const View& view, const SpaceRepair& body) const {
  if (right_of(view) != Right::kManager && !view.identity.is_admin_at(view.author, view.at)) {
    return refused(ErrorCode::not_permitted);
  }
  if (seq_of(body.common.hash) != body.common.seq || body.abandoned.empty()) {
    return refused(ErrorCode::not_found, "no fork that this chain knows of");
  }
  const auto stands = [&](const Head& head) { return heads_.contains(head.hash); };
  if (std::ranges::any_of(body.abandoned, stands)) {
    return refused(ErrorCode::not_permitted, "that head stands");
  }
  return {};
}

void SpaceState::take(const View&, const SpaceRepair& body) {
  for (const Head& head : body.abandoned) abandoned_.put(head.hash, head_.seq + 1);
}

// An administrator's, who is a member or not: a newcomer can check no other's word without the chain. Who
// holds the whole chain refuses one that is not true.
Result<void> SpaceState::check(const View& view, const SpaceCheckpoint& body) const {
  if (!founded_by_admin_ || !view.identity.is_admin_at(view.author, view.at)) {
    return refused(ErrorCode::not_permitted);
  }
  if (body.state != state_hash()) return refused(ErrorCode::not_authentic, "the state here is another");
  return {};
}

void SpaceState::take(const View&, const SpaceCheckpoint&) {
  if (kept_.keeps) kept_.state = std::make_shared<const Bytes>(encode());
}

/// Bodies of the identity chain, and numbers whose rules this version does not have.
template <class Other>
Result<void> SpaceState::check(const View&, const Other&) const {
  return refused(ErrorCode::unsupported, "this version knows no rule for such an entry");
}

void SpaceState::change_right(const UserId& user, Right right) {
  rights_.update(user, [&](std::vector<RightFacts>& changes) { changes.push_back({head_.seq + 1, right}); });
}

}  // namespace samla::chain
