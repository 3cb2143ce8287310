// Leader groups (ledergrupper): leaders who follow each other up, with their facilitator, in a space of their
// own: shared notes and the group's development plan. HR says in the directory who is in which; what they
// write there HR holds no key to, as to drafts. The first of them to join founds the space.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

/// planlagt, i gang, evaluert.
const std::vector<std::string_view>& group_statuses();

struct Group {
  RecordId id;  ///< the record's, and the scope of its space
  std::string name;
  std::string facilitator;           ///< a handle; empty: none yet
  std::vector<std::string> members;  ///< handles, sorted; the facilitator is not among them
  std::string plan;                  ///< empty where this device is not in it, as is `log`
  std::string status;
  std::vector<StatusEntry> log;  ///< oldest first
  SpaceId space;
  bool is_member = false;  ///< this device reads its space
  bool merged = false;     ///< the plan was put together of edits that did not know of each other
  bool contested = false;
};

/// Absent members are not set, or stay as they are.
struct GroupFields {
  std::optional<std::string> facilitator;  ///< a handle
  std::vector<std::string> add;            ///< members' handles; they may yet have to be invited
  std::vector<std::string> remove;
};

/// Who are invited after that may read its space; who is in already is let in by a member's device. For HR.
Result<Group> create_group(Workspace& workspace, const std::string& name, const GroupFields& fields);
/// For HR.
Result<Group> edit_group(Workspace& workspace, std::string_view words, const GroupFields& fields);
/// The whole new plan; edits merge by character. For members.
Result<Group> plan_group(Workspace& workspace, std::string_view words, const std::string& plan);
/// For members.
Result<Group> set_group_status(Workspace& workspace, std::string_view words, const std::string& status,
                               const std::string& note);
/// By its name, its id, or a unique beginning of the id.
Result<Group> find_group(Workspace& workspace, std::string_view words, std::string_view operation);
/// By name.
Result<std::vector<Group>> list_groups(Workspace& workspace);

/// The groups that each handle is in, as member or facilitator.
Result<std::map<std::string, std::vector<RecordId>>> groups_by_handle(Workspace& workspace);
/// What an invite of one of the group opens.
replica::InviteSpace group_space(const RecordId& group);
/// Where this device may: lets those in who are in the group and not in its space yet. Placed at the next
/// sync; else no-op. What a sync begins with.
Result<void> admit_group_members(Workspace& workspace);
/// Founds the spaces of this user's groups that nobody has founded. Placed at the next sync.
Result<void> found_own_groups(Workspace& workspace);

}  // namespace samla::domain
