// Demo gatherings: HR makes the gatherings of a plan and seats people, and afterwards moderates what was
// said, gathers it in clusters and opens the forum's round. Within the demo alone.
#pragma once

#include <vector>

#include "core/domain/demo.h"

namespace samla::domain {

/// The gatherings, published and under way, and who was at them. Syncs: their spaces are made there.
Result<void> hold_gatherings(Workspace& hr, const DemoPlan& plan, const replica::SyncOptions& options);
/// Of the inputs that have come: clusters, and a round of the first ones. How many of each go into `counts`.
Result<void> gather_inputs(Workspace& hr, const DemoPlan& plan, DemoCounts& counts);

}  // namespace samla::domain
