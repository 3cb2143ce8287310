// Demo people: what the leaders of a plan do on their own devices. Within the demo alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/domain/demo.h"

namespace samla::domain {

/// The leaders of some units of the plan, several units at once; `links`: their invites, in that order. Adds
/// to `counts`.
Result<void> live_all(const DemoPlan& plan, std::span<const DemoUnit> units,
                      const std::vector<std::string>& links, const DemoPlace& place, DemoCounts& counts);

}  // namespace samla::domain
