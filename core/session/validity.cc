#include "core/session/validity.h"

#include <algorithm>

namespace samla::session {

using chain::Right;
using change::Validity;

Result<NamedHeads> named_heads(const change::Header& header, const chain::IdentityState& identity,
                               const chain::SpaceState& space) {
  const auto identity_seq = identity.named(header.identity_head);
  const auto space_seq = space.named(header.space_head);
  if (!identity_seq || !space_seq) return fail(ErrorCode::chain_behind, "changeset.validity");
  return NamedHeads{*identity_seq, *space_seq};
}

NamedHeads later_of(const NamedHeads& before, const NamedHeads& heads) {
  return {std::max(before.identity_seq, heads.identity_seq), std::max(before.space_seq, heads.space_seq)};
}

Result<void> check_signer(const change::Changeset& changeset, const chain::IdentityState& identity) {
  const change::Header& header = changeset.header;
  const auto id = identity.device_of_writer(header.writer, identity.head().seq);
  const auto* device = id ? identity.device(*id) : nullptr;
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
  const auto device = identity.device_of_writer(header.writer, heads.identity_seq);
  if (!device || space.right_at(*device, heads.space_seq, identity, heads.identity_seq) < Right::kWriter) {
    return Validity::kVoid;
  }
  // The key of an earlier epoch would let those read it for whose sake the author had seen a new one.
  if (header.epoch != space.epoch_at(heads.space_seq)) return Validity::kVoid;
  return quarantined(header, identity) ? Validity::kQuarantined : Validity::kValid;
}

bool quarantined(const change::Header& header, const chain::IdentityState& identity) {
  const auto is = [&](const sign::Hash& hash) { return change::changeset_hash(header) == hash; };
  const auto branch = identity.standing_branch(header.space, header.writer, header.seq);
  if (branch && !is(*branch)) return true;
  const auto cutoff = identity.cutoff_of(header.writer, header.space);
  if (!cutoff) return false;
  return header.seq > cutoff->seq || (header.seq == cutoff->seq && !is(cutoff->hash));
}

}  // namespace samla::session
