#include "core/noise/symmetric_state.h"

#include <sodium.h>

#include <algorithm>

namespace samla::noise {

namespace {

Digest blake2b(ByteView first, ByteView second = {}) {
  Digest out;
  crypto_generichash_blake2b_state state;
  SAMLA_ASSERT(crypto_generichash_blake2b_init(&state, nullptr, 0, out.size()) == 0);
  crypto_generichash_blake2b_update(&state, first.data(), first.size());
  crypto_generichash_blake2b_update(&state, second.data(), second.size());
  crypto_generichash_blake2b_final(&state, out.data(), out.size());
  return out;
}

// RFC 2104 with BLAKE2b's block of 128 bytes; Noise does not use BLAKE2b's own keyed mode. Keys here
// have at most 64 bytes.
Digest hmac(ByteView key, ByteView message) {
  constexpr std::size_t kBlock = 128;
  std::array<std::uint8_t, kBlock> inner, outer;
  inner.fill(0x36);
  outer.fill(0x5c);
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] ^= key[i];
    outer[i] ^= key[i];
  }
  const Digest middle = blake2b(inner, message);
  const Digest out = blake2b(outer, middle);
  wipe(inner);
  wipe(outer);
  return out;
}

/// HKDF of section 4.3, up to three outputs.
std::array<Digest, 3> hkdf(ByteView chaining_key, ByteView input, std::uint8_t outputs) {
  Digest temporary = hmac(chaining_key, input);
  std::array<Digest, 3> out;
  Bytes previous;
  for (std::uint8_t i = 0; i < outputs; ++i) {
    previous.push_back(static_cast<std::uint8_t>(i + 1));
    out[i] = hmac(temporary, previous);
    previous.assign(out[i].begin(), out[i].end());
  }
  wipe(previous);
  wipe(temporary);
  return out;
}

Secret<32> cipher_key(const Digest& output) { return Secret<32>::from(ByteView(output).first(32)); }

}  // namespace

SymmetricState::SymmetricState(std::string_view protocol) {
  if (protocol.size() <= hash_.size()) {
    std::ranges::copy(as_bytes(protocol), hash_.begin());
  } else {
    hash_ = blake2b(as_bytes(protocol));
  }
  chaining_key_ = Secret<64>::from(hash_);
}

void SymmetricState::mix_hash(ByteView data) { hash_ = blake2b(hash_, data); }

void SymmetricState::mix_key(ByteView input) {
  auto out = hkdf(chaining_key_.view(), input, 2);
  chaining_key_ = Secret<64>::from(out[0]);
  cipher_.emplace(cipher_key(out[1]));
  for (Digest& digest : out) wipe(digest);
}

void SymmetricState::mix_key_and_hash(ByteView input) {
  auto out = hkdf(chaining_key_.view(), input, 3);
  chaining_key_ = Secret<64>::from(out[0]);
  mix_hash(out[1]);
  cipher_.emplace(cipher_key(out[2]));
  for (Digest& digest : out) wipe(digest);
}

Result<Bytes> SymmetricState::encrypt_and_hash(ByteView plaintext) {
  Bytes out = to_bytes(plaintext);
  if (cipher_) {
    SAMLA_ASSIGN(out, cipher_->encrypt(hash_, plaintext));
  }
  mix_hash(out);
  return out;
}

Result<Bytes> SymmetricState::decrypt_and_hash(ByteView ciphertext) {
  Bytes out = to_bytes(ciphertext);
  if (cipher_) {
    SAMLA_ASSIGN(out, cipher_->decrypt(hash_, ciphertext));
  }
  mix_hash(ciphertext);
  return out;
}

std::pair<CipherState, CipherState> SymmetricState::split() const {
  auto out = hkdf(chaining_key_.view(), {}, 2);
  std::pair<CipherState, CipherState> ciphers{CipherState(cipher_key(out[0])),
                                              CipherState(cipher_key(out[1]))};
  for (Digest& digest : out) wipe(digest);
  return ciphers;
}

}  // namespace samla::noise
