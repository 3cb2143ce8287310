#include "core/domain/order_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace samla::domain {
namespace {

TEST(OrderKey, BetweenAnyTwoThereIsAlwaysRoomForAnother) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<std::string> keys;
    for (int i = 0; i < 300; ++i) {
      // Often at one place, where room is scarcest.
      const std::size_t place = random() % 3 == 0 ? random() % (keys.size() + 1) : keys.size() / 2;
      const std::string low = place == 0 ? "" : keys[place - 1];
      const std::string high = place == keys.size() ? "" : keys[place];
      const std::string key = order_key_between(low, high, random());
      ASSERT_LT(low, key);
      if (!high.empty()) {
        ASSERT_LT(key, high);
      }
      keys.insert(keys.begin() + static_cast<std::ptrdiff_t>(place), key);
    }
    EXPECT_TRUE(std::ranges::is_sorted(keys));
  }
}

TEST(OrderKey, ThousandAtTheEndOrAtTheBeginningStayShort) {
  std::string last;
  std::string first;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::string next = order_key_between(last, {}, i);
    ASSERT_LT(last, next);
    last = next;
    const std::string before = order_key_between({}, first, i);
    if (!first.empty()) {
      ASSERT_LT(before, first);
    }
    first = before;
  }
  EXPECT_LT(last.size(), 100u);
  EXPECT_LT(first.size(), 100u);
}

TEST(OrderKey, TwoAtOnePlaceDifferBySalt) {
  EXPECT_NE(order_key_between("A", "B", 1), order_key_between("A", "B", 2));
}

TEST(OrderKey, WhatNobodyCouldHaveMadeComesAfterTheLowerOne) {
  for (const auto& [low, high] : std::vector<std::pair<std::string, std::string>>{
           {"B", "A"}, {"A", "A"}, {"A", "A0"}, {"A", "A000"}, {"\xff", "~"}, {"A", "å"}}) {
    const std::string key = order_key_between(low, high, 7);
    EXPECT_FALSE(key.empty());
    EXPECT_NE(key.back(), '0');
  }
  EXPECT_GT(order_key_between("A", "A0", 7), "A");
}

}  // namespace
}  // namespace samla::domain
