#include "core/requests/events.h"

#include <gtest/gtest.h>

namespace samla::requests {
namespace {

using std::chrono::milliseconds;

TEST(Events, ComeInTheOrderInWhichTheyHappened) {
  Events events;
  events.push({{"event", "a"}, {"n", 1}});
  events.push({{"event", "b"}, {"n", 2}});
  EXPECT_EQ(events.next(milliseconds(0)), R"({"event":"a","n":1})");
  EXPECT_EQ(events.next(milliseconds(0)), R"({"event":"b","n":2})");
  EXPECT_EQ(events.next(milliseconds(0)), std::nullopt);
}

TEST(Events, DropTheOldestOfTheMostFrequentKindWhenTooManyWait) {
  Events events;
  events.push({{"event", "conflict"}});
  for (std::size_t i = 0; i < 2 * kEventsMax; ++i) events.push({{"event", "progress"}, {"n", i}});
  EXPECT_EQ(events.next(milliseconds(0)), R"({"event":"conflict"})");
  std::size_t count = 0;
  std::string last;
  while (const auto next = events.next(milliseconds(0))) {
    last = *next;
    ++count;
  }
  EXPECT_EQ(count, kEventsMax - 1);
  EXPECT_EQ(last, R"({"event":"progress","n":2047})");
}

}  // namespace
}  // namespace samla::requests
