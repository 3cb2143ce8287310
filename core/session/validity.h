// A changeset's validity: a pure function of its header and the chains, one for server, hub and device,
// so that all of them come to the same heads. Room, rate and time are never verdicts. Pure.
#pragma once

#include "core/chain/space_state.h"
#include "core/change/changeset.h"
#include "core/change/validity.h"

namespace samla::session {

/// How far along the two chains a changeset's author was.
struct NamedHeads {
  std::uint64_t identity_seq = 0;
  std::uint64_t space_seq = 0;

  bool operator==(const NamedHeads&) const = default;
};

/// Of a head that a repair gave up: how far its author was along what stands. chain_behind: it names a head
/// that the chains here don't have (yet).
Result<NamedHeads> named_heads(const change::Header& header, const chain::IdentityState& identity,
                               const chain::SpaceState& space);

/// Where a writer's chain has come to after a changeset that named `heads`: what to hand on as `before`
/// for its next one. A void one moves nothing back.
NamedHeads later_of(const NamedHeads& before, const NamedHeads& heads);

/// Whether it is of the organisation, its writer's device is known, and that device signed it. One that
/// fails is nobody's: it has no place in anyone's chain, so it is refused and not stored.
/// not_permitted: not of this organisation, or no such device. bad_signature.
Result<void> check_signer(const change::Changeset& changeset, const chain::IdentityState& identity);

/// Whether it lies behind a cut-off, or on a branch that does not stand. What chains on such a one lies
/// there too: the caller knows what follows what. The hash of a cut-off is of its last changeset.
bool quarantined(const change::Header& header, const chain::IdentityState& identity);

/// Of one whose signer stands. `before`: where the writer's changeset before this one had come to; zeros
/// for the first. A later revocation moves valid changesets past its cut-off to quarantined.
change::Validity validity_of(const change::Header& header, const NamedHeads& heads, const NamedHeads& before,
                             const chain::IdentityState& identity, const chain::SpaceState& space);

}  // namespace samla::session
