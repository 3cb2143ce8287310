// Every small history there is, in every order of delivery; and a great many larger ones at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <set>
#include <string>

#include "core/resolve/record_state.h"
#include "tests/support/sample_history.h"

namespace samla::resolve {
namespace every_history_test {

using change::WriteHeader;
using change::WriteRef;
using change::WriteType;

constexpr std::size_t kWriters = 3;
constexpr FieldTag kBody{{2}};

/// How many of each writer's writes somebody knows.
using Known = std::array<std::uint8_t, kWriters>;

struct Made {
  std::size_t writer = 0;
  Known knew{};  ///< of its own all before it
};

Known joined(const Known& a, const Known& b) {
  Known out{};
  for (std::size_t w = 0; w < kWriters; ++w) out[w] = std::max(a[w], b[w]);
  return out;
}

/// The histories of `count` writes that differ in more than the writers' names, each once: who wrote, and
/// what of the others' each one knew, which is whatever can be known: a write with all that its author knew.
class EveryHistory {
 public:
  explicit EveryHistory(std::size_t count) : count_(count) { grow({}); }
  const std::vector<std::vector<Made>>& all() const { return all_; }

 private:
  void grow(std::vector<Made> history) {
    if (history.size() == count_) {
      if (names_.insert(name_of(history)).second) all_.push_back(std::move(history));
      return;
    }
    Known written{};
    for (const Made& made : history) ++written[made.writer];
    for (std::size_t writer = 0; writer < kWriters; ++writer) {
      for (const Known& knew : knowable(history, writer, written)) {
        history.push_back({writer, knew});
        grow(history);
        history.pop_back();
      }
    }
  }

  /// What a writer that has all its own may know: unions of what one learns with any of the writes.
  static std::set<Known> knowable(const std::vector<Made>& history, std::size_t writer,
                                  const Known& written) {
    Known own{};
    own[writer] = written[writer];
    for (const Made& made : history) {
      if (made.writer == writer) own = joined(own, made.knew);
    }
    std::set<Known> out = {own};
    std::vector<Known> open = {own};
    while (!open.empty()) {
      const Known from = open.back();
      open.pop_back();
      Known nth{};
      for (const Made& made : history) {
        Known with = made.knew;
        with[made.writer] = ++nth[made.writer];
        const Known more = joined(from, with);
        if (out.insert(more).second) open.push_back(more);
      }
    }
    return out;
  }

  /// The same for histories that differ in the writers' names, or in the order of what was apart.
  static std::string name_of(const std::vector<Made>& history) {
    std::array<std::size_t, kWriters> names{};
    std::iota(names.begin(), names.end(), 0);
    std::string best;
    do {
      std::vector<std::string> lines;
      std::array<char, kWriters> nth{};
      for (const Made& made : history) {
        std::string line(1, static_cast<char>('0' + names[made.writer]));
        line += static_cast<char>('0' + nth[made.writer]++);
        Known knew{};
        for (std::size_t w = 0; w < kWriters; ++w) knew[names[w]] = made.knew[w];
        for (const std::uint8_t each : knew) line += static_cast<char>('0' + each);
        lines.push_back(line);
      }
      std::ranges::sort(lines);
      std::string name;
      for (const std::string& line : lines) name += line + ";";
      if (best.empty() || name < best) best = name;
    } while (std::ranges::next_permutation(names).found);
    return best;
  }

  std::size_t count_;
  std::vector<std::vector<Made>> all_;
  std::set<std::string> names_;
};

std::vector<std::vector<Made>> every_history(std::size_t count) { return EveryHistory(count).all(); }

struct Placed {
  WriteHeader header;
  WriteRef ref;
  bool stands = true;

