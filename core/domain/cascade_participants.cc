#include "core/domain/cascade_participants.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/cascade.h"
#include "core/domain/dates.h"
#include "core/domain/participants.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kCascadeAssign = "cascade.assign";
/// One transaction holds so many records.
constexpr std::size_t kRecordsACommit = 100;

/// The unit-hr spaces of each leader.
std::map<UserId, std::vector<SpaceId>> units_of_leaders(const Workspace& workspace) {
  std::set<UserId> leaders;
  for (const replica::UserInfo& each : workspace.replica().users()) {
    if (static_cast<Role>(each.role) == Role::kLeader) leaders.insert(each.id);
  }
  std::map<UserId, std::vector<SpaceId>> out;
  for (const replica::SpaceInfo& info : workspace.replica().spaces()) {
    if (info.purpose != purpose::kUnitHr || !info.readable) continue;
    for (const auto& [user, right] : workspace.replica().members(info.id)) {
      if (leaders.contains(user)) out[user].push_back(info.id);
    }
  }
  return out;
}

/// Whether the person leads somebody: those who have not joined yet are what they are asked as.
bool is_leader(const Workspace& workspace, const UserId& user, const Participant& participant) {
  const auto users = workspace.replica().users();
  const auto found = std::ranges::find(users, user, &replica::UserInfo::id);
  if (found == users.end()) return participant.role == kParticipantPlain;
  return static_cast<Role>(found->role) == Role::kLeader;
}

}  // namespace

Result<CascadeCount> assign_cascade_to_participants(Workspace& workspace,
                                                    const std::vector<std::string>& gatherings,
                                                    const std::string& subject, const std::string& due) {
  if (workspace.role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(kCascadeAssign), "HR assigns what is to be passed on");
  }
  SAMLA_TRY(check_name(subject, "what is to be passed on", kCascadeAssign));
  if (!due.empty()) SAMLA_TRY(check_date(due, "due", kCascadeAssign));
  std::map<UserId, std::string> asked;
  for (const std::string& name : gatherings) {
    SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, name, kCascadeAssign));
    SAMLA_ASSIGN(const auto people, participants(workspace, gathering));
    for (const Participant& each : people) {
      const auto user = fixed_from_hex<UserId>(each.person);
      if (user && each.status != kAbsent && is_leader(workspace, *user, each))
        asked.emplace(*user, each.user);
    }
  }
  const auto units = units_of_leaders(workspace);
  CascadeCount out;
  Edit edit;
  std::set<SpaceId> spaces;
  const auto commit = [&]() -> Result<void> {
    if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), spaces));
    edit = Edit();
    spaces.clear();
    return {};
  };
  for (const auto& [user, handle] : asked) {
    const auto found = units.find(user);
    if (found == units.end()) {
      out.skipped.push_back(handle);
      continue;
    }
    for (const SpaceId& space : found->second) {
      SAMLA_ASSIGN(const RecordId id, add_cascade_task(workspace, edit, space, user, subject, due));
      out.tasks.push_back(id);
      spaces.insert(space);
    }
    if (edit.steps().size() >= kRecordsACommit) SAMLA_TRY(commit());
  }
  SAMLA_TRY(commit());
  std::ranges::sort(out.skipped);
  return out;
}

}  // namespace samla::domain
