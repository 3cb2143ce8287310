// Measure origin: what a measure came from, as this device can see it.
#pragma once

#include <string>
#include <string_view>

#include "core/domain/workspace.h"

namespace samla::domain {

struct MeasureOrigin {
  std::string kind;  ///< item, assessment, cluster, round
  std::string id;
  std::string unit;   ///< its number; empty: of no unit
  std::string text;   ///< one line, to be the measure's title; empty: none
  std::string theme;  ///< empty: none
};

/// The text's first line, as long as a title may be, cut between characters.
std::string measure_title(std::string_view text);

/// An item of a draft or of a submitted revision, an assessment, or a record of the forum. not_found.
Result<MeasureOrigin> find_origin(Workspace& workspace, std::string_view id, std::string_view operation);

}  // namespace samla::domain
