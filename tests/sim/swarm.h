// Many seeds: each with a subset of the faults; what they came through together; a failing one made small;
// and the hunt for planted bugs.
#pragma once

#include <optional>
#include <string_view>

#include "tests/sim/world.h"

namespace samla::sim {

/// What a swarm's seed is: faults and length drawn from it, unless they are given.
struct Wanted {
  std::uint64_t ops = 0;         ///< 0: drawn
  std::optional<Faults> faults;  ///< absent: drawn
  Stack stack = Stack::kFull;
};
Options options_of(std::uint64_t seed, const Wanted& wanted);

/// The same violation's smaller sister: fewer steps, fewer faults. `failing` fails.
Options shrink(const Options& failing);
/// By which it is run again.
std::string command_of(const Options& options);

struct SwarmReport {
  std::uint64_t seeds = 0;
  std::uint64_t writes = 0;
  double cpu_s = 0;
  std::map<std::string, std::uint64_t> states;
  std::optional<Options> failing;  ///< the first
};
/// `count` seeds from `first` on, or as many as fit into `minutes` where that is not 0. Ends with the first
/// that fails. Every now and then a seed is run twice: its trace must be the same.
SwarmReport run_swarm(std::uint64_t first, std::uint64_t count, std::uint64_t minutes, const Wanted& wanted);
/// States that a swarm of some hundred seeds comes through.
const std::vector<std::string_view>& expected_states(Stack stack);

struct PlantedBug {
  std::string_view name;
  std::string_view what;
};
const std::vector<PlantedBug>& planted_bugs();

struct Hunt {
  std::uint64_t seeds = 0;  ///< that it took, over both stacks in turn
  bool found = false;
  std::string how;  ///< the violation
};
/// In a process of its own: a planted bug may bring it down.
Hunt hunt(std::string_view bug, std::uint64_t seeds_max);

}  // namespace samla::sim
