#include "core/base/hybrid_clock.h"

#include <algorithm>

#include "core/base/planted_bug.h"

namespace samla {

namespace {
constexpr std::uint64_t kMsMask = (std::uint64_t{1} << 48) - 1;
}

HybridTime HybridClock::tick() {
  const HybridTime wall = HybridTime::from(wall_->now_ms() & kMsMask, 0);
  // A full counter carries into the milliseconds, which keeps the order.
  last_ = wall > last_ || SAMLA_PLANTED_BUG(clock_goes_back) ? wall : HybridTime{last_.value + 1};
  return last_;
}

void HybridClock::observe(HybridTime received) {
  if (!SAMLA_PLANTED_BUG(clock_dragged) && received.ms() > (wall_->now_ms() & kMsMask) + kDriftMaxMs) return;
  last_ = std::max(last_, received);
}

}  // namespace samla
