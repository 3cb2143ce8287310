// The hunt for planted bugs: seed after seed in a process of its own, until one shows it.
#include "core/base/planted_bug.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "tests/sim/swarm.h"

namespace samla::planted {

Bug chosen = Bug::kNone;

}  // namespace samla::planted

namespace samla::sim {

namespace {

/// What the hunting process says before each seed, and at its end.
struct Word {
  std::uint64_t seeds = 0;
  char how[200] = {};
};

void say(int to, std::uint64_t seeds, const std::string& how) {
  Word word;
  word.seeds = seeds;
  std::strncpy(word.how, how.c_str(), sizeof word.how - 1);
  (void)!write(to, &word, sizeof word);
}

void hunt_here(std::string_view bug, std::uint64_t seeds_max, int to) {
  const auto& all = planted_bugs();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == bug) planted::chosen = static_cast<planted::Bug>(i + 1);
  }
  Wanted wanted;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    wanted.stack = seed % 2 == 0 ? Stack::kPure : Stack::kFull;
    say(to, seed, "");
    const Outcome outcome = World(options_of(seed, wanted)).run();
    if (!outcome.violation.empty()) return say(to, seed, outcome.violation);
  }
}

}  // namespace

const std::vector<PlantedBug>& planted_bugs() {
  static const std::vector<PlantedBug> all = {
#define X(name, what) {#name, what},
#include "core/base/planted_bugs.def"
#undef X
  };
  return all;
}

Hunt hunt(std::string_view bug, std::uint64_t seeds_max) {
  Hunt out;
  int ends[2];
  if (pipe(ends) != 0) return out;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    hunt_here(bug, seeds_max, ends[1]);
    _exit(0);
  }
  close(ends[1]);
  Word word;
  while (read(ends[0], &word, sizeof word) == static_cast<ssize_t>(sizeof word)) {
    out.seeds = word.seeds;
    out.how = word.how;
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (out.how.empty() && WIFSIGNALED(status)) out.how = "an assertion ends the process";
  out.found = !out.how.empty();
  return out;
}

}  // namespace samla::sim
