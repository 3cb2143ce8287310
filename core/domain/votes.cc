#include "core/domain/votes.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/domain/rightful.h"

namespace samla::domain {
namespace {

constexpr std::string_view kBallot = "ballot";

Result<RecordId> vote_id(const Workspace& workspace, const SpaceId& forum, const RecordId& round,
                         const UserId& user) {
  return workspace.replica().derived_id(forum, kind::kVote, to_hex(round) + " " + to_hex(user));
}

/// Of what the voter's own devices have written and nobody replaced, the one that is shown first.
std::optional<Ballot> own_ballot(const Workspace& workspace, const view::RecordView& record,
                                 const UserId& voter) {
  const auto field = std::ranges::find(record.fields, kBallot, &view::FieldView::name);
  if (field == record.fields.end()) return std::nullopt;
  for (const view::HeadView& head : field->heads) {
    if (!head.readable || user_of_writer(workspace.replica(), head.ref.writer) != voter) continue;
    const auto* text = std::get_if<std::string>(&head.value);
    return text == nullptr ? std::nullopt : read_ballot(*text);
  }
  return std::nullopt;
}

}  // namespace

Result<Votes> votes_of(Workspace& workspace, const SpaceId& forum, const RecordId& round, VotingMethod method,
                       std::int64_t dots, const std::vector<std::string>& candidates) {
  // A member who erases another's vote does not take it back.
  SAMLA_ASSIGN(const auto records, workspace.list_with_erased(kind::kVote, forum));
  Votes out;
  for (const auto& kept : records) {
    const view::RecordView& record = *kept;
    if (record.text("round") != to_hex(round)) continue;
    const auto voter = user_of_writer(workspace.replica(), record.author);
    if (!voter || !made_rightly(workspace, record)) continue;
    SAMLA_ASSIGN(const RecordId id, vote_id(workspace, forum, round, *voter));
    if (id != record.id) continue;
    auto ballot = own_ballot(workspace, record, *voter);
    if (ballot && check_ballot(method, dots, candidates, *ballot, "round.count")) {
      out.ballots.emplace(to_hex(*voter), std::move(*ballot));
    } else {
      ++out.voided;
    }
  }
  return out;
}

Result<void> put_vote(Workspace& workspace, replica::Edit& edit, const SpaceId& forum, const RecordId& round,
                      const Ballot& ballot) {
  SAMLA_ASSIGN(const RecordId id, vote_id(workspace, forum, round, workspace.replica().user()));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (!present) {
    edit.create(id, forum, std::string(kind::kVote),
                {field("round", to_hex(round)), field(kBallot, write_ballot(ballot))});
    return {};
  }
  if (present->erased) edit.restore(id);
  edit.resolve(id, std::string(kBallot), write_ballot(ballot));
  return {};
}

std::string freeze(const std::string& voter, const Ballot& ballot) {
  return voter + " " + write_ballot(ballot);
}

std::map<std::string, Ballot> thaw(const std::vector<std::string>& details) {
  std::map<std::string, Ballot> out;
  for (const std::string& each : details) {
    const std::size_t end = each.find(' ');
    if (end == each.npos) continue;
    auto ballot = read_ballot(std::string_view(each).substr(end + 1));
    if (ballot) out.emplace(each.substr(0, end), std::move(*ballot));
  }
  return out;
}

}  // namespace samla::domain
