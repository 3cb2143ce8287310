#include "core/domain/suppression.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include "tests/support/linear_adversary.h"

namespace samla::domain {
namespace {

std::vector<bool> where(const std::vector<Subject>& subjects,
                        const std::function<bool(const Subject&)>& holds) {
  std::vector<bool> out;
  for (const Subject& each : subjects) out.push_back(holds(each));
  return out;
}

TEST(Suppression, HrSeesCountsAsTheyAre) {
  const std::vector<Subject> subjects = {{"1", "Oslo", "lokal"}, {"2", "Oslo", "lokal"}};
  const Table table(subjects, 3, {{0, 1, 1}, {1, 2, 7}}, Audience::kHr);
  const Answer answer = table.ask({true, true});
  EXPECT_EQ(answer.total, 8);
  EXPECT_EQ(answer.cells, (std::vector<std::optional<std::int64_t>>{0, 1, 7}));
  EXPECT_EQ(table.ask({false, true}).total, 7);
}

TEST(Suppression, NeighbouringCategoriesAreToldTogetherWhereOneRestsOnTooFew) {
  std::vector<Subject> subjects;
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < 12; ++i) {
    subjects.push_back({std::to_string(i), "Oslo", "lokal"});
    facts.push_back({i, i < 2 ? 0u : i < 6 ? 1u : 3u, 1});
  }
  const Table table(subjects, 4, facts, Audience::kOthers, 5);
  const Answer answer = table.ask(std::vector<bool>(12, true));
  EXPECT_EQ(answer.total, 12);
  // 2 and 4 units go together; nobody in the third; 6 in the last.
  EXPECT_EQ(answer.cells, (std::vector<std::optional<std::int64_t>>{{}, {}, 0, 6}));
  ASSERT_EQ(answer.joined.size(), 1u);
  EXPECT_EQ(answer.joined[0].amount, 6);
}

TEST(Suppression, ASmallFylkeHidesItsNeighbourToo) {
  std::vector<Subject> subjects;
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < 21; ++i) {
    subjects.push_back({std::to_string(i), i < 10 ? "A" : i < 20 ? "B" : "C", "lokal"});
    facts.push_back({i, 0, 1});
  }
  const Table table(subjects, 1, facts, Audience::kOthers, 5);
  const auto total = [&](const char* fylke) {
    return table.ask(where(subjects, [&](const Subject& each) { return each.fylke == fylke; })).total;
  };
  EXPECT_EQ(total("A"), 10);
  EXPECT_EQ(total("B"), std::nullopt);
  EXPECT_EQ(total("C"), std::nullopt);
  EXPECT_EQ(table.ask(std::vector<bool>(21, true)).total, 21);
}

TEST(Suppression, FewerThanKInAllTellNothing) {
  const std::vector<Subject> subjects(4, Subject{"1", "Oslo", "lokal"});
  const Table table(subjects, 2, {{0, 0, 1}, {1, 0, 1}, {2, 1, 1}, {3, 1, 1}}, Audience::kOthers, 1);
  // k is at least the floor of 3.
  const Answer answer = table.ask(std::vector<bool>(4, true));
  EXPECT_EQ(answer.cells[0], std::nullopt);
  EXPECT_EQ(answer.joined.size(), 1u);
  const Table two(std::vector<Subject>(2), 1, {{0, 0, 1}, {1, 0, 1}}, Audience::kOthers);
  EXPECT_EQ(two.ask({true, true}).total, std::nullopt);
}

struct World {
  std::vector<Subject> subjects;
  std::size_t categories = 0;
  std::vector<Fact> facts;
  std::vector<std::vector<bool>> filters;