  void apply_to(RecordState& state) const {
    if (stands) {
      state.apply(header, ref);
    } else {
      state.apply_transparent(header, ref);
    }
  }
};

/// As the writers would have made them; with clocks that go forwards, backwards, or as they like.
std::vector<Placed> placed(const std::vector<Made>& history, const std::vector<WriteType>& types,
                           unsigned clock) {
  std::vector<Placed> out;
  Known written{};
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto& [writer, knew] = history[i];
    RecordState seen;
    for (const Placed& before : out) {
      if (before.ref.seq <= knew[before.ref.writer.bytes[1]]) before.apply_to(seen);
    }
    Placed write;
    write.ref = {test::writer(static_cast<std::uint8_t>(writer)), ++written[writer], 0};
    write.header.type = types[i];
    const std::uint64_t times[] = {i + 1, 10 - i, (i * 7 + writer * 3) % 4};
    write.header.time = HybridTime::from(times[clock], 0);
    const bool of_life = types[i] == WriteType::kErase || types[i] == WriteType::kRestore;
    if (!of_life) write.header.tags = {kBody};
    if (const FieldState* field = seen.field(fields_of(write.header).front())) {
      write.header.prev = field->prev_for_new_write();
    }
    if (types[i] == WriteType::kErase) write.header.seen = seen.seen();
    out.push_back(std::move(write));
  }
  return out;
}

/// Every order of delivery gives one state if every set of writes has one state, whichever of its writes came
/// last: so each set is looked at once, and not each of n! orders.
::testing::AssertionResult every_order_agrees(const std::vector<Placed>& writes) {
  std::vector<RecordState> states(std::size_t{1} << writes.size());
  for (std::size_t set = 1; set < states.size(); ++set) {
    std::optional<Bytes> first;
    for (std::size_t last = 0; last < writes.size(); ++last) {
      if ((set >> last & 1) == 0) continue;
      RecordState state = states[set & ~(std::size_t{1} << last)];
      writes[last].apply_to(state);
      if (!first) {
        first = state.encode();
        states[set] = std::move(state);
      } else if (state.encode() != *first) {
        return ::testing::AssertionFailure() << "set " << set << ", last " << last;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(EveryHistory, OfUpToSixWritesByThreeWritersGivesOneStateInEveryOrder) {
  std::size_t histories = 0;
  for (std::size_t count = 1; count <= 6; ++count) {
    const std::vector<WriteType> types(count, WriteType::kAssign);
    for (const auto& history : every_history(count)) {
      ++histories;
      ASSERT_TRUE(every_order_agrees(placed(history, types, static_cast<unsigned>(histories % 3))))
          << "history " << histories;
    }
  }
  std::cout << histories << " histories\n";
}

/// Edits of a register and of a text, erasing and restoring, in all mixtures.
TEST(EveryHistory, OfUpToFourWritesOfAllTypesGivesOneStateInEveryOrder) {
  constexpr std::array kTypes = {WriteType::kAssign, WriteType::kAppend, WriteType::kErase,
                                 WriteType::kRestore};
  for (std::size_t count = 1; count <= 4; ++count) {
    for (const auto& history : every_history(count)) {
      for (std::size_t mixture = 0; mixture < std::size_t{1} << (2 * count); ++mixture) {
        std::vector<WriteType> types;
        for (std::size_t i = 0; i < count; ++i) types.push_back(kTypes[mixture >> (2 * i) & 3]);
        ASSERT_TRUE(every_order_agrees(placed(history, types, static_cast<unsigned>(mixture % 3))));
      }
    }
  }
}

/// Some do not stand: void, or set aside. Everyone knows which by the end.
TEST(EveryHistory, OfUpToFiveWritesOfWhichAnyDoNotStandGivesOneStateInEveryOrder) {
  for (std::size_t count = 1; count <= 5; ++count) {
    const std::vector<WriteType> types(count, WriteType::kAssign);
    for (const auto& history : every_history(count)) {
      for (std::size_t fallen = 0; fallen < std::size_t{1} << count; ++fallen) {
        std::vector<Placed> writes = placed(history, types, static_cast<unsigned>(fallen % 3));
        for (std::size_t i = 0; i < count; ++i) writes[i].stands = (fallen >> i & 1) == 0;
        ASSERT_TRUE(every_order_agrees(writes));
      }
    }
  }
}

std::uint64_t histories_to_try() {
  const char* const given = std::getenv("SAMLA_RESOLVE_HISTORIES");
  return given == nullptr ? 4000 : std::strtoull(given, nullptr, 10);
}

/// Each replica gets all, in an order of its own, some of it twice. In soak 10^6 of them.
TEST(EveryHistory, ThatIsLargerAndRandomGivesAllReplicasOneStateByteForByte) {
  for (std::uint64_t seed = 1; seed <= histories_to_try(); ++seed) {
    SeededRandom random(seed);
    const std::size_t writers = 3 + random.below(6);
    const test::History history = test::random_history(seed, 7 + random.below(18), writers);
    Bytes first;
    for (std::size_t replica = 0; replica < writers; ++replica) {
      std::vector<std::size_t> order(history.size());
      std::iota(order.begin(), order.end(), 0);
      for (std::size_t twice = random.below(4); twice > 0; --twice)
        order.push_back(random.below(history.size()));
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
      FieldState state;
      for (const std::size_t i : order) state.apply(history[i].head, history[i].prev);
      Writer out;
      state.encode(out);
      if (first.empty())
        first = out.take();
      else
        ASSERT_EQ(out.take(), first) << "seed " << seed;
    }
  }
}

}  // namespace every_history_test
}  // namespace samla::resolve
