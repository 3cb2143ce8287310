// Rotation: the next epoch of a space, and the way back from a key to those before it.
// docs/formats/grant.md. Any thread.
#pragma once

#include <vector>

#include "core/chain/space_state.h"
#include "core/custody/key_ring.h"

namespace samla::custody {

/// What is sealed to one recipient; its hash stands in the chain's entry.
struct SealedGrant {
  chain::SpaceState::RecipientId recipient;
  Bytes sealed;
};

struct Rotation {
  chain::Epoch entry;  ///< to be placed, with the grants beside it, before the key is first used
  std::vector<SealedGrant> grants;
  SpaceKeys keys;  ///< into the ring once the entry has been placed
};

/// The next epoch, sealed to all whom `SpaceState::wanted` names; the first for a space that has none.
/// Refuses unless every key of the space opens: whoever comes later gets them through this one alone.
/// key_missing: the present epoch's key is not in the ring. not_authentic: an earlier one does not open.
/// wrong_state: nobody to seal it to.
Result<Rotation> make_rotation(Random& random, const chain::SpaceState& space,
                               const chain::IdentityState& identity, const KeyRing& ring,
                               std::uint64_t now_ms);

/// More recipients of the present epoch, of `wanted` or of one's own choosing.
Result<std::vector<SealedGrant>> seal_grants(const chain::SpaceState& space,
                                             const chain::IdentityState& identity, const KeyRing& ring,
                                             const std::vector<chain::SpaceState::Wanted>& recipients);
/// The grants as the chain's entries name them: ascending by id.
std::vector<chain::Recipient> announced(const std::vector<chain::SpaceState::Wanted>& recipients,
                                        const std::vector<SealedGrant>& grants);

/// Puts every key of the space that can be reached from those in the ring into the ring: a member that
/// was away for several epochs, or joined at the last, reads what lies before. How many were added.
/// not_authentic: one does not open, or is not the one that the chain commits to.
Result<std::size_t> open_earlier_epochs(const chain::SpaceState& space, const OrganisationId& organisation,
                                        KeyRing& ring);

}  // namespace samla::custody
