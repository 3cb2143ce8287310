#include "core/domain/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace samla::domain {
namespace {

const std::vector<std::string> kThree = {"a", "b", "c"};

std::string shown(const std::vector<Place>& places) {
  std::string out;
  for (const Place& each : places) {
    out += std::to_string(each.place) + (each.tied ? "=" : ".") + each.candidate + ":" +
           std::to_string(each.points) + " ";
  }
  return out;
}

TEST(Ranking, DotsAndScoresAddUpAndEqualsShareAPlace) {
  const std::vector<Ballot> dots = {{{"a", 3}, {"b", 2}}, {{"b", 1}, {"c", 3}}, {{"c", 0}}};
  EXPECT_EQ(shown(ranking(VotingMethod::kDots, kThree, dots)), "1=a:3 1=b:3 1=c:3 ");
  const std::vector<Ballot> scores = {{{"a", 5}, {"b", 4}}, {{"b", 4}, {"c", 1}}};
  EXPECT_EQ(shown(ranking(VotingMethod::kScore, kThree, scores)), "1.b:8 2.a:5 3.c:1 ");
  const auto places = ranking(VotingMethod::kDots, {"a", "b", "c", "d"}, {{{"a", 2}, {"b", 1}, {"c", 1}}});
  EXPECT_EQ(shown(places), "1.a:2 2=b:1 2=c:1 4.d:0 ");
  EXPECT_EQ(places[0].voters, 1u);
  EXPECT_EQ(places[3].voters, 0u);
}

TEST(Ranking, RanksByBordasCountWithSharedAndLeftOutPlaces) {
  // Worked out by hand: a beats b and c (4), b beats c (2).
  EXPECT_EQ(shown(ranking(VotingMethod::kRank, kThree, {{{"a", 1}, {"b", 2}, {"c", 3}}})),
            "1.a:4 2.b:2 3.c:0 ");
  // b and c left out: beside each other, behind a.
  EXPECT_EQ(shown(ranking(VotingMethod::kRank, kThree, {{{"a", 2}}})), "1.a:4 2=b:1 2=c:1 ");
  EXPECT_EQ(shown(ranking(VotingMethod::kRank, kThree, {{{"a", 1}, {"b", 1}}})), "1=a:3 1=b:3 3.c:0 ");
  // A circle of preferences is a tie of all.
  EXPECT_EQ(
      shown(ranking(
          VotingMethod::kRank, kThree,
          {{{"a", 1}, {"b", 2}, {"c", 3}}, {{"b", 1}, {"c", 2}, {"a", 3}}, {{"c", 1}, {"a", 2}, {"b", 3}}})),
      "1=a:6 1=b:6 1=c:6 ");
  EXPECT_EQ(shown(ranking(VotingMethod::kRank, kThree, {})), "1=a:0 1=b:0 1=c:0 ");
}

TEST(Ranking, IsTheSameInWhateverOrderBallotsAndCandidatesCome) {
  constexpr std::uint64_t kSeed = 7;
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> candidates;
    for (std::size_t i = 0; i < 2 + random() % 6; ++i)
      candidates.push_back(std::string(1, static_cast<char>('a' + i)));
    const auto method = static_cast<VotingMethod>(random() % 3);
    std::vector<Ballot> ballots(random() % 12);
    for (Ballot& each : ballots) {
      for (const std::string& candidate : candidates) {
        if (random() % 3 == 0) continue;
        const auto most = method == VotingMethod::kRank ? candidates.size() : std::size_t{4};
        each[candidate] = static_cast<std::int64_t>(1 + random() % most);
      }
    }
    const auto places = ranking(method, candidates, ballots);
    std::ranges::shuffle(ballots, random);
    std::ranges::shuffle(candidates, random);
    EXPECT_EQ(shown(ranking(method, candidates, ballots)), shown(places)) << "seed " << kSeed << " " << round;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      sum += places[i].points;
      const bool as_before = i > 0 && places[i].points == places[i - 1].points;
      EXPECT_EQ(places[i].place, as_before ? places[i - 1].place : i + 1);
    }
    // Each ballot shares out the same: two points for each pair of candidates.
    const auto count = static_cast<std::int64_t>(candidates.size());
    const std::int64_t shared = static_cast<std::int64_t>(ballots.size()) * count * (count - 1);
    EXPECT_TRUE(method != VotingMethod::kRank || sum == shared) << "seed " << kSeed << " " << sum;
  }
}

TEST(Ranking, BallotsAreCheckedAndComeBackAsTheyWereWritten) {
  const auto code = [](VotingMethod method, const Ballot& ballot) {
    const auto checked = check_ballot(method, 5, kThree, ballot, "test");
    return checked ? std::string() : std::string(checked.error().hint);
  };
  EXPECT_EQ(code(VotingMethod::kDots, {{"a", 3}, {"b", 2}}), "");
  EXPECT_THAT(code(VotingMethod::kDots, {{"a", 3}, {"b", 3}}), ::testing::HasSubstr("6 dots"));
  EXPECT_THAT(code(VotingMethod::kDots, {{"d", 1}}), ::testing::HasSubstr("no candidate"));
  EXPECT_THAT(code(VotingMethod::kDots, {}), ::testing::HasSubstr("empty"));
  EXPECT_THAT(code(VotingMethod::kScore, {{"a", 6}}), ::testing::HasSubstr("0 to 5"));
  EXPECT_EQ(code(VotingMethod::kRank, {{"a", 1}, {"b", 1}}), "");
  EXPECT_THAT(code(VotingMethod::kRank, {{"a", 0}}), ::testing::HasSubstr("1 to 3"));
  EXPECT_THAT(code(VotingMethod::kRank, {{"a", 4}}), ::testing::HasSubstr("1 to 3"));
  const Ballot ballot = {{"a", 3}, {"b", 0}};
  EXPECT_EQ(write_ballot(ballot), "a=3 b=0");
  EXPECT_EQ(read_ballot("a=3 b=0"), ballot);
  EXPECT_EQ(read_ballot(""), Ballot());
  for (const char* wrong :
       {"a", "=3", "a=", "a=-1", "a=x", "a=1 a=2", "a=99999999999999999999", "a=1=2", " a=1"})
    EXPECT_EQ(read_ballot(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace samla::domain
