// What reports tell to others than HR, whatever they are asked, in whatever order: nothing that rests on
// fewer than k units, and nothing from which that follows.
#include "core/domain/report_counts.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "tests/support/linear_adversary.h"

namespace samla::domain {
namespace {

using test::LinearAdversary;
using Mask = std::vector<bool>;

/// Units of fylker and types of very different sizes, and the filters that a person can choose.
struct Units {
  explicit Units(std::mt19937& random) {
    const std::size_t count = 4 + random() % 20;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string fylke(1, static_cast<char>('A' + std::min(random() % 3, random() % 3)));
      subjects.push_back({std::to_string(i), fylke, random() % 4 == 0 ? "særskilt" : "lokal"});
    }
    add([](const Subject&) { return true; });
    for (const std::string fylke : {"A", "B", "C"}) {
      add([&](const Subject& each) { return each.fylke == fylke; });
      for (const std::string type : {"lokal", "særskilt"})
        add([&](const Subject& each) { return each.fylke == fylke && each.type == type; });
    }
    for (const std::string type : {"lokal", "særskilt"})
      add([&](const Subject& each) { return each.type == type; });
    for (const Subject& one : std::vector<Subject>(subjects))
      add([&](const Subject& each) { return each.unit == one.unit; });
  }

  std::vector<Subject> subjects;
  std::vector<Mask> filters;

 private:
  template <typename Holds>
  void add(const Holds& holds) {
    Mask chosen;
    for (const Subject& each : subjects) chosen.push_back(holds(each));
    filters.push_back(std::move(chosen));
  }
};

/// The cells of all units, what is known of them, and how it is.
class Secret {
 public:
  Secret(std::size_t subjects, std::size_t categories, std::size_t k)
      : categories_(categories), k_(k), adversary_(subjects * categories), cells_(subjects * categories) {}

  void add(std::size_t subject, std::size_t category, std::int64_t amount) {
    cells_[subject * categories_ + category] += amount;
  }
  /// A number that was told; none: nothing was.
  void tell(const Count& count, const Mask& chosen, const Mask& categories) {
    if (!count) return;
    ++told;
    EXPECT_EQ(*count, sum(chosen, categories));
    adversary_.learn(row(chosen, categories));
  }
  /// Fails where the sum rests on fewer than k units, and can be worked out.
  void expect_hidden(const Mask& chosen, const Mask& categories) {
    const std::size_t few = contributors(chosen, categories);
    if (few == 0 || few >= k_) return;
    ++hidden;
    ASSERT_FALSE(adversary_.can_work_out(row(chosen, categories)));
  }

  std::size_t told = 0;
  std::size_t hidden = 0;

 private:
  template <typename Take>
  void each_cell(const Mask& chosen, const Mask& categories, const Take& take) const {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      for (std::size_t c = 0; chosen[i] && c < categories_; ++c) {
        if (categories[c]) take(i, i * categories_ + c);
      }
    }
  }
  LinearAdversary::Row row(const Mask& chosen, const Mask& categories) const {
    LinearAdversary::Row out(cells_.size());
    each_cell(chosen, categories, [&](std::size_t, std::size_t cell) { out[cell] = 1; });
    return out;
  }
  std::int64_t sum(const Mask& chosen, const Mask& categories) const {
    std::int64_t out = 0;
    each_cell(chosen, categories, [&](std::size_t, std::size_t cell) { out += cells_[cell]; });
    return out;
  }
  std::size_t contributors(const Mask& chosen, const Mask& categories) const {
    std::set<std::size_t> out;
    each_cell(chosen, categories, [&](std::size_t subject, std::size_t cell) {
      if (cells_[cell] != 0) out.insert(subject);
    });
    return out.size();
  }

  std::size_t categories_;
  std::size_t k_;
  LinearAdversary adversary_;
  std::vector<std::int64_t> cells_;
};

Mask mask(std::size_t size, const std::function<bool(std::size_t)>& holds) {
  Mask out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(holds(i));
  return out;
}

const std::vector<std::string> kWords = {"foreslått", "pågår", "fullført", "avbrutt", "effekt vurdert"};
const std::vector<std::size_t> kEnding = {2, 3, 4};

/// The sets of cells that a report of statuses has a number for, or that a reader may wonder about.
std::vector<Mask> status_sets() {
  const std::size_t size = 2 * kWords.size();
  std::vector<Mask> out;
  for (std::size_t first = 0; first < size; ++first) {
    for (std::size_t last = first; last < size; ++last)
      out.push_back(mask(size, [&](std::size_t i) { return i >= first && i <= last; }));
  }
  out.push_back(mask(size, [](std::size_t i) { return i % 2 == 1; }));
  out.push_back(mask(size, [](std::size_t i) { return i % 2 == 0; }));
  out.push_back(mask(size, [](std::size_t i) { return i / 2 < 2 && i % 2 == 0; }));
  return out;
}

