#include "core/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace samla {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "samla: assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace samla
