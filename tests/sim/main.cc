#include "tests/sim/world.h"
#include <chrono>
#include <cstdlib>
#include <cstring>
using namespace samla::sim;
int main(int argc, char** argv) {
  Options o; o.faults = Faults::all_by_default();
  o.faults = Faults(); for (auto f : {Fault::kCut, Fault::kLoss, Fault::kCrash, Fault::kPowerCut}) o.faults.add(f);
  std::uint64_t seeds = 1;
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--seed")) o.seed = strtoull(argv[++i], nullptr, 10);
    if (!strcmp(argv[i], "--seeds")) seeds = strtoull(argv[++i], nullptr, 10);
    if (!strcmp(argv[i], "--ops")) o.ops = strtoull(argv[++i], nullptr, 10);
    if (!strcmp(argv[i], "--pure")) o.stack = Stack::kPure;
    if (!strcmp(argv[i], "--all")) o.faults = Faults::all_by_default();
    if (!strcmp(argv[i], "-v")) o.print = true;
  }
  std::uint64_t writes = 0; std::map<std::string, std::uint64_t> st;
  for (std::uint64_t k = 0; k < seeds; ++k, ++o.seed) {
    auto r = World(o).run(); auto r2 = seeds == 1 ? World(o).run() : r;
    writes += r.writes; for (auto& [a, b] : r.states) st[a] += b;
    if (seeds == 1 || !r.violation.empty()) printf("seed %lu: %s hash %lx %lx writes %lu\n", o.seed, r.violation.c_str(), r.hash, r2.hash, r.writes);
  }
  printf("writes %lu\n", writes);
  for (auto& [a, b] : st) printf("%8lu %s\n", b, a.c_str());
}
