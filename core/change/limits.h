// The hard limits of writes and changesets (sync.md). They are part of the format: what exceeds one is
// refused by every replica alike, so they are checked at the edit, long before a changeset is formed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace samla::change {

inline constexpr std::size_t kValueBytesMax = 256 * 1024;
/// All values of one local transaction together; an init may carry a whole one.
inline constexpr std::size_t kTransactionBytesMax = 512 * 1024;
/// A sealed value is padded to at least 32 bytes and carries a 16-byte tag.
inline constexpr std::size_t kCiphertextBytesMin = 48;
inline constexpr std::size_t kCiphertextBytesMax = 513 * 1024;
inline constexpr std::size_t kChangesetBytesMax = 768 * 1024;
/// Writes in a changeset, and in a transaction, which is never split.
inline constexpr std::size_t kWritesMax = 4096;
inline constexpr std::size_t kPrevMax = 64;
inline constexpr std::size_t kInitTagsMax = 1024;
inline constexpr std::size_t kSeenMax = 4096;

}  // namespace samla::change
