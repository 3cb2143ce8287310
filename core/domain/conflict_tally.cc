#include "core/domain/conflict_tally.h"

#include <algorithm>

#include "core/domain/kinds.h"

namespace samla::domain {
namespace {

/// Only a field that two writers have written and that is one again can have been settled. Looking is cheap;
/// the history is not.
bool may_be_settled(const resolve::RecordState& state) {
  return std::ranges::any_of(state.fields(), [](const auto& each) {
    return each.second.heads().size() == 1 && each.second.context().size() >= 2;
  });
}

/// Writes that replaced several values at once and stand.
Result<std::size_t> settled_writes(replica::Replica& replica, const RecordId& id) {
  SAMLA_ASSIGN(const auto history, replica.history(id));
  return static_cast<std::size_t>(std::ranges::count_if(history, [](const replica::WriteInfo& write) {
    return write.type == change::WriteType::kAssign && write.prev.size() >= 2 && write.head();
  }));
}

}  // namespace

Result<ConflictTally::Counts> ConflictTally::count(replica::Replica& replica) {
  const auto changed = replica.records().changed_since(mark_);
  const bool is_anew = !has_begun_ || !changed;
  mark_ = replica.records().mark();
  has_begun_ = false;  // until all is read
  if (is_anew) {
    SAMLA_TRY(begin(replica));
  } else {
    for (const RecordId& id : *changed) {
      records_.erase(id);
      view::Query query;
      query.id = id;
      SAMLA_ASSIGN(const auto rows, replica.records().list(query));
      for (const view::RecordView& each : rows) SAMLA_TRY(take(replica, each));
    }
  }
  has_begun_ = true;
  Counts out;
  for (const auto& [id, each] : records_) {
    out.merged += each.merged;
    out.resolved += each.resolved;
  }
  return out;
}

Result<void> ConflictTally::begin(replica::Replica& replica) {
  records_.clear();
  for (const Kind& kind : kinds()) {
    if (kind.immutable) continue;
    view::Query query;
    query.kind = kind.name;
    SAMLA_ASSIGN(const auto records, replica.records().list(query));
    for (const view::RecordView& each : records) SAMLA_TRY(take(replica, each));
  }
  return {};
}

Result<void> ConflictTally::take(replica::Replica& replica, const view::RecordView& record) {
  // Most records are as they were made.
  if (record.updated_ms == record.created_ms) return {};
  const Kind* kind = find_kind(record.kind);
  if (kind == nullptr || kind->immutable) return {};
  Counts counts;
  counts.merged = static_cast<std::size_t>(std::ranges::count_if(
      record.fields, [](const view::FieldView& each) { return each.merged && !each.contested; }));
  SAMLA_ASSIGN(const auto state, replica.records().state(record.id));
  if (state && may_be_settled(*state)) {
    SAMLA_ASSIGN(counts.resolved, settled_writes(replica, record.id));
  }
  if (counts.merged + counts.resolved == 0) return {};
  Counts& kept = records_[record.id];
  kept.merged += counts.merged;
  kept.resolved += counts.resolved;
  return {};
}

}  // namespace samla::domain
