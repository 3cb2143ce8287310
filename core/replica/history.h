// The writes behind records, from the changesets that are kept: to show them, and to build records anew
// where what their writes are worth has changed. Thread: the replica's.
#pragma once

#include <functional>
#include <set>
#include <utility>

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
  /// Builds the records of a space anew from every write that is here, or where `among` is given from those
  /// changesets alone, which then hold all of them. Within a transaction.
  using Changesets = std::set<std::pair<WriterId, std::uint64_t>>;
  Result<void> rebuild(const SpaceId& space, const std::set<RecordId>& records,
                       const Changesets* among = nullptr);
  /// Those whose texts wait for writes that the server may have are to be asked for. Within a transaction.
  Result<void> want_waiting(const SpaceId& space, const std::set<RecordId>& records);
  /// Judges the writers of a space anew, now that everything of them that was to come is here. Within a
  /// transaction. The records that changed.
  Result<std::set<RecordId>> judge_all(const SpaceId& space);

 private:
  Result<std::set<RecordId>> judge_again(const SpaceId& space, const WriterId& writer);
  Result<void> add_frozen(const SpaceId& space, const RecordId& record, std::vector<WriteInfo>& out) const;
  Result<void> add_waiting(const SpaceId& space, const RecordId& record, std::vector<WriteInfo>& out) const;
  struct Ahead;
  Result<Ahead> look_ahead(const SpaceId& space, const std::set<RecordId>& records,
                           const Changesets* among) const;
  Result<void> add_packed(const SpaceId& space, const std::set<RecordId>& records, Ahead& ahead) const;
  Result<void> each(const SpaceId& space, const Changesets* among,
                    const std::function<Result<void>(const store::StoredChangeset&)>& take) const;
  Result<void> want_again(const SpaceId& space, const std::set<RecordId>& records);
  Result<void> choose_floors(const SpaceId& space, Ahead& ahead) const;
  Result<bool> is_beyond(const SpaceId& space, const change::WriteRef& ref) const;
  Result<bool> kept_from_us(const SpaceId& space, const change::WriteRef& ref) const;
  Result<void> apply_waiting(const SpaceId& space, const std::set<RecordId>& records,
                             const view::Records::Anew& anew);
  Result<void> apply_snapshots(const Ahead& ahead, bool floors);

  LocalStore& local_;
};

}  // namespace samla::replica
