// The figures of a run beside limits and goals, as a table or as JSON.
#pragma once

#include <string>
#include <vector>

namespace samla::bench {

struct Figure {
  std::string workload;
  std::string name;
  double value = 0;
  std::string unit;
};

class Report {
 public:
  void add(const std::string& workload, const std::string& name, double value, const std::string& unit);
  void print_table() const;
  void print_json() const;

 private:
  std::vector<Figure> figures_;
};

}  // namespace samla::bench
