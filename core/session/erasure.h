// What a chain's erasures mean for a changeset, the same for devices and server: of an erased write the
// ciphertext goes and its hash stays, so that the changeset and all that follows it verify as before.
// Pure. Any thread.
#pragma once

#include <span>
#include <vector>

#include "core/chain/identity_state.h"
#include "core/change/changeset.h"

namespace samla::session {

/// Drops the ciphertexts of the writes that are erased now; whether there were any.
bool drop_erased(change::Changeset& changeset, const chain::IdentityState& identity);

/// Every write is here, and has its ciphertext unless an erasure names it (held back or not).
bool complete_but_for_erased(const change::Changeset& changeset, const chain::IdentityState& identity);

/// Changesets that are to lose something now that these entries stand, `identity` with them: those that
/// an erasure lists, and where a hold has been released all that are erased.
std::vector<chain::ChangesetPlace> places_to_erase(std::span<const Bytes> entries,
                                                   const chain::IdentityState& identity);
/// All that are erased and not held back.
std::vector<chain::ChangesetPlace> erased_places(const chain::IdentityState& identity);

}  // namespace samla::session
