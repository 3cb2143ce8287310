#include "core/domain/groups.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/members.h"
#include "core/domain/names.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kPlanned = "planlagt";
constexpr std::size_t kMembersMax = 100;
constexpr std::string_view kPlan = "plan";

SpaceId space_of(const Workspace& workspace, const RecordId& group) {
  return workspace.replica().space_id(purpose::kGroup, group);
}

/// The one record that holds the plan, whoever begins it.
Result<RecordId> plan_id(const Workspace& workspace, const SpaceId& space) {
  return workspace.replica().derived_id(space, kind::kGroupPlan, kPlan);
}

Result<Group> group_of(Workspace& workspace, const view::RecordView& record) {
  Group out;
  out.id = record.id;
  out.name = record.text("name");
  out.facilitator = record.text("facilitator");
  out.members = record.elements("members");
  std::erase(out.members, out.facilitator);
  out.contested = record.contested();
  out.space = space_of(workspace, record.id);
  const auto info = workspace.space(out.space);
  out.is_member = info && info->readable;
  out.status = kPlanned;
  if (!out.is_member) return out;
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kGroupStatus, out.space));
  out.log = log.entries(to_hex(record.id));
  out.status = log.status(to_hex(record.id), kPlanned);
  SAMLA_ASSIGN(const RecordId id, plan_id(workspace, out.space));
  SAMLA_ASSIGN(const auto plan, workspace.read(id));
  if (!plan || plan->erased || plan->space != out.space) return out;
  out.plan = plan->text(kPlan);
  out.contested = out.contested || plan->contested();
  out.merged = std::ranges::any_of(plan->fields, &view::FieldView::merged);
  return out;
}

Result<Group> read_group(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "group.read");
  return group_of(workspace, *record);
}

Result<void> check_hr(const Workspace& workspace, std::string_view operation) {
  if (workspace.role() != Role::kHr)
    return fail(ErrorCode::not_permitted, std::string(operation), "HR says who is in which leader group");
  return workspace.check_writable(workspace.directory(), operation);
}

Result<void> check(const GroupFields& fields, std::string_view operation) {
  for (const auto* handles : {&fields.add, &fields.remove}) {
    for (const std::string& each : *handles) SAMLA_TRY(check_name(each, "a member's handle", operation));
  }
  if (fields.facilitator && !fields.facilitator->empty())
    SAMLA_TRY(check_name(*fields.facilitator, "the facilitator's handle", operation));
  for (const std::string& each : fields.add) {
    if (std::ranges::find(fields.remove, each) != fields.remove.end()) {
      return fail(ErrorCode::invalid_argument, std::string(operation),
                  "'" + each + "' is both added and removed");
    }
  }
  if (fields.add.size() > kMembersMax)
    return fail(ErrorCode::too_large, std::string(operation), "a leader group has at most 100 members");
  return {};
}

/// The group, where this device can write into its space.
Result<Group> find_own(Workspace& workspace, std::string_view words, std::string_view operation) {
  SAMLA_ASSIGN(Group group, find_group(workspace, words, operation));
  if (!group.is_member) {
    return fail(ErrorCode::not_permitted, std::string(operation),
                "this is for the group's members and their facilitator; sync if you have just been let in");
  }
  SAMLA_TRY(workspace.check_writable(group.space, operation));
  return group;
}

/// Those of the group as users, known or to be.
std::set<UserId> users_of(Names& names, const view::RecordView& record) {
  std::set<std::string> handles;
  for (const std::string& each : record.elements("members")) handles.insert(each);
  if (!record.text("facilitator").empty()) handles.insert(record.text("facilitator"));
  std::set<UserId> out;
  for (const std::string& handle : handles) {
    if (const auto user = names.find_user(handle)) out.insert(*user);
  }
  return out;
}

}  // namespace

const std::vector<std::string_view>& group_statuses() {
  static const std::vector<std::string_view> words = {kPlanned, "i gang", "evaluert"};
  return words;
}

Result<Group> create_group(Workspace& workspace, const std::string& name, const GroupFields& fields) {
  constexpr std::string_view kOperation = "group.create";
  SAMLA_TRY(check_hr(workspace, kOperation));
  SAMLA_TRY(check_name(name, "name", kOperation));
  SAMLA_TRY(check(fields, kOperation));
  const SpaceId directory = workspace.directory();
  SAMLA_ASSIGN(const RecordId id, workspace.replica().derived_id(directory, kind::kGroup, name));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (present) {
    return fail(ErrorCode::already_exists, std::string(kOperation),
                "there is a group '" + name + "'; group edit changes it");
  }
  std::vector<Edit::Field> made = {field("name", name)};
  if (fields.facilitator && !fields.facilitator->empty())
    made.push_back(field("facilitator", *fields.facilitator));
  for (const std::string& each : std::set<std::string>(fields.add.begin(), fields.add.end()))
    made.push_back(element("members", each));
  Edit edit;
  edit.create(id, directory, std::string(kind::kGroup), std::move(made));
  SAMLA_TRY(workspace.commit(std::move(edit), {directory}));
  return read_group(workspace, id);
}

