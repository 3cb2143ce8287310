// Conflict tally: how many concurrent edits were put together or settled, kept while a store is open and
// followed by what changes, since counting goes through every record. Thread: the replica's.
#pragma once

#include <cstdint>
#include <map>

#include "core/replica/replica.h"

namespace samla::domain {

class ConflictTally {
 public:
  struct Counts {
    std::size_t merged = 0;    ///< texts that were put together and that nobody has edited since
    std::size_t resolved = 0;  ///< values that somebody chose or wrote instead of several
  };
  /// Of all records that are not erased.
  Result<Counts> count(replica::Replica& replica);

 private:
  Result<void> begin(replica::Replica& replica);
  Result<void> take(replica::Replica& replica, const view::RecordView& record);

  bool has_begun_ = false;
  std::uint64_t mark_ = 0;
  std::map<RecordId, Counts> records_;  ///< those that have any
};

}  // namespace samla::domain
