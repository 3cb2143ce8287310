// Identity and space chains as verified, and the queue of batches that are to be appended to them.
// Invariant: a chain is stored without gaps, from entry 1 on or from the checkpoint at which it began here,
// and never changes but at its end, or by the entries before all of its own.
// Thread: the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

/// A chain is named by its space; the zero space id names the identity chain.
class Chains {
 public:
  explicit Chains(sqlite::Connection& connection) : connection_(&connection) {}

  struct State {
    ChainHead head;
    Bytes bytes;
  };

  /// All zero: no entries.
  Result<ChainHead> head(const SpaceId& chain) const;
  /// The number of the first entry that is here; the head's next where none is.
  Result<std::uint64_t> first(const SpaceId& chain) const;
  /// `at` is the entry's own place: its sequence number and hash. An entry that is there already with
  /// that hash is left; with another hash: chain_forked. Behind a gap: sequence_gap.
  Result<void> append(const SpaceId& chain, const ChainHead& at, ByteView entry);
  /// Entries after sequence number `after`, in order.
  Result<std::vector<Bytes>> read(const SpaceId& chain, std::uint64_t after = 0) const;
  /// Keeps what the chain says at `head`, in place of what it said at an earlier one. Of a chain without
  /// entries: it begins here, and the next entry to append is the one after.
  Result<void> keep_state(const SpaceId& chain, const ChainHead& head, ByteView state);
  /// Absent: none was kept.
  Result<std::optional<State>> state(const SpaceId& chain) const;
  /// All entries before the first that is here. They are verified; sequence_gap: they are not those.
  Result<void> complete(const SpaceId& chain, const std::vector<std::pair<ChainHead, Bytes>>& entries);
  struct Size {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;  ///< of entries and states
  };
  /// Of all chains together. Reads all of them.
  Result<Size> size() const;
  /// Chains that began here at a state and are not complete.
  Result<std::vector<SpaceId>> incomplete() const;
  /// Chains that have entries or a state, the identity chain (zero) included.
  Result<std::vector<SpaceId>> all() const;

 private:
  Result<ChainHead> begun_at(const SpaceId& chain) const;
  Result<std::vector<SpaceId>> chains_by(const char* sql) const;

  sqlite::Connection* connection_;
};

/// Batches of chain entries that wait for the next sync, first in first out. Bytes of the caller's.
class ChainOutbox {
 public:
  struct Item {
    std::uint64_t id = 0;
    Bytes batch;
  };

  explicit ChainOutbox(sqlite::Connection& connection) : connection_(&connection) {}

  /// The batch's id: greater than all before, also than those of removed ones.
  Result<std::uint64_t> push(ByteView batch);
  /// Absent: nothing waits.
  Result<std::optional<Item>> front() const;
  /// Oldest first.
  Result<std::vector<Item>> all() const;
  Result<void> replace(std::uint64_t id, ByteView batch);
  Result<void> remove(std::uint64_t id);

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
