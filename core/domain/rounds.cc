#include "core/domain/rounds.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/cluster_records.h"
#include "core/domain/names.h"
#include "core/domain/record_ids.h"
#include "core/domain/votes.h"

namespace samla::domain {
namespace {

using replica::Edit;

SpaceId forum_of(const Workspace& workspace) { return workspace.replica().space_id(purpose::kForum, {}); }

/// The last entry that says `status`; null: none.
const StatusEntry* last_with(const std::vector<StatusEntry>& log, std::string_view status) {
  const auto found =
      std::find_if(log.rbegin(), log.rend(), [&](const auto& each) { return each.status == status; });
  return found == log.rend() ? nullptr : &*found;
}

std::size_t electorate(const Workspace& workspace, const SpaceId& forum) {
  std::set<UserId> voters;
  for (const replica::UserInfo& each : workspace.replica().users()) {
    if (static_cast<Role>(each.role) == Role::kForum) voters.insert(each.id);
  }
  const auto members = workspace.replica().members(forum);
  return static_cast<std::size_t>(
      std::ranges::count_if(members, [&](const auto& each) { return voters.contains(each.first); }));
}

/// "2 ID" of the decision's details: the second choice.
std::size_t choice_of(const StatusEntry* decision, const std::string& cluster) {
  if (decision == nullptr) return 0;
  for (const std::string& each : decision->details) {
    const std::size_t end = each.find(' ');
    if (end != each.npos && each.substr(end + 1) == cluster) {
      const auto number = read_ballot("n=" + each.substr(0, end));
      return number ? static_cast<std::size_t>(number->at("n")) : 0;
    }
  }
  return 0;
}

void put_places(Round& round, VotingMethod method, const std::vector<std::string>& candidates,
                const std::map<std::string, Ballot>& counted) {
  std::vector<Ballot> ballots;
  for (const auto& [voter, ballot] : counted) ballots.push_back(ballot);
  for (Place& place : ranking(method, candidates, ballots)) {
    const auto found = std::ranges::find(round.candidates, place.candidate, &Candidate::id);
    if (found != round.candidates.end()) found->place = std::move(place);
  }
  std::ranges::stable_sort(round.candidates, {}, [](const Candidate& each) { return each.place->place; });
}

/// Counts what counts: the ballots as they are, or as they were when it was closed.
Result<void> put_votes(Workspace& workspace, Round& round, const std::vector<std::string>& candidates) {
  const VotingMethod method = voting_method_of(round.method).value_or(VotingMethod::kDots);
  SAMLA_ASSIGN(const Votes votes, votes_of(workspace, round.space, round.id, method, round.dots, candidates));
  round.voided = votes.voided;
  const auto own = votes.ballots.find(to_hex(workspace.replica().user()));
  if (own != votes.ballots.end()) round.own = own->second;
  round.voters = votes.ballots.size();
  const StatusEntry* closing = last_with(round.log, kRoundClosed);
  if (round.status == kRoundOpen || closing == nullptr) return {};
  const auto counted = thaw(closing->details);
  round.voters = counted.size();
  for (const auto& [voter, ballot] : votes.ballots) {
    const auto frozen = counted.find(voter);
    if (frozen == counted.end() || frozen->second != ballot) ++round.late;
  }
  put_places(round, method, candidates, counted);
  return {};
}

struct Reading {
  StatusLog log;
  ClusterRecords clusters;
};

Result<Reading> reading(Workspace& workspace) {
  Reading out;
  SAMLA_ASSIGN(out.log, StatusLog::load(workspace, kind::kRoundStatus, forum_of(workspace)));
  SAMLA_ASSIGN(out.clusters, ClusterRecords::load(workspace));
  return out;
}

/// What a candidate said when the round was opened: what people vote on does not change under their hands.
std::string text_field(const std::string& cluster) { return "text." + cluster; }

Result<Round> round_of(Workspace& workspace, const view::RecordView& record, const Reading& from) {
  Round out;
  out.id = record.id;
  out.title = record.text("title");
  out.method = record.text("method");
  out.dots = record.number("dots");
  out.space = record.space;
  out.created_ms = record.created_ms;
  out.author = record.author;
  out.contested = record.contested();
  const std::string id = to_hex(record.id);
  out.log = from.log.entries(id);
  out.status = from.log.status(id, kRoundOpen);
  out.electorate = electorate(workspace, record.space);
  const bool is_decided = out.status == kRoundDecided || out.status == kRoundPublished;
  const StatusEntry* decision = is_decided ? last_with(out.log, kRoundDecided) : nullptr;
  if (decision != nullptr) out.rationale = decision->note;
  const std::vector<std::string> candidates = record.elements("candidates");
  for (const std::string& each : candidates) {
    Candidate candidate;
    candidate.id = each;
    candidate.text = record.text(text_field(each));
    const auto cluster = from.clusters.all().find(each);
    if (cluster != from.clusters.all().end()) {
      candidate.theme = cluster->second.theme;
      candidate.inputs = cluster->second.inputs.size();
    }
    candidate.chosen = choice_of(decision, each);
    out.candidates.push_back(std::move(candidate));
  }
  SAMLA_TRY(put_votes(workspace, out, candidates));
  return out;
}

Result<std::vector<std::string>> find_candidates(const Round& round, const std::vector<std::string>& ids,
                                                 std::string_view operation) {
  std::vector<std::string> out;
  for (const std::string& id : ids) {
    std::vector<std::string> found;
    for (const Candidate& each : round.candidates) {
      if (!id.empty() && each.id.starts_with(id)) found.push_back(each.id);
    }
    if (found.size() != 1) {
      return fail(found.empty() ? ErrorCode::not_found : ErrorCode::ambiguous, std::string(operation),
                  found.empty() ? "'" + id + "' is no candidate of the round; round show lists them"
                                : "'" + id + "' is the beginning of several; give more digits");
    }
    if (std::ranges::find(out, found.front()) != out.end()) {
      return fail(ErrorCode::invalid_argument, std::string(operation), "'" + id + "' stands there twice");
    }
    out.push_back(found.front());
  }
  return out;
}

/// Takes the round a step further.
Result<Round> step(Workspace& workspace, const Round& round, std::string_view to, const std::string& note,
                   const std::vector<std::string>& details, std::string_view operation) {
  SAMLA_TRY(workspace.check_writable(round.space, operation));
  SAMLA_TRY(check_round_step(workspace.role(), round.status, to, operation));
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kRoundStatus, round.space));
  Edit edit;
  SAMLA_TRY(log.add(workspace, edit, round.space, to_hex(round.id), to, note, details));
  SAMLA_TRY(workspace.commit(std::move(edit), {round.space}));
  return find_round(workspace, to_hex(round.id), operation);
}

