#include "tests/bench/workloads/report.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace samla::bench {
namespace {

enum class Better { kMore, kLess };

struct Goal {
  std::string_view workload;
  std::string_view name;
  double value;
  Better better;
};

constexpr std::array kGoals = {
    Goal{"w1", "records/s, power loss survived", 3000, Better::kMore},
    Goal{"w1", "records/s, death of the process survived", 10000, Better::kMore},
    Goal{"w1", "p99, death of the process survived", 0.5, Better::kLess},
    Goal{"w1", "first search, top 20 of all", 1000, Better::kLess},
    Goal{"w1", "disk bytes a record", 2000, Better::kLess},
    Goal{"w2", "push", 0.4, Better::kLess},
    Goal{"w2", "pull", 0.5, Better::kLess},
    Goal{"w2", "pull until searchable", 1.2, Better::kLess},
    Goal{"w2", "server CPU", 0.4, Better::kLess},
    Goal{"w2", "server peak RSS", 60, Better::kLess},
    Goal{"w2", "wire, push", 7, Better::kLess},
    Goal{"w2", "wire, pull", 7, Better::kLess},
    Goal{"w3", "push and pull", 2, Better::kLess},
    Goal{"w3", "errors", 0, Better::kLess},
    Goal{"w3", "devices without exactly their 20", 0, Better::kLess},
    Goal{"w3", "server CPU", 1.2, Better::kLess},
    Goal{"w3", "server peak RSS", 100, Better::kLess},
    Goal{"w4", "until all agree", 1.5, Better::kLess},
    Goal{"w4", "surfaced", 9000, Better::kMore},
    Goal{"w4", "lost", 0, Better::kLess},
    Goal{"idle", "wake-ups in 30 s, connected, watching", 0, Better::kLess},
    Goal{"idle", "bytes an hour", 1024, Better::kLess},
    Goal{"idle", "open to first list, key at hand", 50, Better::kLess},
    Goal{"idle", "memory that this takes", 15, Better::kLess},
    Goal{"idle", "open to first list, passphrase", 200, Better::kLess},
    Goal{"growth", "w1 until searchable, times", 11, Better::kLess},
    Goal{"growth", "w2 push, times", 11, Better::kLess},
    Goal{"growth", "w2 pull, times", 11, Better::kLess},
    Goal{"growth", "w4, times", 11, Better::kLess},
};

const Goal* goal_of(const Figure& figure) {
  for (const Goal& goal : kGoals) {
    if (goal.workload == figure.workload && goal.name == figure.name) return &goal;
  }
  return nullptr;
}

/// How far the goal is met: 1 and more is met.
double ratio(const Figure& figure, const Goal& goal) {
  if (goal.better == Better::kMore) return figure.value / goal.value;
  if (figure.value <= 0) return 1;
  return goal.value / figure.value;
}

}  // namespace

void Report::add(const std::string& workload, const std::string& name, double value,
                 const std::string& unit) {
  figures_.push_back({workload, name, value, unit});
}

void Report::print_table() const {
  std::printf("%-4s %-48s %12s %-8s %10s %8s\n", "", "", "measured", "", "goal", "of goal");
  for (const Figure& figure : figures_) {
    std::printf("%-4s %-48s %12.3f %-8s", figure.workload.c_str(), figure.name.c_str(), figure.value,
                figure.unit.c_str());
    if (const Goal* const goal = goal_of(figure)) {
      std::printf(" %10.1f %7.2fx", goal->value, ratio(figure, *goal));
    }
    std::printf("\n");
  }
}

void Report::print_json() const {
  std::printf("[");
  const char* between = "";
  for (const Figure& figure : figures_) {
    std::printf("%s\n{\"workload\":\"%s\",\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"", between,
                figure.workload.c_str(), figure.name.c_str(), figure.value, figure.unit.c_str());
    if (const Goal* const goal = goal_of(figure)) {
      std::printf(",\"goal\":%.6g,\"ratio\":%.4g", goal->value, ratio(figure, *goal));
    }
    std::printf("}");
    between = ",";
  }
  std::printf("\n]\n");
}

}  // namespace samla::bench
