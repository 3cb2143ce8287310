// Import: units, their leaders, gatherings and who takes part in them, from CSV. First all is checked and
// compared; only what is without a mistake, and new or different, is written. Again is harmless. For HR.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct ImportChange {
  std::size_t line = 0;
  std::string id;      ///< a unit's number; a leader's handle and unit
  std::string change;  ///< new, changed
  std::string field;   ///< of changed
  std::string before;
  std::string after;
};

struct ImportMistake {
  std::size_t line = 0;
  std::string message;
};

struct ImportResult {
  std::vector<ImportChange> changes;
  std::vector<ImportMistake> mistakes;  ///< any: nothing is written
  std::size_t same = 0;                 ///< rows that are as they were
  bool applied = false;
};

/// Columns number and name; beside them type, parent, fylke, kommune, language (nb, nn), headcount,
/// successor (the number of the unit that it has become part of). A column that is not there, and a unit
/// that is not there, stays as it is.
Result<ImportResult> import_units(Workspace& workspace, std::string_view csv, bool dry_run);
/// Columns user (the handle), name and unit; beside them level, from, to (days).
Result<ImportResult> import_leaders(Workspace& workspace, std::string_view csv, bool dry_run);
/// Columns name (what people know it by); beside it place, from, to (days), type, capacity. A new one is a
/// draft, and its space is made at the next sync.
Result<ImportResult> import_gatherings(Workspace& workspace, std::string_view csv, bool dry_run);
/// Columns gathering (its name) and user (the handle); beside them name, role, status, table. Who is in the
/// file is asked to the gathering; nobody is taken out of it. Also for facilitators.
Result<ImportResult> import_participants(Workspace& workspace, std::string_view csv, bool dry_run);

}  // namespace samla::domain
