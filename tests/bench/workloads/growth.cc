// Ten times the records: what the workloads take then, in times of what they took.
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"

namespace samla::bench {

void run_growth(Report& report, const Size& size) {
  const Size large{10 * size.notes, 10 * size.storm_records, size.herd};
  Numbers edits = local_edit(false, size.notes);
  Numbers more_edits = local_edit(false, large.notes);
  const auto times = [&](const char* name, double one, double ten) {
    report.add("growth", std::string(name) + ", 1x", one, "s");
    report.add("growth", std::string(name) + ", 10x", ten, "s");
    report.add("growth", std::string(name) + ", times", ten / one, "");
  };
  // The index is within it: a few edits leave all of it to the search, many do not.
  const auto searchable = [](Numbers& done, std::size_t count) {
    return static_cast<double>(count) / done["records_s"] + done["search_ms"] / 1000;
  };
  times("w1 until searchable", searchable(edits, size.notes), searchable(more_edits, large.notes));
  times("w1 CPU", edits["searched_cpu"], more_edits["searched_cpu"]);
  Numbers moved = push_and_pull(size.notes);
  Numbers more_moved = push_and_pull(large.notes);
  times("w2 push", moved["push"], more_moved["push"]);
  times("w2 pull", moved["pull"], more_moved["pull"]);
  times("w2 CPU of all", moved["cpu"], more_moved["cpu"]);
  times("sync of one change", moved["one_change"], more_moved["one_change"]);
  Numbers stormed = conflict_storm(size.storm_records);
  Numbers more_stormed = conflict_storm(large.storm_records);
  times("w4", stormed["seconds"], more_stormed["seconds"]);
  times("w4 CPU", stormed["storm_cpu"], more_stormed["storm_cpu"]);
}

}  // namespace samla::bench
