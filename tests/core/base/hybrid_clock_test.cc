#include "core/base/hybrid_clock.h"

#include <gtest/gtest.h>

namespace samla {
namespace {

class SetClock final : public Clock {
 public:
  std::uint64_t now_ms() const override { return ms; }
  std::uint64_t ms = 1'000'000;
};

TEST(HybridClock, GrowsWhileTheWallClockStandsStillOrJumpsBack) {
  SetClock wall;
  HybridClock clock(wall);
  const HybridTime first = clock.tick();
  EXPECT_EQ(first, HybridTime::from(1'000'000, 0));
  const HybridTime second = clock.tick();
  EXPECT_GT(second, first);
  wall.ms = 5;
  EXPECT_GT(clock.tick(), second);
}

TEST(HybridClock, CarriesAFullCounterIntoTheMilliseconds) {
  SetClock wall;
  HybridClock clock(wall, HybridTime::from(1'000'000, 0xffff));
  EXPECT_EQ(clock.tick(), HybridTime::from(1'000'001, 0));
}

TEST(HybridClock, FollowsAReceivedTimeButNotOneFarAhead) {
  SetClock wall;
  HybridClock clock(wall);
  const HybridTime near = HybridTime::from(wall.ms + HybridClock::kDriftMaxMs, 3);
  clock.observe(near);
  EXPECT_GT(clock.tick(), near);
  const HybridTime far = HybridTime::from(wall.ms + HybridClock::kDriftMaxMs + 1, 0);
  clock.observe(HybridTime::from(wall.ms * 1000, 0));
  EXPECT_LT(clock.tick(), far);
}

}  // namespace
}  // namespace samla
