// samla_sim: the deterministic simulation. A swarm of seeds, one seed with its trace, or the hunt for planted
// bugs. Ends with 1 where something was found that must not be, or where a planted bug was not found.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "tests/sim/swarm.h"

namespace {

using namespace samla::sim;

std::optional<Faults> faults_of(const std::string& list) {
  if (list.empty()) return {};
  if (list == "all") return Faults::all_by_default();
  Faults out;
  std::stringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    const auto found = std::ranges::find(kFaultNames, name);
    if (found != kFaultNames.end()) out.add(static_cast<Fault>(found - kFaultNames.begin()));
    if (found == kFaultNames.end() && name != "none") {
      throw CLI::ValidationError("--faults", "no fault is called " + name);
    }
  }
  return out;
}

int show(Options options) {
  options.print = true;
  const Outcome outcome = World(options).run();
  options.print = false;
  const Outcome again = World(options).run();
  std::printf("%s\ntrace %016llx%s, %llu writes: %s\n", command_of(options).c_str(),
              static_cast<unsigned long long>(outcome.hash),
              again.hash == outcome.hash ? "" : " AND ANOTHER THE SECOND TIME",
              static_cast<unsigned long long>(outcome.writes),
              outcome.violation.empty() ? "nothing wrong" : outcome.violation.c_str());
  return outcome.violation.empty() && again.hash == outcome.hash ? 0 : 1;
}

int swarm(std::uint64_t first, std::uint64_t count, std::uint64_t minutes, const Wanted& wanted,
          bool all_states) {
  const SwarmReport report = run_swarm(first, count, minutes, wanted);
  if (report.failing) {
    std::printf("it fails by:\n  %s\nmade small, with its trace:\n", command_of(*report.failing).c_str());
    (void)show(shrink(*report.failing));
    return 1;
  }
  std::printf("%llu seeds, %llu writes, %.1f CPU seconds (%.0f writes a second), nothing wrong\n",
              static_cast<unsigned long long>(report.seeds), static_cast<unsigned long long>(report.writes),
              report.cpu_s, static_cast<double>(report.writes) / std::max(report.cpu_s, 0.001));
  bool missing = false;
  for (const auto& [state, times] : report.states) {
    std::printf("%10llu  %s\n", static_cast<unsigned long long>(times), state.c_str());
  }
  for (const std::string_view state : expected_states(wanted.stack)) {
    if (report.states.contains(std::string(state))) continue;
    std::printf("     never  %s\n", std::string(state).c_str());
    missing = true;
  }
  return missing && all_states ? 1 : 0;
}

int hunt_bugs(const std::vector<std::string>& names, std::uint64_t seeds_max) {
  bool all_found = true;
  for (const PlantedBug& bug : planted_bugs()) {
    const bool wanted = names.front() == "all" || std::ranges::count(names, bug.name) > 0;
    if (!wanted) continue;
    const Hunt done = hunt(bug.name, seeds_max);
    all_found = all_found && done.found;
    std::printf("| %s | %s | %s | %s |\n", std::string(bug.name).c_str(), std::string(bug.what).c_str(),
                done.found ? std::to_string(done.seeds).c_str() : "not found", done.how.c_str());
    std::fflush(stdout);
  }
  return all_found ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  CLI::App app("Samla's deterministic simulation");
  std::uint64_t seed = 1, seeds = 1, minutes = 0;
  std::string faults;
  Wanted wanted;
  bool pure = false, all_states = false, soak = false;
  std::vector<std::string> bugs;
  app.add_option("--seed", seed, "the first, or the one to show");
  auto* const count = app.add_option("--seeds", seeds, "how many; without it one, with its trace");
  app.add_option("--ops", wanted.ops, "steps of each (default: drawn from the seed)");
  app.add_option(
      "--faults", faults, "all, none or a list: " + [] {
        std::string names;
        for (const std::string_view name : kFaultNames)
          names += std::string(names.empty() ? "" : ",") + std::string(name);
        return names;
      }());
  app.add_flag("--pure", pure, "the machines alone, with stores in memory");
  app.add_flag("--soak", soak, "a third of SAMLA_SOAK_MINUTES of processor time instead of --seeds");
  app.add_flag("--all-states", all_states, "fail where an expected state was never reached");
  app.add_option("--bugs", bugs, "hunt these planted bugs (or all), each through at most --seeds seeds")
      ->delimiter(',');
  try {
    app.parse(argc, argv);
    wanted.faults = faults_of(faults);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  wanted.stack = pure ? Stack::kPure : Stack::kFull;
  if (const char* given = std::getenv("SAMLA_SOAK_MINUTES"); soak && given != nullptr) {
    minutes = std::max<std::uint64_t>(1, std::strtoull(given, nullptr, 10) / 3);
  }
  if (!bugs.empty()) return hunt_bugs(bugs, count->count() > 0 ? seeds : 10'000);
  if (count->count() == 0 && minutes == 0) return show(options_of(seed, wanted));
  return swarm(seed, seeds, minutes, wanted, all_states);
}
