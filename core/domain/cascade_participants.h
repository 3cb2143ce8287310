// Cascade tasks for everybody who was at a gathering and leads a unit.
#pragma once

#include <string>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct CascadeCount {
  std::vector<RecordId> tasks;       ///< new ones and those that were there
  std::vector<std::string> skipped;  ///< handles of leaders-to-be: they lead no unit on this device yet
};

/// A task in each unit that a participant leads, once however often it is asked for: to pass on `subject`, by
/// `due` (a date, or empty). `gatherings`: whose participants; those who did not come have nothing to pass
/// on. Only people with the role leader are asked. For HR.
Result<CascadeCount> assign_cascade_to_participants(Workspace& workspace,
                                                    const std::vector<std::string>& gatherings,
                                                    const std::string& subject, const std::string& due);

}  // namespace samla::domain
