// X25519 key pairs and the cipher of one direction, on libsodium: the primitives that the handshake and
// the transport are made of.
#include <sodium.h>

#include "core/noise/cipher_state.h"
#include "core/noise/keys.h"

namespace samla::noise {

namespace {

constexpr std::uint64_t kReservedNonce = ~std::uint64_t{0};

/// 32 zero bits, then the counter, little-endian (section 12.3).
std::array<std::uint8_t, 12> nonce_bytes(std::uint64_t counter) {
  std::array<std::uint8_t, 12> out{};
  for (std::size_t i = 0; i < 8; ++i) out[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return out;
}

}  // namespace

// ---- KeyPair

KeyPair KeyPair::generate(Random& random) {
  Secret<32> secret;
  random.fill(secret.writable());
  return from_secret(std::move(secret));
}

KeyPair KeyPair::from_secret(Secret<32> secret) {
  KeyPair pair;
  pair.secret_ = std::move(secret);
  crypto_scalarmult_base(pair.public_key_.bytes.data(), pair.secret_.view().data());
  return pair;
}

Result<Secret<32>> KeyPair::shared_with(const PublicKey& other) const {
  Secret<32> out;
  // libsodium answers -1 for an all-zero result: an attacker could otherwise choose the secret.
  if (crypto_scalarmult(out.writable().data(), secret_.view().data(), other.bytes.data()) != 0) {
    return fail(ErrorCode::not_authentic, "noise.dh");
  }
  return out;
}

// ---- CipherState

Result<Bytes> CipherState::encrypt(ByteView associated_data, ByteView plaintext) {
  if (plaintext.size() + kTagBytes > kMessageBytesMax) return fail(ErrorCode::too_large, "noise.encrypt");
  if (nonce_ == kReservedNonce) return fail(ErrorCode::wrong_state, "noise.encrypt");
  Bytes out(plaintext.size() + kTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(),
                                            associated_data.data(), associated_data.size(), nullptr,
                                            nonce_bytes(nonce_).data(), key_.view().data());
  ++nonce_;
  return out;
}

Result<Bytes> CipherState::decrypt(ByteView associated_data, ByteView ciphertext) {
  if (ciphertext.size() < kTagBytes || ciphertext.size() > kMessageBytesMax || nonce_ == kReservedNonce) {
    return fail(ErrorCode::not_authentic, "noise.decrypt");
  }
  Bytes out(ciphertext.size() - kTagBytes);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(), associated_data.data(),
          associated_data.size(), nonce_bytes(nonce_).data(), key_.view().data()) != 0) {
    return fail(ErrorCode::not_authentic, "noise.decrypt");
  }
  ++nonce_;
  return out;
}

void CipherState::rekey() {
  std::array<std::uint8_t, 32 + kTagBytes> out;
  const std::array<std::uint8_t, 32> zeros{};
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, zeros.data(), zeros.size(), nullptr, 0,
                                            nullptr, nonce_bytes(kReservedNonce).data(), key_.view().data());
  key_ = Secret<32>::from(ByteView(out).first(32));
  wipe(out);
}

}  // namespace samla::noise
