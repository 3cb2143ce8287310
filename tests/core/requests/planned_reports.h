// What HR's reports and exports must say of a demonstration, worked out from its plan alone, by other code
// than theirs.
#pragma once

#include "core/domain/demo_plan.h"
#include "tests/support/sample_people.h"

namespace samla::test {

/// Each report whole and through its filters, and the rows of each export. `hr` has loaded `plan`.
void expect_planned_reports(Person& hr, const domain::DemoPlan& plan);

}  // namespace samla::test
