// Mutants for the simulation: `if (SAMLA_PLANTED_BUG(name)) …` does what a careless hand might have done.
// In the product the condition is false, and nothing of it is compiled. The simulation compiles the few
// sources that name one anew with SAMLA_PLANTED_BUGS, and chooses one at run time (tests/sim).
// Thread: chosen before anything runs.
#pragma once

#ifdef SAMLA_PLANTED_BUGS

namespace samla::planted {

enum class Bug : int {
  kNone = 0,
#define X(name, what) name,
#include "core/base/planted_bugs.def"
#undef X
};

/// The one that is on.
extern Bug chosen;

}  // namespace samla::planted

#define SAMLA_PLANTED_BUG(name) (::samla::planted::chosen == ::samla::planted::Bug::name)

#else

#define SAMLA_PLANTED_BUG(name) false

#endif