Result<std::vector<Cluster>> approved_clusters(Workspace& workspace, const std::vector<std::string>& ids,
                                               std::string_view operation) {
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  std::vector<Cluster> out;
  for (const std::string& id : ids) {
    SAMLA_ASSIGN(const Cluster* cluster, records.find_standing(workspace, id, operation));
    if (cluster->status != kClusterApproved) {
      return fail(
          ErrorCode::wrong_state, std::string(operation),
          "the cluster " + to_hex(cluster->id) + " is " + cluster->status + "; cluster approve first");
    }
    if (std::ranges::find(out, cluster->id, &Cluster::id) == out.end()) out.push_back(*cluster);
  }
  if (out.size() < 2) {
    return fail(ErrorCode::invalid_argument, std::string(operation), "a round has two candidates at least");
  }
  return out;
}

}  // namespace

const std::vector<std::string_view>& round_statuses() {
  static const std::vector<std::string_view> words = {kRoundOpen, kRoundClosed, kRoundDecided,
                                                      kRoundPublished};
  return words;
}

Result<void> check_round_step(Role role, std::string_view from, std::string_view to,
                              std::string_view operation) {
  const std::string where(operation);
  const bool is_forum = role == Role::kForum || role == Role::kHr;
  if (!is_forum) return fail(ErrorCode::not_permitted, where, "rounds are the forum's and HR's");
  if (to == kRoundPublished && role != Role::kHr) {
    return fail(ErrorCode::not_permitted, where, "HR publishes: it gives the leaders their tasks as well");
  }
  static const std::vector<std::pair<std::string_view, std::string_view>> kSteps = {
      {kRoundOpen, kRoundClosed},
      {kRoundClosed, kRoundOpen},
      {kRoundClosed, kRoundDecided},
      {kRoundDecided, kRoundDecided},
      {kRoundDecided, kRoundPublished}};
  if (std::ranges::find(kSteps, std::pair(from, to)) != kSteps.end()) return {};
  std::string hint = "the round is " + std::string(from);
  if (from == kRoundOpen) hint += "; round close counts the votes first";
  if (from == kRoundClosed && to == kRoundPublished) hint += "; round decide comes first";
  if (from == kRoundPublished) hint += ", and that is final; open another round";
  if (from == kRoundDecided && to == kRoundOpen)
    hint += "; the votes stand, and round decide changes the decision";
  return fail(ErrorCode::wrong_state, where, hint);
}

Result<Round> open_round(Workspace& workspace, const NewRound& round) {
  constexpr std::string_view kOperation = "round.open";
  const SpaceId forum = forum_of(workspace);
  if (!may_make(kind::kRound, workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "the forum and HR open rounds");
  }
  SAMLA_TRY(workspace.check_writable(forum, kOperation));
  SAMLA_TRY(check_name(round.title, "title", kOperation));
  const auto method = voting_method_of(round.method);
  if (!method) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "the method is dots, score or rank");
  }
  if (round.dots && *method != VotingMethod::kDots) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "dots are for the method dots alone");
  }
  const std::int64_t dots = round.dots.value_or(kDotsDefault);
  if (dots < 1 || dots > kDotsMax) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "each has from 1 to 100 dots");
  }
  SAMLA_ASSIGN(const auto candidates, approved_clusters(workspace, round.candidates, kOperation));
  std::vector<Edit::Field> fields = {field("title", round.title), field("method", round.method)};
  if (*method == VotingMethod::kDots) fields.push_back(field("dots", dots));
  for (const Cluster& each : candidates) {
    fields.push_back(element("candidates", to_hex(each.id)));
    fields.push_back(field(text_field(to_hex(each.id)), each.text));
  }
  const RecordId id = workspace.replica().new_record_id(forum);
  Edit edit;
  edit.create(id, forum, std::string(kind::kRound), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {forum}));
  return find_round(workspace, to_hex(id), kOperation);
}

