#include "core/base/random.h"

#include <sodium.h>

namespace samla {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  SAMLA_ASSERT(sodium_init() >= 0);
  randombytes_buf(out.data(), out.size());
}

std::uint64_t SeededRandom::next() {
  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::uint64_t SeededRandom::below(std::uint64_t bound) {
  SAMLA_ASSERT(bound > 0);
  return next() % bound;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
}

}  // namespace samla
