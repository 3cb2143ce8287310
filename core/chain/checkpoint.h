// What a chain knows of its checkpoints: by an administrator's device, the hash of the state at an entry, so
// that a newcomer begins with that state and takes only what follows. docs/formats/chain_state.md.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/bytes.h"

namespace samla::chain {

/// How far a chain has come since its newest checkpoint.
struct SinceCheckpoint {
  std::uint64_t at = 0;     ///< the checkpoint's entry number; 0: there is none
  std::uint64_t bytes = 0;  ///< of the entries after it
  bool operator==(const SinceCheckpoint&) const = default;
};

/// Kept by whoever serves newcomers, and by nobody else: the bytes that the newest checkpoint speaks of.
struct KeptCheckpoint {
  bool keeps = false;
  std::shared_ptr<const Bytes> state;  ///< null: no checkpoint was taken in since it keeps
};

}  // namespace samla::chain
