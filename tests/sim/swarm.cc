#include "tests/sim/swarm.h"

#include <ctime>

namespace samla::sim {

namespace {

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Outcome run_once(const Options& options) { return World(options).run(); }

}  // namespace

Options options_of(std::uint64_t seed, const Wanted& wanted) {
  SeededRandom random(seed ^ 0x5eed);
  Options out;
  out.seed = seed;
  out.stack = wanted.stack;
  out.ops = wanted.ops != 0 ? wanted.ops : 100 + random.below(600);
  const Faults all = Faults::all_by_default();
  for (std::size_t i = 0; i < kFaultNames.size(); ++i) {
    if (all.has(static_cast<Fault>(i)) && random.below(2) == 0) out.faults.add(static_cast<Fault>(i));
  }
  if (wanted.faults) out.faults = *wanted.faults;
  return out;
}

Options shrink(const Options& failing) {
  Options best = failing;
  best.print = false;
  const auto keep_if_failing = [&](const Options& tried) {
    const Outcome outcome = run_once(tried);
    if (outcome.violation.empty()) return false;
    best = tried;
    best.ops = std::min(best.ops, outcome.step);
    return true;
  };
  keep_if_failing(best);
  for (std::size_t i = 0; i < kFaultNames.size(); ++i) {
    Options fewer = best;
    fewer.faults.remove(static_cast<Fault>(i));
    if (!(fewer.faults == best.faults)) keep_if_failing(fewer);
  }
  // The end first: what comes before is the same then.
  for (std::uint64_t less = best.ops / 2; less > 0; less /= 2) {
    Options shorter = best;
    while (shorter.ops > less) {
      shorter.ops -= less;
      if (!keep_if_failing(shorter)) break;
      shorter = best;
    }
  }
  return best;
}

std::string command_of(const Options& options) {
  return "./run sim --seed " + std::to_string(options.seed) + " --ops " + std::to_string(options.ops) +
         " --faults " + options.faults.names() + (options.stack == Stack::kPure ? " --pure" : "");
}

SwarmReport run_swarm(std::uint64_t first, std::uint64_t count, std::uint64_t minutes, const Wanted& wanted) {
  constexpr std::uint64_t kTwiceEvery = 20;
  SwarmReport out;
  const double begun = cpu_seconds();
  const auto more = [&] {
    return minutes == 0 ? out.seeds < count : cpu_seconds() - begun < 60.0 * static_cast<double>(minutes);
  };
  while (more()) {
    const Options options = options_of(first + out.seeds++, wanted);
    const Outcome outcome = run_once(options);
    out.writes += outcome.writes;
    for (const auto& [state, times] : outcome.states) out.states[state] += times;
    const bool replays = out.seeds % kTwiceEvery != 1 || run_once(options).hash == outcome.hash;
    if (!replays)
      std::printf("seed %llu: not the same trace twice\n", static_cast<unsigned long long>(options.seed));
    if (replays && outcome.violation.empty()) continue;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(options.seed), outcome.violation.c_str());
    out.failing = options;
    break;
  }
  out.cpu_s = cpu_seconds() - begun;
  return out;
}

const std::vector<std::string_view>& expected_states(Stack stack) {
  static const std::vector<std::string_view> both = {
      "a conflict was resolved",
      "a contested field was edited",
      "a device was cut off for long",
      "a device was revoked",
      "a field had several heads",
      "a heads pack was under way",
      "a member lied",
      "a record was erased",
      "a record was here without its history",
      "a copied store learnt from the server that it is one",
      "a copied store went on under a new name",
      "a device was lost with what the server had",
      "a text was put together of many edits",
      "an erase stood against an edit",
      "both branches of a fork came to everybody",
      "messages to a device were lost in a cut",
      "messages to the server were lost in a cut",
      "the server died with work unfinished",
      "the server was emptied",
      "the server was restored from a backup",
      "the server was set back, and nobody had told it",
  };
  static const std::vector<std::string_view> full = [] {
    std::vector<std::string_view> out = both;
    for (const std::string_view each : {
             "Noise refused what came",
             "a device died within a call",
             "an edit met a full disk",
             "an edit was saved though nobody was told",
             "edits that did not wait for the disk were lost with the power",
             "power was lost with edits that did not wait for the disk",
         }) {
      out.push_back(each);
    }
    return out;
  }();
  return stack == Stack::kFull ? full : both;
}

}  // namespace samla::sim
