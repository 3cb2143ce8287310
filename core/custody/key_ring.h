// The epoch and tag keys of the spaces that this device reads, and the grants by which keys travel.
// docs/formats/grant.md. Lives in the vault. Thread: the store's.
#pragma once

#include <map>
#include <optional>

#include "core/base/random.h"
#include "core/seal/grant.h"
#include "core/seal/value.h"

namespace samla::custody {

/// What a grant holds: the key of one epoch, and the space's tag key.
struct SpaceKeys {
  seal::SpaceKey epoch_key;
  seal::TagKey tag_key;

  static SpaceKeys generate(Random& random);
};

/// The keys sealed to `recipient`. Sealing has no associated data, so organisation, space and epoch
/// stand inside.
Bytes seal_grant(const SealPublicKey& recipient, const OrganisationId& organisation, const SpaceId& space,
                 std::uint32_t epoch, const SpaceKeys& keys);
/// not_authentic where it does not open, or is for another organisation, space or epoch, or the keys are
/// not those that the chain commits to.
Result<SpaceKeys> open_grant(const seal::KeyPair& recipient, ByteView sealed,
                             const OrganisationId& organisation, const SpaceId& space, std::uint32_t epoch,
                             const KeyCommitment& epoch_commitment, const KeyCommitment& tag_commitment);

class KeyRing {
 public:
  /// Replaces nothing: a key that is there stays (already_exists where it differs).
  Result<void> add(const SpaceId& space, std::uint32_t epoch, SpaceKeys keys);
  bool holds(const SpaceId& space) const { return spaces_.contains(space); }
  /// Null: no such key here.
  const seal::SpaceKey* epoch_key(const SpaceId& space, std::uint32_t epoch) const;
  const seal::TagKey* tag_key(const SpaceId& space) const;

  /// Takes out the keys of the space's epochs after `last`, which were given up with a branch of its chain.
  KeyRing take_after(const SpaceId& space, std::uint32_t last);

  /// For the vault alone.
  Bytes encode() const;
  static Result<KeyRing> decode(ByteView bytes);

 private:
  struct Space {
    seal::TagKey tag_key;
    std::map<std::uint32_t, seal::SpaceKey> epochs;
  };
  std::map<SpaceId, Space> spaces_;
};

}  // namespace samla::custody
