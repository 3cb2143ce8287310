#include "core/domain/cascade.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/dates.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/policies.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

CascadeTask task_of(Workspace& workspace, Names& names, const view::RecordView& each) {
  std::optional<view::RecordView> kept;
  const view::RecordView& record = each.contested() ? kept.emplace(settled(workspace, each)) : each;
  CascadeTask out;
  out.id = record.id;
  const auto info = workspace.space(record.space);
  if (info) out.unit = names.unit(info->scope);
  out.leader = record.text("leader");
  out.gathering = record.text("gathering");
  out.due = record.text("due");
  out.method = record.text("method");
  out.feedback = record.text("feedback");
  out.reached = record.number("reached");
  out.status = record.text("status");
  out.space = record.space;
  out.created_ms = record.created_ms;
  out.author = record.author;
  out.contested = record.contested();
  return out;
}

/// The unit's leaders, or the one that is named among them.
Result<std::vector<UserId>> leaders_of(Workspace& workspace, const SpaceId& unit_hr,
                                       const CascadeAssignment& assignment, std::string_view operation) {
  std::vector<UserId> out;
  const auto wanted =
      assignment.leader.empty() ? std::nullopt : Names(workspace).find_user(assignment.leader);
  const auto users = workspace.replica().users();
  for (const auto& [user, right] : workspace.replica().members(unit_hr)) {
    const auto known = std::ranges::find(users, user, &replica::UserInfo::id);
    const bool is_leader = known != users.end() && known->role == static_cast<replica::Role>(Role::kLeader);
    if (is_leader && (assignment.leader.empty() || wanted == user)) out.push_back(user);
  }
  if (out.empty()) {
    return fail(ErrorCode::not_found, std::string(operation),
                assignment.leader.empty() ? "nobody leads the unit yet"
                                          : "the unit has no leader '" + assignment.leader + "'");
  }
  return out;
}

Result<void> check_step(const Workspace& workspace, const CascadeTask& task, const CascadeReport& report,
                        std::string_view operation) {
  const bool acknowledges = report.status == kCascadeAcknowledged;
  if (acknowledges != (workspace.role() == Role::kHr)) {
    return fail(ErrorCode::not_permitted, std::string(operation),
                acknowledges ? "HR acknowledges" : "the unit's leaders say what they have done");
  }
  if (acknowledges && task.status != kCascadeDone && task.status != kCascadeAcknowledged) {
    return fail(ErrorCode::wrong_state, std::string(operation), "the task is " + task.status);
  }
  if (!acknowledges && task.status == kCascadeAcknowledged) {
    return fail(ErrorCode::wrong_state, std::string(operation), "HR has acknowledged the task");
  }
  return {};
}

}  // namespace

Result<RecordId> add_cascade_task(Workspace& workspace, Edit& edit, const SpaceId& unit_hr,
                                  const UserId& leader, const std::string& gathering,
                                  const std::string& due) {
  SAMLA_ASSIGN(const RecordId id,
               workspace.replica().derived_id(unit_hr, kind::kCascade, to_hex(leader) + " " + gathering));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (!present) {
    edit.create(id, unit_hr, std::string(kind::kCascade),
                {field("leader", to_hex(leader)), field("gathering", gathering), field("due", due),
                 field("status", std::string(kCascadeAssigned))});
  } else if (!due.empty() && present->text("due") != due) {
    edit.assign(id, "due", due);
  }
  return id;
}

Result<std::vector<CascadeTask>> assign_cascade(Workspace& workspace, const CascadeAssignment& assignment) {
  constexpr std::string_view kOperation = "cascade.assign";
  if (workspace.role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "HR assigns what is to be passed on");
  }
  SAMLA_TRY(check_name(assignment.gathering, "gathering", kOperation));
  if (!assignment.due.empty()) SAMLA_TRY(check_date(assignment.due, "due", kOperation));
  SAMLA_ASSIGN(const Unit unit, find_unit(workspace, assignment.unit, kOperation));
  const SpaceId space = workspace.replica().space_id(purpose::kUnitHr, unit.scope);
  SAMLA_TRY(workspace.check_writable(space, kOperation));
  SAMLA_ASSIGN(const auto leaders, leaders_of(workspace, space, assignment, kOperation));
  Edit edit;
  std::vector<RecordId> ids;
  for (const UserId& leader : leaders) {
    SAMLA_ASSIGN(const RecordId id,
                 add_cascade_task(workspace, edit, space, leader, assignment.gathering, assignment.due));
    ids.push_back(id);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {space}));
  Names names(workspace);
  std::vector<CascadeTask> out;
  for (const RecordId& id : ids) {
    SAMLA_ASSIGN(const auto record, workspace.read(id));
    if (record) out.push_back(task_of(workspace, names, *record));
  }
  return out;
}

Result<CascadeTask> report_cascade(Workspace& workspace, std::string_view id, const CascadeReport& report) {
  constexpr std::string_view kOperation = "cascade.done";
  SAMLA_ASSIGN(const auto found, find_record(workspace, id, {kind::kCascade}, kOperation));
  const view::RecordView record = settled(workspace, found);
  SAMLA_TRY(workspace.check_writable(record.space, kOperation));
  Names names(workspace);
  SAMLA_TRY(check_step(workspace, task_of(workspace, names, record), report, kOperation));
  if (report.method) SAMLA_TRY(check_text(*report.method, "method", kOperation));
  if (report.feedback) SAMLA_TRY(check_text(*report.feedback, "feedback", kOperation));
  Edit edit;
  const auto put = [&](std::string_view name, const view::Value& value) {
    const view::Value* present = record.find(name);
    if (present == nullptr || *present != value) assign(edit, record, name, value);
  };
  put("status", report.status);
  if (report.method) put("method", *report.method);
  if (report.feedback) put("feedback", *report.feedback);
  // Two numbers that stood side by side were settled by their policy: whoever says another knew of both.
  if (report.reached && record.number("reached", -1) != *report.reached)
    edit.resolve(record.id, "reached", *report.reached);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  SAMLA_ASSIGN(const auto changed, workspace.read(record.id));
  if (!changed) return fail(ErrorCode::internal, std::string(kOperation));
  return task_of(workspace, names, *changed);
}

Result<std::vector<CascadeTask>> list_cascade(Workspace& workspace, const CascadeFilter& filter) {
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kCascade));
  Names names(workspace);
  std::optional<UserId> leader;
  if (filter.leader) {
    leader = names.find_user(*filter.leader);
    if (!leader) return fail(ErrorCode::not_found, "cascade.list", "nobody has that handle");
  }
  std::vector<CascadeTask> out;
  for (const auto& record : records) {
    if (!made_rightly(workspace, *record)) continue;
    CascadeTask each = task_of(workspace, names, *record);
    const bool is_out =
        (filter.unit && each.unit != *filter.unit) || (filter.status && each.status != *filter.status) ||
        (leader && each.leader != to_hex(*leader)) || (filter.overdue && !is_overdue(each, filter.today));
    if (!is_out) out.push_back(std::move(each));
  }
  std::ranges::stable_sort(out, {}, [](const auto& each) { return std::pair(each.due.empty(), each.due); });
  return out;
}

bool is_overdue(const CascadeTask& task, std::string_view today) {
  return !task.due.empty() && task.due < today &&
         (task.status == kCascadeAssigned || task.status == kCascadePlanned);
}

}  // namespace samla::domain
