#include "tests/support/seeded_sodium.h"

#include <sodium.h>

#include "core/base/random.h"

namespace samla {

namespace {

SeededRandom source(0);

const char* name() { return "seeded"; }
std::uint32_t next() { return static_cast<std::uint32_t>(source.next()); }
void fill(void* out, std::size_t size) { source.fill({static_cast<std::uint8_t*>(out), size}); }

}  // namespace

void seed_sodium(std::uint64_t seed) {
  static randombytes_implementation implementation = {name, next, nullptr, nullptr, fill, nullptr};
  static const bool set = randombytes_set_implementation(&implementation) == 0;
  // Which draws some, once.
  if (set && sodium_init() >= 0) source = SeededRandom(seed);
}

}  // namespace samla
