#include "core/domain/members.h"

#include <algorithm>

namespace samla::domain {
namespace {

bool is_draft_space(replica::Purpose purpose) {
  return purpose == purpose::kUnit || purpose == purpose::kGroup || purpose == purpose::kNotebook;
}

}  // namespace

Result<void> set_member(Workspace& workspace, const SpaceId& space, const UserId& user,
                        replica::SpaceRight right) {
  const auto info = workspace.space(space);
  const auto users = workspace.replica().users();
  const auto found = std::ranges::find(users, user, &replica::UserInfo::id);
  const bool hr = found != users.end() && static_cast<Role>(found->role) == Role::kHr;
  if (right != replica::SpaceRight::kNone && hr && info && is_draft_space(info->purpose)) {
    return fail(ErrorCode::not_permitted, "space.grant", "drafts are not HR's to read; submit a revision");
  }
  return workspace.replica().set_member(space, user, right);
}

std::vector<std::pair<UserId, replica::SpaceRight>> other_hr(const replica::Replica& replica) {
  std::vector<std::pair<UserId, replica::SpaceRight>> out;
  for (const replica::UserInfo& user : replica.users()) {
    if (user.id == replica.user() || user.role != static_cast<replica::Role>(Role::kHr)) continue;
    out.emplace_back(user.id, replica::SpaceRight::kManager);
  }
  return out;
}

}  // namespace samla::domain
