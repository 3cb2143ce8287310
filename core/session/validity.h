// A changeset's validity: a pure function of its header and the chains.
#pragma once

#include "core/chain/space_state.h"
#include "core/change/changeset.h"

namespace samla::session {

/// How far along the two chains a changeset's author was.
struct NamedHeads {
  std::uint64_t identity_seq = 0;
  std::uint64_t space_seq = 0;
};

/// chain_behind: it names a head that the chains here don't have (yet).
Result<NamedHeads> named_heads(const change::Header& header, const chain::IdentityState& identity,
                               const chain::SpaceState& space);

/// `before`: the heads that the same writer's changeset before this one named; zeros for the first.
change::Validity validity_of(const change::Header& header, const NamedHeads& heads, const NamedHeads& before,
                             const chain::IdentityState& identity, const chain::SpaceState& space);

}  // namespace samla::session
