// The writes behind records, from the changesets that are kept: to show them, and to build records anew
// where what their writes are worth has changed. Thread: the replica's.
#pragma once

#include <set>

#include "core/replica/local_store.h"
#include "core/replica/replica.h"

namespace samla::replica {

class History {
 public:
  explicit History(LocalStore& local) : local_(local) {}

  /// Oldest first; those that are not frozen yet included.
  Result<std::vector<WriteInfo>> writes_of(const SpaceId& space, const RecordId& record) const;
  /// See Replica::heads_ahead.
  Result<std::set<change::WriteRef>> heads_ahead(const SpaceId& space, const RecordId& record,
                                                 const FieldTag& tag) const;

  /// Judges all changesets by `writer` anew, after the chains have come to say otherwise of its device, and
  /// builds the records anew that they touch. Within a transaction. The records that changed.
  Result<std::set<RecordId>> judge_again(const WriterId& writer);
  /// Builds the records of a space anew from every write that is here. Within a transaction.
  Result<void> rebuild(const SpaceId& space, const std::set<RecordId>& records);

 private:
  Result<std::set<RecordId>> judge_again(const SpaceId& space, const WriterId& writer);
  Result<void> add_frozen(const SpaceId& space, const RecordId& record, std::vector<WriteInfo>& out) const;
  Result<void> add_waiting(const SpaceId& space, const RecordId& record, std::vector<WriteInfo>& out) const;
  struct Ahead;
  Result<Ahead> look_ahead(const SpaceId& space, const std::set<RecordId>& records) const;
  Result<void> choose_floors(const SpaceId& space, Ahead& ahead) const;
  Result<bool> is_beyond(const SpaceId& space, const change::WriteRef& ref) const;
  Result<bool> kept_from_us(const SpaceId& space, const change::WriteRef& ref) const;
  Result<void> apply_waiting(const SpaceId& space, const std::set<RecordId>& records,
                             const view::Records::Anew& anew);
  Result<void> apply_snapshots(const Ahead& ahead, bool floors);

  LocalStore& local_;
};

}  // namespace samla::replica
