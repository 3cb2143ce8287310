// In which order a log is shown.
#include "core/domain/causal_order.h"

#include <gtest/gtest.h>

namespace samla::domain {
namespace {

struct Entry {
  std::string id;
  std::vector<std::string> previous;
  std::uint64_t time_ms = 0;
};

std::string order_of(std::vector<Entry> log) {
  sort_causally(log);
  std::string out;
  for (const Entry& each : log) out += each.id;
  return out;
}

TEST(CausalOrder, GoesByTimeWhereEntriesDidNotKnowOfEachOther) {
  EXPECT_EQ(order_of({{"c", {}, 1}, {"a", {}, 3}, {"b", {}, 2}}), "cba");
}

TEST(CausalOrder, PutsWhatFollowsAfterItInTheSameMillisecond) {
  EXPECT_EQ(order_of({{"a", {"b"}, 5}, {"b", {"c"}, 5}, {"c", {}, 5}}), "cba");
}

TEST(CausalOrder, PutsWhatFollowsAfterItWhateverTheClocksSay) {
  EXPECT_EQ(order_of({{"a", {}, 9}, {"b", {"a"}, 1}, {"c", {"gone"}, 5}}), "cab");
}

TEST(CausalOrder, EndsWithACircleAndLosesNobody) {
  EXPECT_EQ(order_of({{"a", {"b"}, 1}, {"b", {"a"}, 2}, {"c", {}, 3}}), "cab");
}

}  // namespace
}  // namespace samla::domain
