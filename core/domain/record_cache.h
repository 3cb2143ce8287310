// Records of whole kinds, read once and then followed: what reports, logs and lists go through again and
// again. Holds what the store holds, whoever wrote it; whether the writer may is for the reader to judge.
// Invariant: list(kind, space) is what Records::list would give. Thread: the replica's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/replica/replica.h"

namespace samla::domain {

/// A record, and of an immutable kind whether it is what its id says (immutable.h).
struct KeptRecord : view::RecordView {
  bool unaltered = false;
};

/// Stays as it is whatever changes meanwhile.
using RecordList = std::vector<std::shared_ptr<const KeptRecord>>;

class RecordCache {
 public:
  /// `replica` outlives this.
  explicit RecordCache(replica::Replica& replica) : replica_(&replica) {}

  /// The records of `kind`, erased ones too, by creation and id. Without `space`: of all spaces.
  Result<RecordList> list(std::string_view kind, const std::optional<SpaceId>& space);

 private:
  using Order = std::tuple<std::uint64_t, RecordId, SpaceId>;
  using Kept = std::map<Order, std::shared_ptr<const KeptRecord>>;
  /// A kind, and of which space; absent: all.
  using Scope = std::pair<std::string, std::optional<SpaceId>>;

  /// Takes in what has changed since the last time.
  Result<void> follow();
  Result<void> read_again(const RecordId& id);
  Result<Kept*> load(const Scope& scope);
  void put(Kept& into, const Scope& scope, std::shared_ptr<const KeptRecord> record);

  replica::Replica* replica_;
  std::uint64_t mark_ = 0;
  std::map<Scope, Kept> kept_;
  /// Where each record is kept, so that it can be taken out whatever it has become.
  std::map<RecordId, std::vector<std::pair<Scope, Order>>> places_;
};

}  // namespace samla::domain
