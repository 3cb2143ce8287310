// Reports: HR's reading of what was submitted, computed from this device's own store. HR sees counts as
// they are; other roles are refused, since what hides small groups from them is not here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct Response {
  std::size_t units = 0;
  /// Each word of an assessment's life, in its order, with the number of units that have come so far.
  std::vector<std::pair<std::string, std::size_t>> by_status;
};

/// A unit counts once, by the furthest that any of its assessments has come.
Result<Response> report_response(Workspace& workspace);

struct ThemeCounts {
  std::string theme;  ///< its key; empty: items without a theme
  std::string name;
  std::size_t strengths = 0;
  std::size_t weaknesses = 0;
  std::size_t measures = 0;
};

/// Counts of items in submitted revisions, a theme each; a last row for those without one, if any.
/// Of an assessment that was submitted by two who did not know of each other, the later revision counts.
Result<std::vector<ThemeCounts>> report_themes(Workspace& workspace);

}  // namespace samla::domain
