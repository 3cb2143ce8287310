// The workloads, each by its name. Each adds its figures to the report, or ends the program.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/bench/workloads/report.h"

namespace samla::bench {

/// How much a workload does: as its definition says, unless it is run under a profiler or to see growth.
struct Size {
  std::size_t notes = 10'000;           ///< W1, W2
  std::uint32_t storm_records = 1'000;  ///< W4
};

/// One note after another, each a transaction, on a device that is offline.
void run_local_edit(Report& report, const Size& size);
/// Those notes to a server, and from there to a device that has none.
void run_push_and_pull(Report& report, const Size& size);
/// Ten devices edit the same field of 1,000 records offline.
void run_conflict_storm(Report& report, const Size& size);
/// Full text in 50,000 notes.
void run_search(Report& report, const Size& size);
/// What the bare libraries do on this machine.
void run_limits(Report& report, const Size& size);

}  // namespace samla::bench
