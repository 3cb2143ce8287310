// What a changeset is worth: a pure function of it and the chains, the same on every replica.
#pragma once

#include <cstdint>

namespace samla::change {

/// Stored and sent: do not renumber.
enum class Validity : std::uint8_t {
  kValid = 1,
  kVoid = 2,         ///< without right, or not as it must be: keeps its place, its writes are no heads
  kQuarantined = 3,  ///< after a cut-off, or from a fork on
};

}  // namespace samla::change
