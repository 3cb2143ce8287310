// Demo gatherings: HR makes the gatherings of a plan and seats people, and afterwards moderates what was
// said and gathers it in clusters. Within the demo alone.
#pragma once

#include <string>
#include <vector>

#include "core/domain/demo.h"

namespace samla::domain {

/// The gatherings, published and under way, and who was at them. Syncs: their spaces are made there.
Result<void> hold_gatherings(Workspace& hr, const DemoPlan& plan, const replica::SyncOptions& options);
/// Of the inputs that have come: clusters. How many of each go into `counts`; the ids of those that are
/// approved as candidates, in the plan's order.
Result<std::vector<std::string>> gather_inputs(Workspace& hr, const DemoPlan& plan, const DemoPlace& place,
                                               DemoCounts& counts);

}  // namespace samla::domain
