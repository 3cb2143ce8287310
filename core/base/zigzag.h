// Zigzag: signed numbers for varints, so that small magnitudes of either sign are short. The mapping is
// that of Protocol Buffers' sint64 (0, -1, 1, -2, … become 0, 1, 2, 3, …).
#pragma once

#include <cstdint>

namespace samla {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

/// What zigzag was given.
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace samla
