// A device's three key pairs: for signing, for what is sealed to it, for the transport. They live in
// the vault; only public halves leave. Move-only, wiped on destruction.
#pragma once

#include "core/base/random.h"
#include "core/chain/entry.h"
#include "core/seal/grant.h"
#include "core/sign/signature.h"

namespace samla::custody {

class DeviceKeys {
 public:
  static DeviceKeys generate(Random& random);
  /// From `encode`; malformed otherwise.
  static Result<DeviceKeys> decode(ByteView bytes);
  /// The secrets, for the vault alone; the caller wipes the bytes.
  Bytes encode() const;

  const sign::SigningKey& sign() const { return sign_; }
  const seal::KeyPair& seal() const { return seal_; }
  /// The transport's secret and public half (core/noise makes its own pair of the secret).
  ByteView noise_secret() const { return noise_.secret(); }
  NoisePublicKey noise_public() const { return NoisePublicKey::from(noise_.public_key().view()); }
  chain::DeviceKeysPublic public_keys() const;
  DeviceId device_id() const { return chain::device_id(sign_.verify_key()); }

 private:
  DeviceKeys(sign::SigningKey sign, seal::KeyPair seal, seal::KeyPair noise)
      : sign_(std::move(sign)), seal_(std::move(seal)), noise_(std::move(noise)) {}

  sign::SigningKey sign_;
  seal::KeyPair seal_;
  seal::KeyPair noise_;  ///< an X25519 pair that opens nothing: only its halves are used
};

}  // namespace samla::custody
