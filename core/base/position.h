// Hashes, public keys and signatures as plain typed bytes, and the two kinds of place in a history.
// Here, because frames carry them and frames know nothing of cryptography.
#pragma once

#include <cstdint>

#include "core/base/id.h"

namespace samla {

/// BLAKE2b-256 of something named by a domain (core/sign/hash.h).
using Hash = FixedBytes<32, struct HashTag>;
/// Ed25519.
using VerifyKey = FixedBytes<32, struct VerifyKeyTag>;
using Signature = FixedBytes<64, struct SignatureTag>;
/// X25519, for what is sealed to a device or an invite (core/seal).
using SealPublicKey = FixedBytes<32, struct SealPublicKeyTag>;
/// X25519, for the transport alone (core/noise).
using NoisePublicKey = FixedBytes<32, struct NoisePublicKeyTag>;
/// What binds an epoch to one key (core/seal).
using KeyCommitment = FixedBytes<32, struct KeyCommitmentTag>;

/// A place in one space's history at a server: after `seq` changesets, with the running hash `head`.
/// All zero: nothing seen.
struct Position {
  Incarnation incarnation;
  std::uint64_t seq = 0;
  Hash head;

  auto operator<=>(const Position&) const = default;
};

/// A place in a chain: after `seq` entries, with the hash of the last. All zero: the empty chain.
struct ChainHead {
  std::uint64_t seq = 0;
  Hash hash;

  auto operator<=>(const ChainHead&) const = default;
};

}  // namespace samla
