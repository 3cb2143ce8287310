#include "core/noise/symmetric_state.h"

#include <sodium.h>

namespace samla::noise {
namespace {

constexpr std::size_t kBlockBytes = 128;

/// HKDF as revision 34 has it (4.3): output i = HMAC(HMAC(ck, material), output i-1 || i).
template <std::size_t N>
std::array<Secret<64>, N> derive(const Secret<64>& chaining_key, ByteView material) {
  Secret<64> pseudorandom;
  hmac_blake2b(pseudorandom.writable().first<64>(), chaining_key.view(), material);
  std::array<Secret<64>, N> out;
  ByteView previous;
  for (std::size_t i = 0; i < N; ++i) {
    const std::uint8_t number = static_cast<std::uint8_t>(i + 1);
    hmac_blake2b(out[i].writable().template first<64>(), pseudorandom.view(), previous, {&number, 1});
    previous = out[i].view();
  }
  return out;
}

CipherState cipher_of(const Secret<64>& output) {
  return CipherState(Secret<32>::from(output.view().first(32)));
}

}  // namespace

void hmac_blake2b(std::span<std::uint8_t, 64> out, ByteView key, ByteView first, ByteView second) {
  SAMLA_ASSERT(key.size() <= kBlockBytes);
  Secret<kBlockBytes> pad;
  std::ranges::copy(key, pad.writable().begin());
  crypto_generichash_blake2b_state state;
  Secret<64> inner;
  for (std::uint8_t& byte : pad.writable()) byte ^= 0x36;
  crypto_generichash_blake2b_init(&state, nullptr, 0, 64);
  crypto_generichash_blake2b_update(&state, pad.view().data(), kBlockBytes);
  crypto_generichash_blake2b_update(&state, first.data(), first.size());
  crypto_generichash_blake2b_update(&state, second.data(), second.size());
  crypto_generichash_blake2b_final(&state, inner.writable().data(), 64);
  for (std::uint8_t& byte : pad.writable()) byte ^= 0x36 ^ 0x5c;
  crypto_generichash_blake2b_init(&state, nullptr, 0, 64);
  crypto_generichash_blake2b_update(&state, pad.view().data(), kBlockBytes);
  crypto_generichash_blake2b_update(&state, inner.view().data(), 64);
  crypto_generichash_blake2b_final(&state, out.data(), 64);
  sodium_memzero(&state, sizeof state);
}

SymmetricState::SymmetricState(std::string_view protocol) {
  SAMLA_ASSERT(protocol.size() <= HandshakeHash::kSize);
  std::ranges::copy(as_bytes(protocol), hash_.bytes.begin());
  chaining_key_ = Secret<64>::from(hash_.view());
}

void SymmetricState::mix_hash(ByteView bytes) {
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init(&state, nullptr, 0, 64);
  crypto_generichash_blake2b_update(&state, hash_.bytes.data(), hash_.bytes.size());
  crypto_generichash_blake2b_update(&state, bytes.data(), bytes.size());
  crypto_generichash_blake2b_final(&state, hash_.bytes.data(), hash_.bytes.size());
}

void SymmetricState::mix_key(ByteView material) {
  auto [chaining, key] = derive<2>(chaining_key_, material);
  chaining_key_ = std::move(chaining);
  cipher_ = cipher_of(key);
}

void SymmetricState::mix_key_and_hash(ByteView material) {
  auto [chaining, hashed, key] = derive<3>(chaining_key_, material);
  chaining_key_ = std::move(chaining);
  mix_hash(hashed.view());
  cipher_ = cipher_of(key);
}

Result<void> SymmetricState::encrypt_and_hash(ByteView plaintext, Bytes& out) {
  const std::size_t start = out.size();
  if (cipher_) {
    SAMLA_TRY(cipher_->encrypt(hash_.view(), plaintext, out));
  } else {
    append(out, plaintext);
  }
  mix_hash(ByteView(out).subspan(start));
  return {};
}

Result<Bytes> SymmetricState::decrypt_and_hash(ByteView ciphertext) {
  Bytes plaintext;
  if (cipher_) {
    SAMLA_ASSIGN(plaintext, cipher_->decrypt(hash_.view(), ciphertext));
  } else {
    plaintext = to_bytes(ciphertext);
  }
  mix_hash(ciphertext);
  return plaintext;
}

std::pair<CipherState, CipherState> SymmetricState::split() const {
  const auto keys = derive<2>(chaining_key_, {});
  return {cipher_of(keys[0]), cipher_of(keys[1])};
}

}  // namespace samla::noise
