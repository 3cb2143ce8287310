#include "core/domain/spaces.h"

#include <array>

namespace samla::domain {
namespace {

using replica::SpaceRight;

struct PurposeWord {
  replica::Purpose purpose;
  std::string_view word;
};

constexpr std::array<PurposeWord, 8> kPurposes = {{{purpose::kDirectory, "directory"},
                                                   {purpose::kProgramme, "programme"},
                                                   {purpose::kNotebook, "notebook"},
                                                   {purpose::kGroup, "group"},
                                                   {purpose::kGathering, "gathering"},
                                                   {purpose::kUnit, "unit"},
                                                   {purpose::kUnitHr, "unit-hr"},
                                                   {purpose::kForum, "forum"}}};

SpaceRight directory_right(Role role) {
  return role == Role::kHr ? SpaceRight::kManager : SpaceRight::kReader;
}

SpaceRight programme_right(Role role) {
  switch (role) {
    case Role::kHr:
      return SpaceRight::kManager;
    case Role::kFacilitator:
    case Role::kForum:
      return SpaceRight::kWriter;
    default:
      return SpaceRight::kReader;
  }
}

}  // namespace

std::string_view purpose_word(replica::Purpose purpose) {
  for (const PurposeWord& row : kPurposes) {
    if (row.purpose == purpose) return row.word;
  }
  return "unknown";
}

replica::SpaceSpec space_spec(replica::Purpose purpose, const RecordId& scope) {
  replica::SpaceSpec spec;
  spec.purpose = purpose;
  spec.scope = scope;
  if (purpose == purpose::kNotebook) {
    spec.space_class = replica::SpaceClass::kPersonal;
    // An administrator can certify a device for anybody: a notebook's key comes from a device that has it.
    spec.approve_devices = true;
  }
  return spec;
}

std::vector<replica::InviteSpace> spaces_of_role(Role role, const std::optional<RecordId>& unit,
                                                 const std::vector<RecordId>& every_unit) {
  constexpr bool kGrantNow = true;
  std::vector<replica::InviteSpace> out;
  out.push_back({space_spec(purpose::kDirectory), directory_right(role), kGrantNow});
  out.push_back({space_spec(purpose::kProgramme), programme_right(role), kGrantNow});
  if (role == Role::kHr) {
    out.push_back({space_spec(purpose::kForum), SpaceRight::kManager, kGrantNow});
    for (const RecordId& scope : every_unit) {
      out.push_back({space_spec(purpose::kUnitHr, scope), SpaceRight::kManager, kGrantNow});
    }
  }
  if (role == Role::kForum) out.push_back({space_spec(purpose::kForum), SpaceRight::kWriter, kGrantNow});
  if (role == Role::kLeader && unit) {
    out.push_back({space_spec(purpose::kUnitHr, *unit), SpaceRight::kWriter, kGrantNow});
    // HR holds no key to drafts: the first leader to join founds the space and lets the others in.
    out.push_back({space_spec(purpose::kUnit, *unit), SpaceRight::kWriter, !kGrantNow});
  }
  return out;
}

}  // namespace samla::domain
