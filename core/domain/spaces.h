// Spaces: what each is for, who is let in by an invite, and with which right. domain.md "Spaces".
// Purposes stand in chains and space ids follow from them: do not renumber.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/roles.h"
#include "core/replica/replica.h"

namespace samla::domain {

namespace purpose {
inline constexpr replica::Purpose kDirectory = 1;
inline constexpr replica::Purpose kProgramme = 2;
inline constexpr replica::Purpose kNotebook = 3;
inline constexpr replica::Purpose kGroup = 4;
inline constexpr replica::Purpose kGathering = 5;
inline constexpr replica::Purpose kUnit = 6;
inline constexpr replica::Purpose kUnitHr = 7;
inline constexpr replica::Purpose kForum = 8;
}  // namespace purpose

/// "directory", "unit-hr", …; "unknown" for one of a newer version.
std::string_view purpose_word(replica::Purpose purpose);

/// The space of `purpose`. `scope` is zero for the organisation's only ones (directory, programme, forum)
/// and for a notebook that is to be (its user is known once the device has joined).
replica::SpaceSpec space_spec(replica::Purpose purpose, const RecordId& scope = {});

/// What an invite of `role` opens. `unit`: the scope of a leader's unit. `every_unit`: the scopes of all
/// units that have a unit-hr space, which HR's are let into.
std::vector<replica::InviteSpace> spaces_of_role(Role role, const std::optional<RecordId>& unit,
                                                 const std::vector<RecordId>& every_unit);

}  // namespace samla::domain
