#include "core/session/validity.h"

#include <algorithm>

namespace samla::session {

using change::Validity;

Result<NamedHeads> named_heads(const change::Header& header, const chain::IdentityState& identity,
                               const chain::SpaceState& space) {
  const auto identity_seq = identity.seq_of(header.identity_head);
  const auto space_seq = space.seq_of(header.space_head);
  if (!identity_seq || !space_seq) return fail(ErrorCode::chain_behind, "changeset.validity");
  return NamedHeads{*identity_seq, *space_seq};
}

NamedHeads later_of(const NamedHeads& before, const NamedHeads& heads) {
  return {std::max(before.identity_seq, heads.identity_seq), std::max(before.space_seq, heads.space_seq)};
}

Result<void> check_signer(const change::Changeset& changeset, const chain::IdentityState& identity) {
  const change::Header& header = changeset.header;
  const auto* device = identity.device(chain::device_of_writer(header.writer));
  if (header.organisation != identity.organisation() || device == nullptr) {
    return fail(ErrorCode::not_permitted, "changeset.signer");
  }
  if (!changeset.signed_by(device->keys.sign)) return fail(ErrorCode::bad_signature, "changeset.signer");
  return {};
}

Validity validity_of(const change::Header& header, const NamedHeads& heads, const NamedHeads& before,
                     const chain::IdentityState& identity, const chain::SpaceState& space) {
  // Going back along a chain would let a writer choose the past in which it still had a right.
  if (heads.identity_seq < before.identity_seq || heads.space_seq < before.space_seq) return Validity::kVoid;
  // The space's entries up to that head were judged by an identity head that the author must have had.
  if (heads.identity_seq < space.relied_on(header.space_head)) return Validity::kVoid;
  const DeviceId device = chain::device_of_writer(header.writer);
  if (space.right_at(device, heads.space_seq, identity, heads.identity_seq) < chain::Right::kWriter) {
    return Validity::kVoid;
  }
  // The key of an earlier epoch would let those read it for whose sake the author had seen a new one.
  if (header.epoch != space.epoch_at(heads.space_seq)) return Validity::kVoid;
  const chain::IdentityState::Device* info = identity.device(device);
  if (info->revoked_at) {
    const auto cutoff = std::ranges::find(info->cutoffs, header.space, &chain::Cutoff::space);
    const std::uint64_t last = cutoff == info->cutoffs.end() ? 0 : cutoff->seq;
    if (header.seq > last) return Validity::kQuarantined;
  }
  return Validity::kValid;
}

}  // namespace samla::session