  test::LinearAdversary::Row row(const std::vector<bool>& chosen, std::size_t first, std::size_t last) const {
    test::LinearAdversary::Row out(subjects.size() * categories);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      for (std::size_t c = first; chosen[i] && c <= last; ++c) out[i * categories + c] = 1;
    }
    return out;
  }
  std::size_t contributors(const std::vector<bool>& chosen, std::size_t first, std::size_t last) const {
    std::set<std::size_t> out;
    for (const Fact& fact : facts) {
      if (chosen[fact.subject] && fact.category >= first && fact.category <= last) out.insert(fact.subject);
    }
    return out.size();
  }
};

World random_world(std::mt19937& random) {
  World world;
  world.categories = 2 + random() % 4;
  const std::size_t count = 1 + random() % 40;
  for (std::size_t i = 0; i < count; ++i) {
    // Fylker and types of very different sizes.
    const std::string fylke(1, static_cast<char>('A' + std::min(random() % 4, random() % 4)));
    world.subjects.push_back({std::to_string(i), fylke, random() % 4 == 0 ? "særskilt" : "lokal"});
    const std::size_t own = random() % 3;
    for (std::size_t n = 0; n < own; ++n) {
      const std::size_t category = std::min(random() % world.categories, random() % world.categories);
      world.facts.push_back({i, category, 1 + static_cast<std::int64_t>(random() % 3)});
    }
  }
  world.filters.push_back(std::vector<bool>(count, true));
  std::set<std::string> fylker;
  for (const Subject& each : world.subjects) fylker.insert(each.fylke);
  for (const std::string type : {"lokal", "særskilt"}) {
    world.filters.push_back(where(world.subjects, [&](const auto& each) { return each.type == type; }));
    for (const std::string& fylke : fylker) {
      world.filters.push_back(
          where(world.subjects, [&](const auto& each) { return each.fylke == fylke && each.type == type; }));
    }
  }
  for (const std::string& fylke : fylker)
    world.filters.push_back(where(world.subjects, [&](const auto& each) { return each.fylke == fylke; }));
  for (std::size_t i = 0; i < count; ++i)
    world.filters.push_back(
        where(world.subjects, [&](const auto& each) { return each.unit == std::to_string(i); }));
  return world;
}

TEST(Suppression, NoCombinationOfFiltersTellsOrLetsWorkOutACellUnderK) {
  const std::uint32_t base = std::random_device()();
  std::size_t told = 0;
  std::size_t hidden = 0;
  for (std::uint32_t round = 0; round < 150; ++round) {
    const std::uint32_t seed = base + round;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const World world = random_world(random);
    const std::size_t k = 3 + random() % 4;
    const Table table(world.subjects, world.categories, world.facts, Audience::kOthers, k);
    const Table truth(world.subjects, world.categories, world.facts, Audience::kHr);
    test::LinearAdversary adversary(world.subjects.size() * world.categories);
    for (const auto& filter : world.filters) {
      const Answer answer = table.ask(filter);
      const Answer real = truth.ask(filter);
      if (answer.total) {
        EXPECT_EQ(*answer.total, *real.total);
        adversary.learn(world.row(filter, 0, world.categories - 1));
      }
      for (std::size_t c = 0; c < world.categories; ++c) {
        if (!answer.cells[c]) continue;
        ++told;
        EXPECT_EQ(*answer.cells[c], *real.cells[c]);
        adversary.learn(world.row(filter, c, c));
      }
      for (const Joined& each : answer.joined) adversary.learn(world.row(filter, each.first, each.last));
    }
    for (const auto& filter : world.filters) {
      for (std::size_t first = 0; first < world.categories; ++first) {
        for (std::size_t last = first; last < world.categories; ++last) {
          const std::size_t few = world.contributors(filter, first, last);
          if (few == 0 || few >= k) continue;
          ++hidden;
          ASSERT_FALSE(adversary.can_work_out(world.row(filter, first, last)));
        }
      }
    }
  }
  // The test would say nothing if all were hidden, or nothing.
  EXPECT_GT(told, 100u);
  EXPECT_GT(hidden, 100u);
}

}  // namespace
}  // namespace samla::domain
