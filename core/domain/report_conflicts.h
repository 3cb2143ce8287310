// Report conflicts: what edits that did not know of each other came to, in the spaces that this device reads:
// put together by a machine, settled by a person, or open. Numbers of one's own spaces, so nothing in it is
// hidden.
#pragma once

#include <map>
#include <string>

#include "core/domain/workspace.h"

namespace samla::domain {

struct ConflictsReport {
  std::size_t open = 0;
  std::map<std::string, std::size_t> open_by_kind;  ///< hard, erase, text, form
  std::size_t merged = 0;    ///< texts that a machine has put together and nobody has edited since
  std::size_t resolved = 0;  ///< fields where somebody chose, or wrote, what stands instead of several values
};

Result<ConflictsReport> report_conflicts(Workspace& workspace);

}  // namespace samla::domain
