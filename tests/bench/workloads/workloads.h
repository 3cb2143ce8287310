// The workloads, each by its name. Each adds its figures to the report, or ends the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "tests/bench/workloads/report.h"

namespace samla::bench {

/// How much a workload does: as its definition says, unless it is run under a profiler or to see growth.
struct Size {
  std::size_t notes = 10'000;           ///< W1, W2
  std::uint32_t storm_records = 1'000;  ///< W4
  std::size_t herd = 1'600;             ///< W3
};

// What some of them measure, by name, at any size; one run each.
std::map<std::string, double> local_edit(bool survives_power_loss, std::size_t count);
std::map<std::string, double> push_and_pull(std::size_t count);
std::map<std::string, double> conflict_storm(std::uint32_t records);

/// One note after another, each a transaction, on a device that is offline.
void run_local_edit(Report& report, const Size& size);
/// Those notes to a server, and from there to a device that has none.
void run_push_and_pull(Report& report, const Size& size);
/// So many devices connect at once, each with a space and 20 notes of its own; then as many that have none.
void run_herd(Report& report, const Size& size);
/// That on PostgreSQL with two server processes, and again with one of them killed.
void run_herd_postgres(Report& report, const Size& size);
/// Ten devices edit the same field of 1,000 records offline.
void run_conflict_storm(Report& report, const Size& size);
/// A device that comes when notes have been written 1, 10 and 100 times each: by the history, and by a pack.
void run_newcomer(Report& report, const Size& size);
/// One more device of HR joins the organisation of the demonstration.
void run_hr_joins(Report& report, const Size& size);
/// Full text in 50,000 notes.
void run_search(Report& report, const Size& size);
/// What a device costs that does nothing, and opening one.
void run_idle(Report& report, const Size& size);
/// W1, W2 and W4 at ten times their size.
void run_growth(Report& report, const Size& size);
/// What the bare libraries do on this machine.
void run_limits(Report& report, const Size& size);

}  // namespace samla::bench
