// The verdict on a changeset: a pure function of the changeset and the chains, the same on every
// replica. It is computed elsewhere (chain, replica, sync-server); the words live here because store,
// resolve and the server all keep them.
#pragma once

#include <cstdint>

namespace samla::change {

/// Persisted: do not renumber.
enum class Validity : std::uint8_t {
  kValid = 1,
  kVoid = 2,         ///< no right, or malformed in content; keeps its place in the writer's chain
  kQuarantined = 3,  ///< after a cut-off, or from a fork on; a chain entry may free it
};

/// Whether the writes may be heads. The others are transparent (resolve/field_state.h).
constexpr bool accepted(Validity validity) { return validity == Validity::kValid; }

}  // namespace samla::change
