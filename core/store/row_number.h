// Unsigned numbers as SQLite's signed ones. Within the store alone.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "core/base/result.h"

namespace samla::store {

/// SQLite compares and sorts signed numbers: what peers count must stay within them (malformed).
inline Result<std::int64_t> to_row(std::uint64_t number, std::string_view operation) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return fail(ErrorCode::malformed, std::string(operation));
  }
  return static_cast<std::int64_t>(number);
}

inline std::uint64_t from_row(std::int64_t number) { return static_cast<std::uint64_t>(number); }

}  // namespace samla::store
