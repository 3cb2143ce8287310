#include "core/sign/signature.h"

#include <sodium.h>

namespace samla::sign {

namespace {

Bytes framed(std::string_view domain, ByteView message) {
  SAMLA_ASSERT(domain.size() < 256);
  Bytes out;
  out.reserve(1 + domain.size() + message.size());
  out.push_back(static_cast<std::uint8_t>(domain.size()));
  append(out, as_bytes(domain));
  append(out, message);
  return out;
}

}  // namespace

SigningKey SigningKey::generate(Random& random) {
  Secret<32> seed;
  random.fill(seed.writable());
  return from_seed(std::move(seed));
}

SigningKey SigningKey::from_seed(Secret<32> seed) {
  SigningKey key;
  crypto_sign_ed25519_seed_keypair(key.verify_key_.bytes.data(), key.expanded_.writable().data(),
                                   seed.view().data());
  key.seed_ = std::move(seed);
  return key;
}

Signature SigningKey::sign(std::string_view domain, ByteView message) const {
  Signature out;
  const Bytes bytes = framed(domain, message);
  crypto_sign_ed25519_detached(out.bytes.data(), nullptr, bytes.data(), bytes.size(),
                               expanded_.view().data());
  return out;
}

bool verify(const VerifyKey& key, std::string_view domain, ByteView message, const Signature& signature) {
  const Bytes bytes = framed(domain, message);
  return crypto_sign_ed25519_verify_detached(signature.bytes.data(), bytes.data(), bytes.size(),
                                             key.bytes.data()) == 0;
}

}  // namespace samla::sign
