// samla_bench [--json] [--notes N] [--devices N] [NAME...]: the workloads by name; without one, all that need
// no PostgreSQL and no minutes.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/records.h"
#include "tests/bench/workloads/workloads.h"

namespace {

struct Workload {
  const char* name;
  void (*run)(samla::bench::Report&, const samla::bench::Size&);
  bool among_all = true;
};

constexpr Workload kWorkloads[] = {
    {"limits", samla::bench::run_limits},
    {"w1", samla::bench::run_local_edit},
    {"w2", samla::bench::run_push_and_pull},
    {"w3", samla::bench::run_herd},
    {"w3-postgres", samla::bench::run_herd_postgres, false},
    {"w4", samla::bench::run_conflict_storm},
    {"newcomer", samla::bench::run_newcomer},
    {"w6", samla::bench::run_hr_joins, false},
    {"w7", samla::bench::run_search},
    {"idle", samla::bench::run_idle},
    {"growth", samla::bench::run_growth, false},
};

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  samla::bench::Size size;
  std::set<std::string> names;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      json = true;
    } else if (std::strcmp(argv[i], "--notes") == 0 && i + 1 < argc) {
      size.notes = std::strtoul(argv[++i], nullptr, 10);
      size.storm_records = static_cast<std::uint32_t>(size.notes / 10);
    } else if (std::strcmp(argv[i], "--devices") == 0 && i + 1 < argc) {
      size.herd = std::strtoul(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "all") == 0) {
      for (const Workload& workload : kWorkloads) {
        if (workload.among_all) names.insert(workload.name);
      }
    } else {
      names.insert(argv[i]);
    }
  }
  if (!samla::bench::check_generator()) samla::bench::give_up("the records are not those that are defined");
  const bool all = names.empty();
  samla::bench::Report report;
  for (const Workload& workload : kWorkloads) {
    if ((all && workload.among_all) || names.erase(workload.name) > 0) workload.run(report, size);
  }
  if (!names.empty()) samla::bench::give_up("no such workload: " + *names.begin());
  json ? report.print_json() : report.print_table();
  return 0;
}
