#include "core/domain/ranking.h"

#include <algorithm>
#include <charconv>

namespace samla::domain {
namespace {

/// Places are small; a number that would overflow a sum is no ballot.
constexpr std::int64_t kNumberMax = 1'000'000;

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || text.empty() || out < 0 || out > kNumberMax) return std::nullopt;
  return out;
}

/// What one ballot gives one candidate.
std::int64_t points_of(VotingMethod method, const std::string& candidate,
                       const std::vector<std::string>& candidates, const Ballot& ballot) {
  const auto given = [&](const std::string& id) {
    const auto found = ballot.find(id);
    return found == ballot.end() ? std::optional<std::int64_t>() : std::optional(found->second);
  };
  const auto own = given(candidate);
  if (method != VotingMethod::kRank) return own.value_or(0);
  std::int64_t out = 0;
  for (const std::string& other : candidates) {
    if (other == candidate) continue;
    const auto theirs = given(other);
    const bool is_behind = own && (!theirs || *theirs > *own);
    const bool is_beside = own == theirs;
    out += is_behind ? 2 : is_beside ? 1 : 0;
  }
  return out;
}

bool gives(VotingMethod method, const std::string& candidate, const Ballot& ballot) {
  const auto found = ballot.find(candidate);
  return found != ballot.end() && (method == VotingMethod::kRank || found->second > 0);
}

}  // namespace

std::optional<VotingMethod> voting_method_of(std::string_view word) {
  if (word == "dots") return VotingMethod::kDots;
  if (word == "score") return VotingMethod::kScore;
  if (word == "rank") return VotingMethod::kRank;
  return std::nullopt;
}

std::vector<Place> ranking(VotingMethod method, const std::vector<std::string>& candidates,
                           const std::vector<Ballot>& ballots) {
  std::vector<Place> out;
  for (const std::string& candidate : candidates) {
    Place place;
    place.candidate = candidate;
    for (const Ballot& ballot : ballots) {
      place.points += points_of(method, candidate, candidates, ballot);
      if (gives(method, candidate, ballot)) ++place.voters;
    }
    out.push_back(std::move(place));
  }
  std::ranges::sort(out, [](const Place& a, const Place& b) {
    return a.points != b.points ? a.points > b.points : a.candidate < b.candidate;
  });
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool as_before = i > 0 && out[i].points == out[i - 1].points;
    out[i].place = as_before ? out[i - 1].place : i + 1;
    if (as_before) out[i].tied = out[i - 1].tied = true;
  }
  return out;
}

Result<void> check_ballot(VotingMethod method, std::int64_t dots, const std::vector<std::string>& candidates,
                          const Ballot& ballot, std::string_view operation) {
  const auto refuse = [&](std::string why) {
    return fail(ErrorCode::invalid_argument, std::string(operation), std::move(why));
  };
  if (ballot.empty()) return refuse("the ballot is empty; name candidates, each with what you give it");
  std::int64_t sum = 0;
  for (const auto& [candidate, given] : ballot) {
    if (std::ranges::find(candidates, candidate) == candidates.end())
      return refuse("'" + candidate + "' is no candidate of the round; round show lists them");
    if (given < 0) return refuse("what you give is a whole number from 0");
    if (method == VotingMethod::kScore && given > kScoreMax) return refuse("a score is from 0 to 5");
    if (method == VotingMethod::kRank && (given < 1 || given > static_cast<std::int64_t>(candidates.size())))
      return refuse("a place is from 1 to " + std::to_string(candidates.size()));
    if (method == VotingMethod::kDots && given > dots)
      return refuse("you have " + std::to_string(dots) + " dots");
    sum += given;
  }
  if (method == VotingMethod::kDots && sum > dots) {
    return refuse("these are " + std::to_string(sum) + " dots, and you have " + std::to_string(dots));
  }
  return {};
}

std::string write_ballot(const Ballot& ballot) {
  std::string out;
  for (const auto& [candidate, given] : ballot)
    out += (out.empty() ? "" : " ") + candidate + "=" + std::to_string(given);
  return out;
}

std::optional<Ballot> read_ballot(std::string_view text) {
  Ballot out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view part = text.substr(0, end);
    const std::size_t equals = part.find('=');
    if (equals == part.npos || equals == 0) return std::nullopt;
    const auto number = number_of(part.substr(equals + 1));
    if (!number || !out.emplace(part.substr(0, equals), *number).second) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace samla::domain
