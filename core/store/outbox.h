// Local writes that have not been frozen into changesets, unsealed (the vault protects them).
// A write has its (seq, index) from the moment of the edit: the writes of a space gather in one open
// group, which becomes the changeset of that seq. Freezing a group, in one transaction: read `writes`,
// put the changeset, `remove` the group; that closes it, since the next reservation follows the tip.
// Invariant: a transaction is never split over groups. Thread: the store's.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/change/write.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

/// A group takes further transactions until one would carry it past these.
inline constexpr std::size_t kGroupWrites = 256;
inline constexpr std::size_t kGroupContentBytes = 64 * 1024;
/// Hard limits of one transaction in one space.
inline constexpr std::size_t kTransactionWritesMax = 4096;
inline constexpr std::size_t kTransactionContentBytesMax = 512 * 1024;

struct OutboxGroup {
  WriterId writer;
  std::uint64_t seq = 0;
  std::size_t writes = 0;
  std::size_t content_bytes = 0;
};

struct OutboxWrite {
  change::WriteRef ref;
  change::WriteHeader header;  ///< ciphertext_size is 0 until it is sealed
  Bytes content;               ///< plaintext
};

class Outbox {
 public:
  explicit Outbox(sqlite::Connection& connection) : connection_(&connection) {}

  /// The places of a transaction's next `count` writes to `space`, with `content_bytes` of plaintext in
  /// all. They are taken by appending every one of them; until then another call gives the same.
  /// too_large (with a hint) past the limits of a transaction.
  Result<std::vector<change::WriteRef>> reserve(const SpaceId& space, const WriterId& writer,
                                                std::size_t count, std::size_t content_bytes);
  /// In the order of the refs reserved. wrong_state where `ref` does not follow the last one appended.
  Result<void> append(const SpaceId& space, const change::WriteRef& ref, const change::WriteHeader& header,
                      ByteView content);

  /// Spaces that have groups.
  Result<std::vector<SpaceId>> spaces() const;
  /// In the order in which they must be frozen. Of more than one writer only after the store has taken
  /// a new instance.
  Result<std::vector<OutboxGroup>> groups(const SpaceId& space) const;
  /// The group's writes in the order of their indices.
  Result<std::vector<OutboxWrite>> writes(const SpaceId& space, const WriterId& writer,
                                          std::uint64_t seq) const;
  Result<void> remove(const SpaceId& space, const WriterId& writer, std::uint64_t seq);
  /// The latest time of a write in it: an edit's time is saved by the edit itself. Zero: it is empty.
  Result<HybridTime> last_time() const;
  /// Writes in all groups of all spaces.
  Result<std::uint64_t> count() const;

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
