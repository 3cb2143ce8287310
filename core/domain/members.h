// Members: who is let into a space or put out of it by hand. Which kinds of spaces HR may hold a key of is
// the domain's rule: the chain knows managers alone.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

/// Lets a user into a shared space, changes the right, or puts the user out (kNone); placed at the next sync.
/// not_permitted: no manager of it, or HR into a unit's or a group's drafts. See Replica::set_member.
Result<void> set_member(Workspace& workspace, const SpaceId& space, const UserId& user,
                        replica::SpaceRight right);
/// HR's people beside this user, as managers: they are in every space that HR founds.
std::vector<std::pair<UserId, replica::SpaceRight>> other_hr(const replica::Replica& replica);

}  // namespace samla::domain
