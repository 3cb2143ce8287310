#include "core/domain/dates.h"

#include <gtest/gtest.h>

namespace samla::domain {
namespace {

TEST(Dates, AreThoseOfTheCalendarAlone) {
  for (const char* date : {"2016-02-29", "1999-12-31", "0001-01-01"}) EXPECT_TRUE(is_date(date)) << date;
  for (const char* date : {"", "2015-02-29", "2016-00-10", "2016-04-31", "2016-4-1", "2016/04/01",
                           "201a-01-01", "2016-01-01 ", "-016-01-01", "2016-+1-01"}) {
    EXPECT_FALSE(is_date(date)) << date;
  }
}

TEST(Dates, WeeksAreThoseOfTheIsoCalendar) {
  constexpr std::uint64_t kDayMs = 86'400'000;
  // 1970-01-01 was a Thursday, in week 1; the three days before 1970-01-05 belong to it too.
  EXPECT_EQ(week_of(0), "1970-W01");
  EXPECT_EQ(week_of(3 * kDayMs), "1970-W01");
  EXPECT_EQ(week_of(4 * kDayMs), "1970-W02");
  // 2016-01-01 to 03 belong to week 53 of 2015; 2016-01-04 begins week 1; 2016-02-01 week 5.
  EXPECT_EQ(week_of(1'451'606'400'000), "2015-W53");
  EXPECT_EQ(week_of(1'451'865'600'000), "2016-W01");
  EXPECT_EQ(week_of(1'454'284'800'000), "2016-W05");
  EXPECT_EQ(date_of(1'454'284'800'000), "2016-02-01");
  EXPECT_EQ(date_of(1'454'284'799'999), "2016-01-31");
}

}  // namespace
}  // namespace samla::domain
