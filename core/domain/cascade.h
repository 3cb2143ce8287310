// Cascade (formidling): the task of passing on to one's own staff what was said at a gathering. In the
// unit-hr space; HR assigns it, a leader carries it out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

inline constexpr std::string_view kCascadeAssigned = "tildelt";
inline constexpr std::string_view kCascadePlanned = "planlagt";
inline constexpr std::string_view kCascadeDone = "gjennomført";
inline constexpr std::string_view kCascadeAcknowledged = "kvittert";

struct CascadeTask {
  RecordId id;
  std::string unit;
  std::string leader;     ///< a user's id
  std::string gathering;  ///< its name or id
  std::string due;        ///< a date; empty: none
  std::string method;
  std::string feedback;
  std::int64_t reached = 0;
  std::string status;
  SpaceId space;
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

struct CascadeAssignment {
  std::string unit;
  std::string leader;  ///< a handle; empty: every leader of the unit
  std::string gathering;
  std::string due;
};

/// One task a leader; a leader's task for a gathering is made once, however often it is assigned. For HR.
Result<std::vector<CascadeTask>> assign_cascade(Workspace& workspace, const CascadeAssignment& assignment);

/// Adds to `edit` what makes the task be there and due then: nothing where it is so. Its id. Not checked.
Result<RecordId> add_cascade_task(Workspace& workspace, replica::Edit& edit, const SpaceId& unit_hr,
                                  const UserId& leader, const std::string& gathering, const std::string& due);

struct CascadeReport {
  std::string status;  ///< planlagt or gjennomført; kvittert is HR's
  std::optional<std::string> method;
  std::optional<std::string> feedback;
  std::optional<std::int64_t> reached;
};

Result<CascadeTask> report_cascade(Workspace& workspace, std::string_view id, const CascadeReport& report);

struct CascadeFilter {
  std::optional<std::string> unit;
  std::optional<std::string> status;
  std::optional<std::string> leader;  ///< a handle
  bool overdue = false;
  std::string today;
};

/// By due date.
Result<std::vector<CascadeTask>> list_cascade(Workspace& workspace, const CascadeFilter& filter);
bool is_overdue(const CascadeTask& task, std::string_view today);

}  // namespace samla::domain
