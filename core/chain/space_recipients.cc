// Who may, and who must, be given a space's key.
#include <algorithm>

#include "core/chain/space_state.h"

namespace samla::chain {

namespace {

Error refused(ErrorCode code, std::string hint = {}) { return fail(code, "space_chain", std::move(hint)); }

bool ascending(const SpaceState::Wanted& a, const SpaceState::Wanted& b) { return a.id < b.id; }

}  // namespace

// Nobody may be slipped in: a recipient is a member's active device, pending invite or pairing, or words,
// or an escrow that has been declared.
bool SpaceState::fits(const View& view, const Recipient& recipient) const {
  const IdentityState& identity = view.identity;
  const ByteView id = recipient.id.view();
  switch (recipient.kind) {
    case RecipientKind::kDevice:
      return fits_device(view, DeviceId::from(id));
    case RecipientKind::kInvite: {
      // Into a personal space only a device of its user brings another.
      const auto* facts = identity.invite(InviteId::from(id));
      return facts != nullptr && genesis_->space_class == SpaceClass::kShared &&
             fits_one_use(view, facts, identity.invite_status_at(InviteId::from(id), view.at),
                          facts->invite.user);
    }
    case RecipientKind::kPairing: {
      const auto* facts = identity.pairing(PairingId::from(id));
      return facts != nullptr &&
             fits_one_use(view, facts, identity.pairing_status_at(PairingId::from(id), view.at),
                          facts->pairing.user);
    }
    case RecipientKind::kPaper: {
      const PaperId paper = PaperId::from(id);
      return identity.paper_active_at(paper, view.at) &&
             right_of_user(identity.paper(paper)->user) != Right::kNone;
    }
    case RecipientKind::kEscrow:
      return identity.escrow_active_at(EscrowId::from(id), view.at) && escrow_allowed();
  }
  return false;
}

bool SpaceState::fits_device(const View& view, const DeviceId& id) const {
  return view.identity.active_at(id, view.at) &&
         right_of_user(view.identity.device(id)->user) != Right::kNone;
}

// Between the head that the entry names and its placing it may have been used: what is sealed to it then
// is the newcomer's, as long as that device is good.
template <class Facts>
bool SpaceState::fits_one_use(const View& view, const Facts* facts, std::optional<OneUseStatus> status,
                              const UserId& user) const {
  if (!status || right_of_user(user) == Right::kNone) return false;
  const bool redeemed_since = view.late && *status == OneUseStatus::kUsed && facts->device &&
                              view.identity.active_at(*facts->device, view.at);
  return *status == OneUseStatus::kPending || redeemed_since;
}

Result<void> SpaceState::check_recipients(const View& view, const std::vector<Recipient>& list) const {
  if (list.empty()) return refused(ErrorCode::malformed, "a grant to nobody");
  for (const Recipient& recipient : list) {
    if (!fits(view, recipient)) return refused(ErrorCode::not_permitted, "a recipient who is no member");
  }
  return {};
}

std::vector<SpaceState::Wanted> SpaceState::wanted_at(const IdentityState& identity, std::uint64_t at,
                                                      std::uint64_t time_ms) const {
  std::vector<Wanted> out;
  const auto add = [&](RecipientKind kind, ByteView id, const SealPublicKey& seal) {
    out.push_back({kind, RecipientId::from(id), seal});
  };
  const auto add_pending = [&](RecipientKind kind, ByteView id, std::optional<OneUseStatus> status,
                               const auto& key) {
    if (status == OneUseStatus::kPending && key.expires_ms >= time_ms && grant_of(RecipientId::from(id))) {
      add(kind, id, key.seal);
    }
  };
  for (const auto& [user, right] : members()) {
    for (const DeviceId& id : identity.devices_of(user)) {
      if (!identity.active_at(id, at)) continue;
      if (policy_.own_devices == GrantPolicy::kAuto || holds_present(id, identity, at)) {
        add(RecipientKind::kDevice, id.view(), identity.device(id)->keys.seal);
      }
    }
    for (const InviteId& id : identity.invites_of(user)) {
      if (genesis_->space_class != SpaceClass::kShared) break;
      add_pending(RecipientKind::kInvite, id.view(), identity.invite_status_at(id, at),
                  identity.invite(id)->invite);
    }
    for (const PairingId& id : identity.pairings_of(user)) {
      add_pending(RecipientKind::kPairing, id.view(), identity.pairing_status_at(id, at),
                  identity.pairing(id)->pairing);
    }
    if (const auto paper = identity.paper_of_at(user, at)) {
      add(RecipientKind::kPaper, paper->view(), identity.paper(*paper)->seal);
    }
  }
  if (genesis_ && escrow_allowed()) {
    for (const EscrowId& id : identity.escrows_at(at)) {
      add(RecipientKind::kEscrow, id.view(), identity.escrow(id)->escrow.seal);
    }
  }
  std::ranges::sort(out, ascending);
  return out;
}

// Asked as of the head that the author named alone: whoever came since is granted the key afterwards, or
// 200 people joining would let no rotation pass. The founder may grant its user's other devices later.
Result<void> SpaceState::check_complete(const View& view, const std::vector<Recipient>& list) const {
  if (view.late) return {};
  for (const Wanted& wanted : wanted_at(view.identity, view.at, view.time_ms)) {
    if (epoch_ == 0 && wanted.kind == RecipientKind::kDevice) continue;
    const auto found = std::ranges::lower_bound(list, wanted.id, {}, &Recipient::id);
    if (found == list.end() || found->id != wanted.id || found->kind != wanted.kind) {
      return refused(ErrorCode::not_permitted, "a recipient is left out");
    }
  }
  return {};
}

void SpaceState::note(const std::vector<Recipient>& list, std::uint32_t epoch) {
  for (const Recipient& recipient : list) {
    grants_.update(recipient.id, [&](GrantFacts& facts) {
      if (facts.since == 0) facts.since = head_.seq + 1;
      facts.kind = recipient.kind;
      facts.epoch = epoch;
      facts.grant = recipient.grant;
    });
  }
}

/// What was sealed in an earlier epoch is nobody's present key: since when there was a grant stays.
void SpaceState::forget_earlier_grants() {
  std::vector<RecipientId> earlier;
  for (const auto& [id, facts] : grants_) {
    if (facts.epoch < epoch_ && !facts.grant.is_zero()) earlier.push_back(id);
  }
  for (const RecipientId& id : earlier) {
    grants_.update(id, [](GrantFacts& facts) { facts.grant = {}; });
  }
}

std::vector<SpaceState::RecipientId> SpaceState::outdated(const IdentityState& identity) const {
  std::vector<RecipientId> out;
  const View now{identity, identity.head().seq, true, {}, {}, 0};
  for (const auto& [id, facts] : grants_) {
    if (facts.epoch == epoch_ && !fits(now, {facts.kind, id, facts.grant})) out.push_back(id);
  }
  return out;
}

}  // namespace samla::chain
