// Demo forum: the top leader forum joins, gives its dots, shortens the list and decides. Within the demo
// alone.
#pragma once

#include <string>
#include <vector>

#include "core/domain/demo.h"

namespace samla::domain {

/// Two rounds over `candidates`, which are clusters' ids in the plan's order; the second is published, and
/// gives the main measures. Syncs.
Result<void> vote_and_decide(Workspace& hr, const DemoPlan& plan, const std::vector<std::string>& candidates,
                             const DemoPlace& place, DemoCounts& counts);

}  // namespace samla::domain
