// Roles: what a user is in the programme. The numbers stand in chains: do not renumber.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace samla::domain {

enum class Role : std::uint8_t {
  kNone = 0,
  kLeader = 1,
  kFacilitator = 2,
  kHr = 3,
  kForum = 4,
  kObserver = 5
};

struct RoleWord {
  Role role;
  std::string_view word;
};

inline constexpr std::array<RoleWord, 5> kRoleWords = {{{Role::kLeader, "leader"},
                                                        {Role::kFacilitator, "facilitator"},
                                                        {Role::kHr, "hr"},
                                                        {Role::kForum, "forum"},
                                                        {Role::kObserver, "observer"}}};

/// "unknown" for a role of a newer version.
constexpr std::string_view word_of(Role role) {
  for (const RoleWord& row : kRoleWords) {
    if (row.role == role) return row.word;
  }
  return "unknown";
}

constexpr std::optional<Role> role_of(std::string_view word) {
  for (const RoleWord& row : kRoleWords) {
    if (row.word == word) return row.role;
  }
  return std::nullopt;
}

}  // namespace samla::domain
