// samla_bench [--json] [NAME...]: the workloads by name; without one, all but w6, which first loads for
// minutes.
#include <cstdio>
#include <cstring>
#include <set>

#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/records.h"
#include "tests/bench/workloads/workloads.h"

namespace {

struct Workload {
  const char* name;
  void (*run)(samla::bench::Report&);
  bool by_name_alone = false;
};

constexpr Workload kWorkloads[] = {
    {"limits", samla::bench::run_limits},     {"w1", samla::bench::run_local_edit},
    {"w2", samla::bench::run_push_and_pull},  {"w4", samla::bench::run_conflict_storm},
    {"newcomer", samla::bench::run_newcomer}, {"w6", samla::bench::run_hr_joins, true},
    {"w7", samla::bench::run_search},
};

}  // namespace

int main(int argc, char** argv) {
  bool json = false;
  std::set<std::string> names;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      json = true;
    } else if (std::strcmp(argv[i], "all") == 0) {
      for (const Workload& workload : kWorkloads) {
        if (!workload.by_name_alone) names.insert(workload.name);
      }
    } else {
      names.insert(argv[i]);
    }
  }
  if (!samla::bench::check_generator()) samla::bench::give_up("the records are not those that are defined");
  const bool all = names.empty();
  samla::bench::Report report;
  for (const Workload& workload : kWorkloads) {
    const bool unnamed = all && !workload.by_name_alone;
    if (names.erase(workload.name) > 0 || unnamed) workload.run(report);
  }
  if (!names.empty()) samla::bench::give_up("no such workload: " + *names.begin());
  json ? report.print_json() : report.print_table();
  return 0;
}
