#include "core/noise/cipher_state.h"

#include <sodium.h>

#include <limits>

namespace samla::noise {
namespace {

constexpr std::uint64_t kReservedNonce = std::numeric_limits<std::uint64_t>::max();

std::array<std::uint8_t, 12> nonce_bytes(std::uint64_t nonce) {
  std::array<std::uint8_t, 12> out{};
  for (std::size_t i = 0; i < 8; ++i) out[4 + i] = static_cast<std::uint8_t>(nonce >> (8 * i));
  return out;
}

}  // namespace

Result<void> CipherState::encrypt(ByteView associated, ByteView plaintext, Bytes& out) {
  if (nonce_ == kReservedNonce) return fail(ErrorCode::wrong_state, "noise.encrypt");
  const std::size_t start = out.size();
  out.resize(start + plaintext.size() + kTagBytes);
  const auto nonce = nonce_bytes(nonce_);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data() + start, nullptr, plaintext.data(), plaintext.size(),
                                            associated.data(), associated.size(), nullptr, nonce.data(),
                                            key_.view().data());
  ++nonce_;
  return {};
}

Result<Bytes> CipherState::decrypt(ByteView associated, ByteView ciphertext) {
  if (nonce_ == kReservedNonce) return fail(ErrorCode::wrong_state, "noise.decrypt");
  if (ciphertext.size() < kTagBytes) return fail(ErrorCode::truncated, "noise.decrypt");
  Bytes out(ciphertext.size() - kTagBytes);
  const auto nonce = nonce_bytes(nonce_);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, ciphertext.data(),
                                                ciphertext.size(), associated.data(), associated.size(),
                                                nonce.data(), key_.view().data()) != 0) {
    return fail(ErrorCode::not_authentic, "noise.decrypt");
  }
  ++nonce_;
  return out;
}

void CipherState::rekey() {
  // The first 32 bytes of the encryption of 32 zeros under the reserved nonce; the tag is dropped.
  const std::array<std::uint8_t, 32> zeros{};
  Secret<32 + kTagBytes> derived;
  const auto nonce = nonce_bytes(kReservedNonce);
  crypto_aead_chacha20poly1305_ietf_encrypt(derived.writable().data(), nullptr, zeros.data(), zeros.size(),
                                            nullptr, 0, nullptr, nonce.data(), key_.view().data());
  key_ = Secret<32>::from(derived.view().first(32));
}

}  // namespace samla::noise
