// Hybrid logical time: 48 bits of wall milliseconds and a 16-bit counter (Kulkarni et al., "Logical
// Physical Clocks", 2014). It orders what a device does and breaks ties between concurrent writes; it
// never decides over a write that knew of another.
#pragma once

#include <compare>
#include <cstdint>

#include "core/base/clock.h"

namespace samla {

struct HybridTime {
  std::uint64_t value = 0;  ///< milliseconds << 16 | counter

  static constexpr HybridTime from(std::uint64_t ms, std::uint16_t counter) { return {(ms << 16) | counter}; }
  std::uint64_t ms() const { return value >> 16; }
  std::uint16_t counter() const { return static_cast<std::uint16_t>(value & 0xffff); }
  auto operator<=>(const HybridTime&) const = default;
};

/// Gives out times that grow. Not thread-safe: it belongs to the store's thread, which also persists
/// `last`.
class HybridClock {
 public:
  /// How far received times may push this device's own time beyond its wall clock.
  static constexpr std::uint64_t kDriftMaxMs = 5 * 60 * 1000;

  /// `wall` outlives this.
  explicit HybridClock(const Clock& wall, HybridTime last = {}) : wall_(&wall), last_(last) {}

  /// Greater than every time given out before.
  HybridTime tick();
  /// Takes note of a received time, so that the next own one is greater, unless that lies more than
  /// kDriftMaxMs ahead of the wall clock: a skewed peer must not drag this device along.
  void observe(HybridTime received);
  HybridTime last() const { return last_; }

 private:
  const Clock* wall_;
  HybridTime last_;
};

}  // namespace samla
