// The bounds that both ends of a session keep.
#pragma once

#include <cstddef>

namespace samla::session {

/// Bytes of pushes without an answer (up), of tails without a credit (down).
inline constexpr std::size_t kWindowBytes = 512 * 1024;
/// What a server bears of one device before it says goodbye: a window, a changeset over it, and room.
inline constexpr std::size_t kUpBytesMax = 2 * 1024 * 1024;
/// Chain pulls that a device has under way at once.
inline constexpr std::size_t kPullsMax = 16;
/// Entries or grants in one answer to a pull (an entry alone may be larger).
inline constexpr std::size_t kChainChunkBytes = 64 * 1024;
/// One part of a checkpoint's state (all pulls under way at once fit into what a server queues for a peer);
/// and the whole of it, as far as a device believes in one.
inline constexpr std::size_t kCheckpointPartBytes = 64 * 1024;
inline constexpr std::size_t kCheckpointBytesMax = 32 * 1024 * 1024;
/// One Tail.
inline constexpr std::size_t kTailChunkBytes = 256 * 1024;
/// One PackPage or RecordsPage, about.
inline constexpr std::size_t kPackPageBytes = 128 * 1024;
/// How often a device tries again what the other side's progress made it repeat.
inline constexpr int kRetriesMax = 20;

}  // namespace samla::session