Result<Group> edit_group(Workspace& workspace, std::string_view words, const GroupFields& fields) {
  constexpr std::string_view kOperation = "group.edit";
  SAMLA_TRY(check_hr(workspace, kOperation));
  SAMLA_TRY(check(fields, kOperation));
  SAMLA_ASSIGN(const Group group, find_group(workspace, words, kOperation));
  std::set<std::string> members(group.members.begin(), group.members.end());
  Edit edit;
  for (const std::string& each : fields.add) {
    if (members.insert(each).second) edit.add_element(group.id, "members", each);
  }
  for (const std::string& each : fields.remove) {
    if (members.erase(each) > 0) edit.remove_element(group.id, "members", each);
  }
  if (members.size() > kMembersMax)
    return fail(ErrorCode::too_large, std::string(kOperation), "a leader group has at most 100 members");
  if (fields.facilitator && *fields.facilitator != group.facilitator)
    edit.assign(group.id, "facilitator", *fields.facilitator);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {workspace.directory()}));
  return read_group(workspace, group.id);
}

Result<Group> plan_group(Workspace& workspace, std::string_view words, const std::string& plan) {
  constexpr std::string_view kOperation = "group.plan";
  SAMLA_TRY(check_text(plan, "the plan", kOperation));
  SAMLA_ASSIGN(const Group group, find_own(workspace, words, kOperation));
  SAMLA_ASSIGN(const RecordId id, plan_id(workspace, group.space));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  Edit edit;
  if (!present) {
    edit.create(id, group.space, std::string(kind::kGroupPlan), {field(kPlan, plan)});
  } else if (present->text(kPlan) != plan) {
    edit.edit_text(id, std::string(kPlan), plan);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {group.space}));
  return read_group(workspace, group.id);
}

Result<Group> set_group_status(Workspace& workspace, std::string_view words, const std::string& status,
                               const std::string& note) {
  constexpr std::string_view kOperation = "group.status";
  SAMLA_TRY(check_text(note, "note", kOperation));
  if (std::ranges::find(group_statuses(), status) == group_statuses().end()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation),
                "a group is planlagt, i gang or evaluert, not '" + status + "'");
  }
  SAMLA_ASSIGN(const Group group, find_own(workspace, words, kOperation));
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kGroupStatus, group.space));
  Edit edit;
  SAMLA_TRY(log.add(workspace, edit, group.space, to_hex(group.id), status, note));
  SAMLA_TRY(workspace.commit(std::move(edit), {group.space}));
  return read_group(workspace, group.id);
}

Result<Group> find_group(Workspace& workspace, std::string_view words, std::string_view operation) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGroup));
  for (const auto& each : records) {
    if (each->text("name") == words) return group_of(workspace, *each);
  }
  const auto found = find_record(workspace, words, {kind::kGroup}, operation);
  if (!found && found.error().code == ErrorCode::ambiguous) return found.error();
  const auto is_it = [&](const auto& each) { return found.ok() && each->id == found->id; };
  const auto named = std::ranges::find_if(records, is_it);
  if (named != records.end()) return group_of(workspace, **named);
  return fail(ErrorCode::not_found, std::string(operation),
              "there is no leader group '" + std::string(words) + "'; group list shows them");
}

Result<std::vector<Group>> list_groups(Workspace& workspace) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGroup));
  std::vector<Group> out;
  for (const auto& record : records) {
    SAMLA_ASSIGN(Group each, group_of(workspace, *record));
    out.push_back(std::move(each));
  }
  std::ranges::sort(out, {}, &Group::name);
  return out;
}

Result<std::map<std::string, std::vector<RecordId>>> groups_by_handle(Workspace& workspace) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGroup));
  std::map<std::string, std::vector<RecordId>> out;
  for (const auto& record : records) {
    const std::string facilitator = record->text("facilitator");
    for (const std::string& each : record->elements("members")) {
      if (each != facilitator) out[each].push_back(record->id);
    }
    if (!facilitator.empty()) out[facilitator].push_back(record->id);
  }
  return out;
}

replica::InviteSpace group_space(const RecordId& group) {
  // HR, who invites, holds no key to it: the first to join founds it, and members let the others in.
  constexpr bool kGrantNow = false;
  return {space_spec(purpose::kGroup, group), replica::SpaceRight::kWriter, kGrantNow};
}

Result<void> admit_group_members(Workspace& workspace) {
  Names names(workspace);
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGroup));
  for (const auto& record : records) {
    const SpaceId space = space_of(workspace, record->id);
    const auto info = workspace.space(space);
    if (!info || !info->readable || info->right != replica::SpaceRight::kManager) continue;
    std::set<UserId> members;
    for (const auto& [user, right] : workspace.replica().members(space)) members.insert(user);
    for (const UserId& user : users_of(names, *record)) {
      const auto role = static_cast<Role>(workspace.replica().role_of(user));
      // Not yet in the organisation, or not to be let in.
      if (members.contains(user) || role == Role::kNone || role == Role::kHr) continue;
      SAMLA_TRY(set_member(workspace, space, user, replica::SpaceRight::kWriter));
    }
  }
  return {};
}

Result<void> found_own_groups(Workspace& workspace) {
  const auto entitled = workspace.replica().entitled_spaces();
  if (entitled.empty()) return {};
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGroup));
  for (const auto& record : records) {
    const SpaceId space = space_of(workspace, record->id);
    if (std::ranges::find(entitled, space) == entitled.end() || workspace.space(space)) continue;
    SAMLA_TRY(workspace.replica().found_space(space_spec(purpose::kGroup, record->id), {}));
  }
  return {};
}

}  // namespace samla::domain
