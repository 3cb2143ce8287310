#include "core/domain/gathering_report.h"

#include <algorithm>

#include "core/domain/participants.h"
#include "core/domain/sessions.h"

namespace samla::domain {
namespace {

void count(Attendance& into, const Participant& participant) {
  ++into.asked;
  if (participant.status == kSignedUp) ++into.signed_up;
  if (participant.status == kAttended) ++into.attended;
  if (participant.status == kAbsent) ++into.absent;
}

Result<std::size_t> count_notes(Workspace& workspace, const SpaceId& space) {
  std::size_t out = 0;
  for (const std::string_view kind : {kind::kNote, kind::kPublishedNote}) {
    SAMLA_ASSIGN(const auto records, workspace.list(kind, space));
    out += records.size();
  }
  return out;
}

}  // namespace

Result<GatheringReport> report_gathering(Workspace& workspace, std::string_view words) {
  constexpr std::string_view kOperation = "gathering.report";
  GatheringReport out;
  SAMLA_ASSIGN(out.gathering, find_gathering(workspace, words, kOperation));
  if (!out.gathering.is_member) {
    return fail(ErrorCode::not_permitted, std::string(kOperation),
                "the report is for those who are in the gathering; sync if you have just been let in");
  }
  SAMLA_ASSIGN(const auto people, participants(workspace, out.gathering));
  for (const std::string_view role : participant_roles()) {
    Attendance of_role;
    of_role.role = role;
    for (const Participant& each : people) {
      if (each.role == role) count(of_role, each);
    }
    if (of_role.asked > 0) out.by_role.push_back(of_role);
  }
  for (const Participant& each : people) {
    count(out.whole, each);
    if (each.table > 0) ++out.tables[each.table];
  }
  SAMLA_ASSIGN(const auto sessions, agenda(workspace, out.gathering));
  for (const std::string_view status : session_statuses()) out.sessions[std::string(status)] = 0;
  for (const Session& each : sessions) ++out.sessions[each.status];
  InputFilter filter;
  filter.gathering = out.gathering.name;
  SAMLA_ASSIGN(out.inputs, count_inputs(workspace, filter));
  SAMLA_ASSIGN(out.notes, count_notes(workspace, out.gathering.space));
  return out;
}

}  // namespace samla::domain
