// X25519 keys of the transport. They sign and open nothing else.
#pragma once

#include "core/base/position.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace samla::noise {

using PublicKey = NoisePublicKey;

class KeyPair {
 public:
  static KeyPair generate(Random& random);
  static KeyPair from_secret(Secret<32> secret);

  const PublicKey& public_key() const { return public_key_; }
  /// For storing only.
  ByteView secret() const { return secret_.view(); }
  KeyPair duplicate() const { return from_secret(secret_.duplicate()); }

  /// The shared secret with `other`; not_authentic where it is all zero (a key of small order).
  Result<Secret<32>> shared_with(const PublicKey& other) const;

 private:
  KeyPair() = default;
  Secret<32> secret_;
  PublicKey public_key_;
};

}  // namespace samla::noise
