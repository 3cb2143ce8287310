// X25519 keys for the transport alone: they sign nothing and open nothing else.
#pragma once

#include "core/base/position.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace samla::noise {

using PublicKey = NoisePublicKey;

/// An X25519 key pair; the secret half is wiped on destruction. Moved, copied only by `duplicate`.
class NoiseKeyPair {
 public:
  static NoiseKeyPair generate(Random& random);
  static NoiseKeyPair from_secret(Secret<32> secret);

  const PublicKey& public_key() const { return public_key_; }
  /// The secret half, for storing inside a vault or a sealed file only.
  ByteView secret() const { return secret_.view(); }
  NoiseKeyPair duplicate() const { return from_halves(secret_.duplicate(), public_key_); }
  /// X25519 with `remote`; not_authentic where the outcome is all zeros (a small-order key).
  Result<Secret<32>> agree(const PublicKey& remote) const;

 private:
  NoiseKeyPair() = default;
  static NoiseKeyPair from_halves(Secret<32> secret, const PublicKey& public_key);
  Secret<32> secret_;
  PublicKey public_key_;
};

}  // namespace samla::noise