void tell_all(Secret& secret, const StatusCounts& counts, const Mask& chosen) {
  const std::size_t size = 2 * kWords.size();
  const auto words = [&](std::size_t first, std::size_t last) {
    return mask(size, [&](std::size_t i) { return i / 2 >= first && i / 2 <= last; });
  };
  secret.tell(counts.by_status.total, chosen, Mask(size, true));
  for (std::size_t word = 0; word < kWords.size(); ++word)
    secret.tell(counts.by_status.by_word[word].second, chosen, words(word, word));
  for (const JoinedCount& each : counts.by_status.joined) {
    const auto place = [&](const std::string& word) {
      return static_cast<std::size_t>(std::ranges::find(kWords, word) - kWords.begin());
    };
    secret.tell(each.amount, chosen, words(place(each.words.front()), place(each.words.back())));
  }
  secret.tell(counts.overdue, chosen, mask(size, [](std::size_t i) { return i % 2 == 1; }));
  secret.tell(counts.ended, chosen, words(2, 4));
  secret.tell(counts.reviewed, chosen, words(4, 4));
}

TEST(ReportCounts, StatusesOverdueEndedAndReviewedTogetherTellNothingOfFewUnits) {
  const std::uint32_t base = std::random_device()();
  std::size_t told = 0;
  std::size_t hidden = 0;
  for (std::uint32_t round = 0; round < 60; ++round) {
    SCOPED_TRACE(base + round);
    std::mt19937 random(base + round);
    const Units units(random);
    const std::size_t k = 3 + random() % 3;
    std::vector<StatusFact> facts;
    Secret secret(units.subjects.size(), 2 * kWords.size(), k);
    for (std::size_t i = 0; i < units.subjects.size(); ++i) {
      for (std::size_t n = random() % 4; n > 0; --n) {
        const std::size_t word = std::min(random() % kWords.size(), random() % kWords.size());
        const bool is_overdue = word < 2 && random() % 3 == 0;
        facts.push_back({i, word, is_overdue});
        secret.add(i, 2 * word + (is_overdue ? 1 : 0), 1);
      }
    }
    for (const Mask& chosen : units.filters)
      tell_all(secret, count_statuses({units.subjects, chosen, Audience::kOthers, k}, facts, kWords, kEnding),
               chosen);
    for (const Mask& chosen : units.filters) {
      for (const Mask& cells : status_sets()) secret.expect_hidden(chosen, cells);
    }
    told += secret.told;
    hidden += secret.hidden;
  }
  // It would say nothing if all were hidden, or nothing.
  EXPECT_GT(told, 100u);
  EXPECT_GT(hidden, 100u);
}

TEST(ReportCounts, AStemByPartsAndThemesTellsNothingOfFewUnits) {
  constexpr std::size_t kParts = 4;
  constexpr std::size_t kThemes = 3;
  const std::uint32_t base = std::random_device()();
  std::size_t told = 0;
  std::size_t hidden = 0;
  for (std::uint32_t round = 0; round < 60; ++round) {
    SCOPED_TRACE(base + round);
    std::mt19937 random(base + round);
    const Units units(random);
    const std::size_t k = 3 + random() % 3;
    std::vector<StemFact> facts;
    Secret secret(units.subjects.size(), kParts * kThemes, k);
    for (std::size_t i = 0; i < units.subjects.size(); ++i) {
      for (std::size_t n = random() % 5; n > 0; --n) {
        const StemFact fact = {i, std::min(random() % kParts, random() % kParts), random() % kThemes, 1};
        facts.push_back(fact);
        secret.add(i, fact.part * kThemes + fact.theme, 1);
      }
    }
    std::vector<std::pair<Mask, Mask>> asked;  // parts and themes: all of them, or one
    for (std::size_t part = 0; part <= kParts; ++part) {
      for (std::size_t theme = 0; theme <= kThemes; ++theme)
        asked.emplace_back(mask(kParts, [&](std::size_t i) { return part == kParts || i == part; }),
                           mask(kThemes, [&](std::size_t i) { return theme == kThemes || i == theme; }));
    }
    const auto cells = [&](const std::pair<Mask, Mask>& each) {
      return mask(kParts * kThemes,
                  [&](std::size_t i) { return each.first[i / kThemes] && each.second[i % kThemes]; });
    };
    for (const Mask& chosen : units.filters) {
      for (const auto& each : asked)
        secret.tell(
            count_stem({units.subjects, chosen, Audience::kOthers, k}, facts, each.first, each.second),
            chosen, cells(each));
    }
    for (const Mask& chosen : units.filters) {
      for (const auto& each : asked) secret.expect_hidden(chosen, cells(each));
    }
    told += secret.told;
    hidden += secret.hidden;
  }
  EXPECT_GT(told, 100u);
  EXPECT_GT(hidden, 100u);
}

TEST(ReportCounts, HrSeesEachNumberAsItIs) {
  const std::vector<Subject> subjects = {{"1", "Oslo", "lokal"}, {"2", "Oslo", "lokal"}};
  const StatusCounts counts =
      count_statuses({subjects, {true, true}}, {{0, 1, true}, {1, 2, false}, {1, 4, false}}, kWords, kEnding);
  EXPECT_EQ(counts.by_status.total, 3);
  EXPECT_EQ(counts.overdue, 1);
  EXPECT_EQ(counts.ended, 2);
  EXPECT_EQ(counts.reviewed, 1);
  EXPECT_EQ(share_of(counts.reviewed, counts.ended), 50);
  EXPECT_EQ(share_of(2, 3), 67);
  EXPECT_EQ(share_of(0, 0), std::nullopt);
  EXPECT_EQ(share_of(std::nullopt, 3), std::nullopt);
}

}  // namespace
}  // namespace samla::domain
