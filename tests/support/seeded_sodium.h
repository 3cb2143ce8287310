// libsodium's own randomness (the ephemeral keys of sealed grants) from a seed: for a run that replays.
// The whole process; one thread.
#pragma once

#include <cstdint>

namespace samla {

/// From now on; the first call comes before libsodium is used for anything.
void seed_sodium(std::uint64_t seed);

}  // namespace samla
