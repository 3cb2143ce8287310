// Sealing of keys: to a recipient's X25519 key (grants), under the next epoch's key (so that a member
// who was away reads what lies between), and what commits an epoch to one key.
// security.md "Epoch entry". Any thread.
#pragma once

#include <cstdint>

#include "core/base/position.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/seal/value.h"

namespace samla::seal {

using PublicKey = SealPublicKey;

/// An X25519 pair that opens what is sealed to its public half, and nothing else.
class KeyPair {
 public:
  static KeyPair generate(Random& random);
  static KeyPair from_seed(const Secret<32>& seed);
  static KeyPair from_secret(Secret<32> secret);

  const PublicKey& public_key() const { return public_key_; }
  /// For storing in the vault only.
  ByteView secret() const { return secret_.view(); }

 private:
  KeyPair() = default;
  Secret<32> secret_;
  PublicKey public_key_;
};

/// Anonymous sealing (crypto_box_seal): has neither sender nor associated data, so what it is for
/// must stand inside `plaintext` and be signed outside.
Bytes seal_to(const PublicKey& recipient, ByteView plaintext);
/// not_authentic where it was not sealed to this pair, or not whole.
Result<Bytes> open_sealed(const KeyPair& recipient, ByteView sealed);

/// XChaCha20-Poly1305 does not commit to its key: an epoch entry therefore names this.
using samla::KeyCommitment;
KeyCommitment commitment_of(const SpaceId& space, std::uint32_t epoch, const SpaceKey& key);
KeyCommitment commitment_of(const SpaceId& space, const TagKey& key);

/// Seals small secrets under a key, with a random nonce in front of the ciphertext.
Bytes seal_under(const Secret<32>& key, Random& random, ByteView associated_data, ByteView plaintext);
Result<Bytes> open_under(const Secret<32>& key, ByteView associated_data, ByteView sealed);

}  // namespace samla::seal
