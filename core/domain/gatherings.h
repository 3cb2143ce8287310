// Gatherings (samlinger): in the directory what, where and when, which everybody reads and HR writes; each
// with a space of its own, for those who take part, the facilitators and HR.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/gathering_rights.h"
#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct Gathering {
  RecordId id;  ///< the record's, and the scope of its space
  std::string name;
  std::string place;
  std::string from;  ///< a date
  std::string to;
  std::string type;
  std::int64_t capacity = 0;  ///< 0: no limit
  std::string status;
  std::vector<StatusEntry> log;  ///< oldest first; empty where this device is not in it
  SpaceId space;
  bool is_member = false;  ///< this device reads its space
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

/// Absent members are not set, or stay as they are.
struct GatheringFields {
  std::optional<std::string> place;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> type;
  std::optional<std::int64_t> capacity;
};

/// A draft; its space is made at the next sync, with all of HR in it. For HR, on an administrator's device.
Result<Gathering> create_gathering(Workspace& workspace, const std::string& name,
                                   const GatheringFields& fields);
/// For HR.
Result<Gathering> edit_gathering(Workspace& workspace, std::string_view words, const GatheringFields& fields);
/// Says where it stands: check_gathering_step.
Result<Gathering> set_gathering_status(Workspace& workspace, std::string_view words,
                                       const std::string& status, const std::string& note);
/// By its name, its id, or a unique beginning of the id. A draft is not_found for those who don't run it.
Result<Gathering> find_gathering(Workspace& workspace, std::string_view words, std::string_view operation);
/// By date. Drafts are for HR and facilitators.
Result<std::vector<Gathering>> list_gatherings(Workspace& workspace,
                                               const std::optional<std::string>& status);

/// As find_gathering, where this device can write to its space: awaiting_grant, with what to do, where it
/// can not yet.
Result<Gathering> find_open_gathering(Workspace& workspace, std::string_view words,
                                      std::string_view operation);
/// The fields of `fields`, by name, checked; empty ones too.
Result<std::vector<replica::Edit::Field>> checked(const GatheringFields& fields, std::string_view operation);
/// Lets the replica make the space at the next sync. No-op where it is there.
Result<void> found_gathering_space(Workspace& workspace, const RecordId& gathering);
/// not_permitted for whoever can't make gatherings.
Result<void> check_makes_gatherings(const Workspace& workspace, std::string_view operation);

}  // namespace samla::domain
