// The workloads, each by its name. Each adds its figures to the report, or ends the program.
#pragma once

#include "tests/bench/workloads/report.h"

namespace samla::bench {

/// One note after another, each a transaction, on a device that is offline.
void run_local_edit(Report& report);
/// Those notes to a server, and from there to a device that has none.
void run_push_and_pull(Report& report);
/// Ten devices edit the same field of 1,000 records offline.
void run_conflict_storm(Report& report);
/// A device that comes when notes have been written 1, 10 and 100 times each: by the history, and by a pack.
void run_newcomer(Report& report);
/// One more device of HR joins the organisation of the demonstration.
void run_hr_joins(Report& report);
/// Full text in 50,000 notes.
void run_search(Report& report);
/// What the bare libraries do on this machine.
void run_limits(Report& report);

}  // namespace samla::bench
