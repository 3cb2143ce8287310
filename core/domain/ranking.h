// Ranking: what people's ballots in a round come to. The same ballots, in whatever order, give the same
// result; equals share a place. Pure.
//   dots   each person spreads a number of dots; most dots first
//   score  each person gives each candidate 0 to 5; the highest sum first, what is not scored counts 0
//   rank   each person says who is first, second, …; a candidate gets two points for each that is placed
//          behind it and one for each beside it (Borda's count, doubled so that it stays whole); those
//          that a ballot leaves out share the place behind all that it names
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace samla::domain {

enum class VotingMethod : std::uint8_t { kDots, kScore, kRank };

/// dots, score, rank.
std::optional<VotingMethod> voting_method_of(std::string_view word);

inline constexpr std::int64_t kScoreMax = 5;
inline constexpr std::int64_t kDotsDefault = 5;
inline constexpr std::int64_t kDotsMax = 100;

/// What a person gave each candidate: dots, a score, a place from 1.
using Ballot = std::map<std::string, std::int64_t>;

struct Place {
  std::string candidate;
  std::int64_t points = 0;
  std::size_t place = 0;   ///< 1 is first; two that share the second are followed by the fourth
  bool tied = false;       ///< shares its place
  std::size_t voters = 0;  ///< who gave it anything: dots, a score above 0, a place
};

/// By place, those who share one by id. Ballots must hold (check_ballot).
std::vector<Place> ranking(VotingMethod method, const std::vector<std::string>& candidates,
                           const std::vector<Ballot>& ballots);

/// invalid_argument with what is wrong: not a candidate, too many dots, no such score or place, nothing.
Result<void> check_ballot(VotingMethod method, std::int64_t dots, const std::vector<std::string>& candidates,
                          const Ballot& ballot, std::string_view operation);

/// "id=3 id=1", ascending; the form that is stored.
std::string write_ballot(const Ballot& ballot);
/// Absent: it is not what write_ballot wrote.
std::optional<Ballot> read_ballot(std::string_view text);

}  // namespace samla::domain
