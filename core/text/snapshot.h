// A text's state at a frontier, as a member seals and signs it so that others need not replay the log
// (docs/formats/text.md). The frontier itself stands beside it, in the clear.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/text/event_id.h"

namespace samla::text {

inline constexpr std::uint8_t kSnapshotVersion = 1;

struct Snapshot {
  /// Of each writer the greatest event at or below the frontier, ascending. Those of the frontier may be left
  /// out: a snapshot is sealed before its last edit has its place.
  std::vector<EventId> seen;
  std::string text;  ///< well-formed UTF-8

  bool operator==(const Snapshot&) const = default;
};

/// Writers that a snapshot may name: a text with more of them has none.
inline constexpr std::size_t kSnapshotWritersMax = 4096;

Bytes encode_snapshot(const Snapshot& snapshot);
/// Refuses all that encode_snapshot would not have written.
Result<Snapshot> decode_snapshot(ByteView bytes);

/// `seen`, where the events of `frontier` count as well.
std::vector<EventId> seen_with(std::vector<EventId> seen, const std::vector<EventId>& frontier);

}  // namespace samla::text
