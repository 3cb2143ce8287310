// Mutants for the simulation: `if (SAMLA_PLANTED_BUG(name)) …` does what a careless hand might have done.
// In the product the condition is false and nothing of it is compiled. The simulation compiles the few
// sources that name one anew with SAMLA_PLANTED_BUGS and chooses at run time (tests/sim/planted_bugs.h).
// Thread: chosen before anything runs.
#pragma once

#ifdef SAMLA_PLANTED_BUGS

namespace samla::planted {
enum class Bug : int;
/// The one that is on; zero: none.
extern Bug chosen;
}  // namespace samla::planted

#include "tests/sim/planted_bugs.h"

#define SAMLA_PLANTED_BUG(name) (::samla::planted::chosen == ::samla::planted::Bug::name)

#else

#define SAMLA_PLANTED_BUG(name) false

#endif
