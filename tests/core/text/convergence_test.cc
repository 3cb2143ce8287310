// The same events make the same text in every order of arrival, and it is the oracle's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include "tests/support/text_history.h"

namespace samla::text {
namespace {

using test::HistoryPlan;
using test::NaiveEvent;
using test::NaiveText;
using test::TextHistory;

std::vector<std::size_t> shuffled(std::size_t count, unsigned seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(seed);
  std::ranges::shuffle(order, random);
  return order;
}

/// Late and early by some places, as over a network: most events come after their parents.
std::vector<std::size_t> nearly_in_order(std::size_t count, unsigned seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 random(seed);
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (random() % 2 == 0) std::swap(order[i], order[i + random() % std::min<std::size_t>(4, count - i)]);
  }
  return order;
}

void expect_merged(const std::vector<NaiveEvent>& events, const std::vector<std::size_t>& order,
                   const std::string& expected) {
  Document document;
  for (const std::size_t i : order) {
    const Applied applied = apply(document, events[i]);
    ASSERT_TRUE(applied == Applied::done || applied == Applied::waiting);
  }
  ASSERT_EQ(document.text(), expected);
  ASSERT_TRUE(document.stranded().empty());
  const auto replayed = document.text_at(document.frontier());
  ASSERT_TRUE(replayed.ok());
  ASSERT_EQ(*replayed, expected);
}

/// How many histories each plan gets; ./run soak asks for more.
unsigned histories(unsigned otherwise) {
  const char* const wanted = std::getenv("SAMLA_TEXT_HISTORIES");
  return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : otherwise;
}

class Convergence : public ::testing::TestWithParam<HistoryPlan> {};

TEST_P(Convergence, EveryOrderOfArrivalGivesTheOraclesText) {
  for (unsigned seed = 1; seed <= histories(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TextHistory history(GetParam(), seed);
    NaiveText oracle;
    for (const NaiveEvent& event : history.events()) oracle.apply(event);
    const std::string expected = oracle.text();
    const std::size_t count = history.events().size();
    for (unsigned order = 0; order < 3; ++order) {
      expect_merged(history.events(), shuffled(count, seed * 31 + order), expected);
      expect_merged(history.events(), nearly_in_order(count, seed * 37 + order), expected);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(Convergence, EveryEventsVersionIsTheOracles) {
  for (unsigned seed = 101; seed <= 115; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TextHistory history(GetParam(), seed);
    NaiveText oracle;
    Document document;
    for (const NaiveEvent& event : history.events()) {
      oracle.apply(event);
      ASSERT_EQ(apply(document, event), Applied::done);
    }
    for (const NaiveEvent& event : history.events()) {
      const std::vector<EventId> version = {event.id};
      ASSERT_EQ(*document.text_at(version), oracle.text_at(version));
      ASSERT_EQ(*document.text_at(event.parents), oracle.text_at(event.parents));
    }
  }
}

TEST(ConvergenceOfFew, EveryOneOfAllOrdersOfSixEventsGivesTheOraclesText) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TextHistory history({3, 14, 50}, seed);
    std::vector<NaiveEvent> events = history.events();
    if (events.size() > 6) events.resize(6);
    NaiveText oracle;
    for (const NaiveEvent& event : events) oracle.apply(event);
    const std::string expected = oracle.text();
    std::vector<std::size_t> order(events.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      expect_merged(events, order, expected);
      if (HasFatalFailure()) return;
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST(ConvergenceOfMany, LongBranchesThatSeldomMeetGiveTheOraclesText) {
  TextHistory history({3, 900, 2}, 4711);
  NaiveText oracle;
  for (const NaiveEvent& event : history.events()) oracle.apply(event);
  const std::string expected = oracle.text();
  const std::size_t count = history.events().size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  expect_merged(history.events(), order, expected);
  expect_merged(history.events(), shuffled(count, 1), expected);
  // Branch after branch, as devices send what they wrote offline.
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return history.events()[i].id.writer; });
  expect_merged(history.events(), order, expected);
}

INSTANTIATE_TEST_SUITE_P(Plans, Convergence,
                         ::testing::Values(HistoryPlan{2, 30, 15}, HistoryPlan{2, 60, 50},
                                           HistoryPlan{3, 40, 20}, HistoryPlan{4, 50, 40},
                                           HistoryPlan{8, 60, 30}, HistoryPlan{8, 40, 5}),
                         [](const auto& plan) {
                           return std::to_string(plan.param.writers) + "Writers" +
                                  std::to_string(plan.param.steps) + "Steps" +
                                  std::to_string(plan.param.exchanges) + "Exchanges";
                         });

}  // namespace
}  // namespace samla::text
