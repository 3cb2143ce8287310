// Ed25519 (RFC 8032, libsodium: strict, refuses non-canonical S and small-order keys).
#pragma once

#include "core/base/position.h"
#include "core/base/random.h"
#include "core/base/secret.h"

namespace samla::sign {

using VerifyKey = samla::VerifyKey;
using Signature = samla::Signature;

/// An Ed25519 key pair, kept as its 32-byte seed and public half; wiped on destruction.
class SigningKey {
 public:
  static SigningKey generate(Random& random);
  static SigningKey from_seed(Secret<32> seed);

  const VerifyKey& verify_key() const { return verify_key_; }
  /// The seed, for storing inside a vault or a sealed file only.
  ByteView seed() const { return seed_.view(); }
  /// A signature over `domain` (with its length) and `message`.
  Signature sign(std::string_view domain, ByteView message) const;
  SigningKey duplicate() const { return from_seed(seed_.duplicate()); }

 private:
  SigningKey() = default;
  Secret<32> seed_;
  Secret<64> expanded_;
  VerifyKey verify_key_;
};

/// Whether `signature` is one by `key` over (`domain`, `message`). False for any malformed key.
[[nodiscard]] bool verify(const VerifyKey& key, std::string_view domain, ByteView message,
                          const Signature& signature);

}  // namespace samla::sign
