#include "core/sign/hash.h"

#include <sodium.h>

#include <new>

namespace samla::sign {

namespace {

using State = crypto_generichash_blake2b_state;

State* state_of(std::array<std::uint8_t, 384>& storage) {
  static_assert(sizeof(State) <= 384);
  return std::launder(reinterpret_cast<State*>(storage.data()));
}

void add_domain(State* state, std::string_view domain) {
  SAMLA_ASSERT(domain.size() < 256);
  const auto size = static_cast<std::uint8_t>(domain.size());
  crypto_generichash_blake2b_update(state, &size, 1);
  crypto_generichash_blake2b_update(state, as_bytes(domain).data(), domain.size());
}

}  // namespace

Hasher::Hasher(std::string_view domain) {
  new (state_.data()) State;
  SAMLA_ASSERT(crypto_generichash_blake2b_init(state_of(state_), nullptr, 0, Hash::kSize) == 0);
  add_domain(state_of(state_), domain);
}

Hasher& Hasher::add(ByteView bytes) {
  crypto_generichash_blake2b_update(state_of(state_), bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::add_number(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return add(bytes);
}

Hash Hasher::finish() {
  Hash out;
  crypto_generichash_blake2b_final(state_of(state_), out.bytes.data(), out.bytes.size());
  return out;
}

Hash hash(std::string_view domain, ByteView bytes) { return Hasher(domain).add(bytes).finish(); }

void keyed_hash(std::span<std::uint8_t> out, ByteView key, std::string_view domain, ByteView bytes) {
  State state;
  // libsodium refuses outputs under 16 bytes by name only; BLAKE2b itself takes 1 to 64.
  SAMLA_ASSERT(key.size() >= 16 && key.size() <= 64 && !out.empty() && out.size() <= 64);
  SAMLA_ASSERT(crypto_generichash_blake2b_init(&state, key.data(), key.size(), out.size()) == 0);
  add_domain(&state, domain);
  crypto_generichash_blake2b_update(&state, bytes.data(), bytes.size());
  crypto_generichash_blake2b_final(&state, out.data(), out.size());
}

}  // namespace samla::sign
