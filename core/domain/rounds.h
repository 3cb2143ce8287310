// Rounds: the top leader forum weighs clusters against each other, in the forum space. While a round is open
// one sees who has voted, not how; closing it freezes the ballots into its log, so that the result never
// moves again; the decision is the forum's own, with its reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/clusters.h"
#include "core/domain/ranking.h"
#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

inline constexpr std::string_view kRoundOpen = "åpen";
inline constexpr std::string_view kRoundClosed = "lukket";
inline constexpr std::string_view kRoundDecided = "vedtatt";
inline constexpr std::string_view kRoundPublished = "publisert";
/// In the order of the life cycle.
const std::vector<std::string_view>& round_statuses();

struct Candidate {
  std::string id;  ///< the cluster's
  std::string text;
  std::string theme;
  std::size_t inputs = 0;
  std::optional<Place> place;  ///< once the round is closed
  std::size_t chosen = 0;      ///< 1: first of the decision; 0: not chosen
};

struct Round {
  RecordId id;
  std::string title;
  std::string method;     ///< dots, score, rank
  std::int64_t dots = 0;  ///< of the method dots: how many each has
  std::string status;
  /// Once it is closed by place, before by id.
  std::vector<Candidate> candidates;
  std::size_t electorate = 0;  ///< people of the forum
  std::size_t voters = 0;      ///< whose ballots count: now, or as it was closed
  std::size_t late = 0;        ///< ballots that came or changed after it was closed; they don't count
  std::size_t voided = 0;      ///< ballots that others than their voters have written over
  std::optional<Ballot> own;   ///< this user's
  std::string rationale;       ///< of the decision
  std::vector<StatusEntry> log;
  SpaceId space;
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

/// wrong_state, not_permitted: who may take a round from where to where. Open, close, open again and decide:
/// the forum and HR; publish: HR. Pure.
Result<void> check_round_step(Role role, std::string_view from, std::string_view to,
                              std::string_view operation);

struct NewRound {
  std::string title;
  std::string method;
  std::optional<std::int64_t> dots;
  std::vector<std::string> candidates;  ///< approved clusters' ids, two at least
};

Result<Round> open_round(Workspace& workspace, const NewRound& round);
/// This user's one ballot, in place of an earlier one. `ballot` by the clusters' ids or beginnings of them.
/// For the forum.
Result<Round> cast_vote(Workspace& workspace, std::string_view id, const Ballot& ballot);
Result<Round> close_round(Workspace& workspace, std::string_view id);
Result<Round> reopen_round(Workspace& workspace, std::string_view id, const std::string& note);
/// `chosen`: candidates in order. A decision that is not published can be taken anew.
Result<Round> decide_round(Workspace& workspace, std::string_view id, const std::vector<std::string>& chosen,
                           const std::string& rationale);
Result<Round> find_round(Workspace& workspace, std::string_view id, std::string_view operation);
/// Newest first.
Result<std::vector<Round>> list_rounds(Workspace& workspace, const std::optional<std::string>& status);

}  // namespace samla::domain
