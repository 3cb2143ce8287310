// Spaces whose history begins here with a heads pack: where it does, how far each writer had come by then,
// how far the pack has been taken, and what the server says of the records that are not whole here.
// Invariant: a place in a pack commits with what came before it. Thread: the store's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

struct Pack {
  Position position;  ///< where the history goes on
  Bytes place;        ///< where the pack is to be asked from; empty: it is here, all of it
  bool complete() const { return place.empty(); }
};

/// A record of which this device does not hold every write.
struct PackedRecord {
  std::uint64_t missing = 0;  ///< how many there were besides, by the server's word
  Bytes word;                 ///< view::Packed: what of those must be known
};

class Packs {
 public:
  explicit Packs(sqlite::Connection& connection) : connection_(&connection) {}

  /// Absent: the space's history is here from its beginning.
  Result<std::optional<Pack>> get(const SpaceId& space) const;
  Result<void> put(const SpaceId& space, const Pack& pack);
  /// Forgets the pack, and the writers' places in it; not what is said of records.
  Result<void> remove(const SpaceId& space);
  Result<std::vector<SpaceId>> spaces() const;

  /// How far a writer had come at the pack's position.
  Result<void> put_tip(const SpaceId& space, const WriterId& writer, std::uint64_t seq);
  Result<std::map<WriterId, std::uint64_t>> tips(const SpaceId& space) const;

  /// Absent: every write that the server knew of is here.
  Result<std::optional<PackedRecord>> record(const SpaceId& space, const RecordId& record) const;
  Result<void> put_record(const SpaceId& space, const RecordId& record, const PackedRecord& packed);
  Result<void> remove_record(const SpaceId& space, const RecordId& record);
  Result<std::vector<RecordId>> records(const SpaceId& space) const;
  /// Whether there is no such record in the space.
  Result<bool> holds_all_records(const SpaceId& space) const;

  /// A record is to be asked for: what stands now, or all its writes.
  Result<void> want(const SpaceId& space, const RecordId& record, bool whole);
  struct Wanted {
    SpaceId space;
    bool whole = false;
    std::vector<RecordId> records;
  };
  /// Of one space and kind, at most `count_max`; absent: none.
  Result<std::optional<Wanted>> wanted(std::size_t count_max) const;
  Result<bool> is_wanted(const SpaceId& space, const RecordId& record) const;
  /// It has come; `whole`: all its writes have.
  Result<void> unwant(const SpaceId& space, const RecordId& record, bool whole);

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
