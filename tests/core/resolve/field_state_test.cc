#include "core/resolve/field_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/support/sample_history.h"

namespace samla::resolve {
namespace field_state_test {

using change::WriteRef;
using test::History;
using test::Write;

Bytes bytes_of(const FieldState& state) {
  Writer out;
  state.encode(out);
  return out.take();
}

FieldState apply_in_order(const History& history, const std::vector<std::size_t>& order) {
  FieldState state;
  for (const std::size_t i : order) state.apply(history[i].head, history[i].prev);
  return state;
}

/// The oracle: heads are the writes from which no other can be reached back, by brute transitive
/// closure; no code and no idea shared with FieldState.
std::set<WriteRef> heads_by_closure(const History& history) {
  std::set<WriteRef> dominated, all;
  for (const Write& write : history) all.insert(write.head.ref);
  for (const Write& start : history) {
    std::vector<WriteRef> open = start.prev;
    while (!open.empty()) {
      const WriteRef ref = open.back();
      open.pop_back();
      if (!dominated.insert(ref).second) continue;
      for (const Write& write : history) {
        if (write.head.ref == ref) open.insert(open.end(), write.prev.begin(), write.prev.end());
      }
    }
  }
  std::set<WriteRef> heads;
  std::ranges::set_difference(all, dominated, std::inserter(heads, heads.end()));
  return heads;
}

std::set<WriteRef> heads_of(const FieldState& state) {
  std::set<WriteRef> out;
  for (const Head& head : state.heads()) out.insert(head.ref);
  return out;
}

TEST(FieldState, AgreesWithBruteForceOnLargeHistoriesInAnyOrderWithRepeats) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const History history = test::random_history(1'000'000 + seed, 40, 2 + seed % 7);
    SeededRandom random(seed);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < history.size() * 2; ++i) order.push_back(i % history.size());
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    const FieldState state = apply_in_order(history, order);
    EXPECT_EQ(heads_of(state), heads_by_closure(history)) << "seed " << seed;
    EXPECT_TRUE(std::ranges::is_sorted(state.heads(), wins)) << "seed " << seed;
  }
}

TEST(FieldState, KeepsAtMostOneHeadAWriter) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const FieldState state = test::replay(test::random_history(seed, 30, 4));
    std::set<WriterId> writers;
    for (const Head& head : state.heads())
      EXPECT_TRUE(writers.insert(head.ref.writer).second) << "seed " << seed;
  }
}

TEST(FieldState, LetsAnEditThatKnewReplaceOneWithAClockFarAhead) {
  const WriteRef early{test::writer(0), 1, 0}, late{test::writer(1), 1, 0};
  FieldState state;
  state.apply({early, HybridTime::from(2'051'222'400'000, 0)}, {});
  state.apply({late, HybridTime::from(915'148'800'000, 0)}, std::vector{early});
  EXPECT_EQ(heads_of(state), std::set{late});
}

TEST(FieldState, DoesNotReviveAWriteThatArrivesAfterWhatReplacedIt) {
  const WriteRef first{test::writer(0), 1, 0}, second{test::writer(1), 1, 0};
  FieldState state;
  state.apply({second, HybridTime::from(1, 0)}, std::vector{first});
  EXPECT_FALSE(state.apply({first, HybridTime::from(9, 0)}, {}));
  EXPECT_EQ(heads_of(state), std::set{second});
}

TEST(FieldState, SeesThroughAVoidWriteInEitherOrder) {
  const WriteRef base{test::writer(0), 1, 0}, nothing{test::writer(1), 1, 0}, last{test::writer(2), 1, 0};
  std::vector<int> order = {0, 1, 2};
  Bytes expected;
  do {
    FieldState state;
    for (const int step : order) {
      if (step == 0) state.apply({base, HybridTime::from(1, 0)}, {});
      if (step == 1) state.apply_transparent(nothing, std::vector{base});
      if (step == 2) state.apply({last, HybridTime::from(2, 0)}, std::vector{nothing});
    }
    EXPECT_EQ(heads_of(state), std::set{last});
    if (expected.empty()) expected = bytes_of(state);
    EXPECT_EQ(bytes_of(state), expected);
  } while (std::ranges::next_permutation(order).found);
}

TEST(FieldState, NamesAtMost64HeadsAndEndsWithOneAfterNamingTheRest) {
  FieldState state;
  for (std::uint8_t i = 0; i < 100; ++i) state.apply({{test::writer(i), 1, 0}, HybridTime::from(i, 0)}, {});
  for (std::uint64_t seq = 1; state.heads().size() > 1; ++seq) {
    ASSERT_LE(seq, 3u);
    const auto prev = state.prev_for_new_write();
    EXPECT_LE(prev.size(), change::kPrevMax);
    EXPECT_TRUE(std::ranges::is_sorted(prev));
    state.apply({{test::writer(200), seq, 0}, HybridTime::from(1000 + seq, 0)}, prev);
  }
}

TEST(FieldState, IsNotMovedByTextEvents) {
  const WriteRef base{test::writer(0), 1, 0}, append{test::writer(1), 1, 0};
  FieldState state;
  state.apply({base, HybridTime::from(1, 0)}, {});
  state.apply({append, HybridTime::from(2, 0), change::WriteType::kAppend}, std::vector{base});
  EXPECT_EQ(heads_of(state), std::set{base});
}

/// Each void write names the one before it: as deep a chain as a hostile writer cares to make.
TEST(FieldState, SeesThroughAChainOfVoidWritesOfAnyLength) {
  constexpr std::uint64_t kLength = 300'000;
  const WriteRef base{test::writer(0), 1, 0};
  FieldState state;
  state.apply({base, HybridTime::from(1, 0)}, {});
  WriteRef last = base;
  for (std::uint64_t i = 0; i < kLength; ++i) {
    // A writer each, so that each step has to be looked through.
    WriteRef next{test::writer(1), 1, 0};
    next.writer.bytes[2] = static_cast<std::uint8_t>(i);
    next.writer.bytes[3] = static_cast<std::uint8_t>(i >> 8);
    next.writer.bytes[4] = static_cast<std::uint8_t>(i >> 16);
    state.apply_transparent(next, std::vector{last});
    last = next;
  }
  const WriteRef top{test::writer(2), 1, 0};
  state.apply({top, HybridTime::from(2, 0)}, std::vector{last});
  EXPECT_EQ(heads_of(state), std::set{top});
}

}  // namespace field_state_test
}  // namespace samla::resolve