Result<Round> cast_vote(Workspace& workspace, std::string_view id, const Ballot& ballot) {
  constexpr std::string_view kOperation = "round.vote";
  SAMLA_ASSIGN(const Round round, find_round(workspace, id, kOperation));
  if (!may_make(kind::kVote, workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "the top leader forum votes");
  }
  SAMLA_TRY(workspace.check_writable(round.space, kOperation));
  if (round.status != kRoundOpen) {
    return fail(ErrorCode::wrong_state, std::string(kOperation), "the round is " + round.status);
  }
  std::vector<std::string> all;
  for (const Candidate& each : round.candidates) all.push_back(each.id);
  Ballot whole;
  for (const auto& [candidate, given] : ballot) {
    SAMLA_ASSIGN(const auto found, find_candidates(round, {candidate}, kOperation));
    if (!whole.emplace(found.front(), given).second) {
      return fail(ErrorCode::invalid_argument, std::string(kOperation),
                  "'" + candidate + "' stands there twice");
    }
  }
  const auto method = voting_method_of(round.method).value_or(VotingMethod::kDots);
  SAMLA_TRY(check_ballot(method, round.dots, all, whole, kOperation));
  Edit edit;
  SAMLA_TRY(put_vote(workspace, edit, round.space, round.id, whole));
  SAMLA_TRY(workspace.commit(std::move(edit), {round.space}));
  return find_round(workspace, to_hex(round.id), kOperation);
}

Result<Round> close_round(Workspace& workspace, std::string_view id) {
  constexpr std::string_view kOperation = "round.close";
  SAMLA_ASSIGN(const Round round, find_round(workspace, id, kOperation));
  std::vector<std::string> candidates;
  for (const Candidate& each : round.candidates) candidates.push_back(each.id);
  const auto method = voting_method_of(round.method).value_or(VotingMethod::kDots);
  SAMLA_ASSIGN(const Votes votes, votes_of(workspace, round.space, round.id, method, round.dots, candidates));
  if (votes.ballots.empty() && round.status == kRoundOpen) {
    return fail(ErrorCode::wrong_state, std::string(kOperation),
                "nobody's vote is on this device; sync first, or let them vote");
  }
  std::vector<std::string> frozen;
  for (const auto& [voter, ballot] : votes.ballots) frozen.push_back(freeze(voter, ballot));
  return step(workspace, round, kRoundClosed, {}, frozen, kOperation);
}

Result<Round> reopen_round(Workspace& workspace, std::string_view id, const std::string& note) {
  constexpr std::string_view kOperation = "round.reopen";
  SAMLA_TRY(check_text(note, "note", kOperation));
  SAMLA_ASSIGN(const Round round, find_round(workspace, id, kOperation));
  return step(workspace, round, kRoundOpen, note, {}, kOperation);
}

Result<Round> decide_round(Workspace& workspace, std::string_view id, const std::vector<std::string>& chosen,
                           const std::string& rationale) {
  constexpr std::string_view kOperation = "round.decide";
  SAMLA_ASSIGN(const Round round, find_round(workspace, id, kOperation));
  SAMLA_TRY(check_text(rationale, "rationale", kOperation));
  if (rationale.empty()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation),
                "give a rationale: everybody will read why");
  }
  SAMLA_ASSIGN(const auto found, find_candidates(round, chosen, kOperation));
  if (found.empty()) return fail(ErrorCode::invalid_argument, std::string(kOperation), "choose one at least");
  std::vector<std::string> details;
  for (const std::string& each : found) details.push_back(std::to_string(details.size() + 1) + " " + each);
  return step(workspace, round, kRoundDecided, rationale, details, kOperation);
}

Result<Round> find_round(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kRound}, operation));
  if (record.erased || record.space != forum_of(workspace) || !made_rightly(workspace, record)) {
    return fail(ErrorCode::not_found, std::string(operation), "there is no such round any more");
  }
  SAMLA_ASSIGN(const Reading from, reading(workspace));
  return round_of(workspace, record, from);
}

Result<std::vector<Round>> list_rounds(Workspace& workspace, const std::optional<std::string>& status) {
  SAMLA_ASSIGN(const Reading from, reading(workspace));
  SAMLA_ASSIGN(auto records, workspace.list(kind::kRound, forum_of(workspace)));
  std::ranges::reverse(records);
  std::vector<Round> out;
  for (const auto& record : records) {
    if (!made_rightly(workspace, *record)) continue;
    SAMLA_ASSIGN(Round each, round_of(workspace, *record, from));
    if (!status || each.status == *status) out.push_back(std::move(each));
  }
  return out;
}

}  // namespace samla::domain
