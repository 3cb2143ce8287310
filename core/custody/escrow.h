// Escrow: a key that two holders open together and neither alone. Its secret is split by XOR: each share
// by itself is 32 random bytes. docs/formats/escrow.md. Any thread.
#pragma once

#include <array>

#include "core/base/random.h"
#include "core/chain/entry.h"
#include "core/seal/grant.h"

namespace samla::custody {

inline constexpr std::uint8_t kEscrowShareVersion = 1;

/// A holder's public keys: of one's recovery words, for an escrow outlives devices.
struct HolderKeys {
  VerifyKey sign;
  SealPublicKey seal;
};

/// The body that declares a new escrow; its secret is nowhere but in the two sealed shares.
chain::Escrow make_escrow(Random& random, const OrganisationId& organisation,
                          const std::array<HolderKeys, 2>& holders);
/// A holder's share. `index`: 0 or 1, the holder's place. not_authentic: not this holder's, or not whole.
Result<Secret<32>> open_share(const seal::KeyPair& holder, const OrganisationId& organisation,
                              const chain::Escrow& escrow, std::size_t index);
/// The pair that opens what is sealed to the escrow. not_authentic: these are not its shares.
Result<seal::KeyPair> join_shares(const chain::Escrow& escrow, const Secret<32>& first,
                                  const Secret<32>& second);

}  // namespace samla::custody
