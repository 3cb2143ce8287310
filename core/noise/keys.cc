#include "core/noise/keys.h"

#include <sodium.h>

namespace samla::noise {

NoiseKeyPair NoiseKeyPair::generate(Random& random) {
  Secret<32> secret;
  random.fill(secret.writable());
  return from_secret(std::move(secret));
}

NoiseKeyPair NoiseKeyPair::from_secret(Secret<32> secret) {
  PublicKey public_key;
  crypto_scalarmult_curve25519_base(public_key.bytes.data(), secret.view().data());
  return from_halves(std::move(secret), public_key);
}

NoiseKeyPair NoiseKeyPair::from_halves(Secret<32> secret, const PublicKey& public_key) {
  NoiseKeyPair pair;
  pair.secret_ = std::move(secret);
  pair.public_key_ = public_key;
  return pair;
}

Result<Secret<32>> NoiseKeyPair::agree(const PublicKey& remote) const {
  Secret<32> shared;
  if (crypto_scalarmult_curve25519(shared.writable().data(), secret_.view().data(), remote.bytes.data()) !=
      0) {
    return fail(ErrorCode::not_authentic, "noise.agree");
  }
  return shared;
}

}  // namespace samla::noise
