#include "core/domain/record_cache.h"

#include "core/domain/immutable.h"
#include "core/domain/kinds.h"

namespace samla::domain {
namespace {

/// More changes than that are read faster all at once.
constexpr std::size_t kChangesMax = 2000;

std::shared_ptr<const KeptRecord> kept(const replica::Replica& replica, view::RecordView record) {
  auto out = std::make_shared<KeptRecord>();
  static_cast<view::RecordView&>(*out) = std::move(record);
  const Kind* kind = find_kind(out->kind);
  out->unaltered = kind != nullptr && kind->immutable && is_unaltered(replica, *out);
  return out;
}

}  // namespace

Result<RecordList> RecordCache::list(std::string_view kind, const std::optional<SpaceId>& space) {
  SAMLA_TRY(follow());
  const auto whole = kept_.find(Scope(kind, std::nullopt));
  RecordList out;
  if (space && whole != kept_.end()) {
    for (const auto& [order, record] : whole->second) {
      if (record->space == *space) out.push_back(record);
    }
    return out;
  }
  SAMLA_ASSIGN(const Kept* const found, load(Scope(kind, space)));
  out.reserve(found->size());
  for (const auto& [order, record] : *found) out.push_back(record);
  return out;
}

Result<void> RecordCache::follow() {
  const view::Records& records = replica_->records();
  const auto changed = records.changed_since(mark_);
  mark_ = records.mark();
  if (!changed || changed->size() > kChangesMax) {
    kept_.clear();
    places_.clear();
    return {};
  }
  if (kept_.empty()) return {};
  for (const RecordId& id : *changed) {
    const auto read = read_again(id);
    if (read.ok()) continue;
    kept_.clear();
    places_.clear();
    return read;
  }
  return {};
}

Result<void> RecordCache::read_again(const RecordId& id) {
  if (const auto found = places_.find(id); found != places_.end()) {
    for (const auto& [scope, order] : found->second) kept_.at(scope).erase(order);
    places_.erase(found);
  }
  view::Query query;
  query.id = id;
  query.include_erased = true;
  SAMLA_ASSIGN(auto rows, replica_->records().list(query));
  for (view::RecordView& row : rows) {
    const Scope whole(row.kind, std::nullopt);
    const Scope part(row.kind, row.space);
    const auto in_whole = kept_.find(whole);
    const auto in_part = kept_.find(part);
    if (in_whole == kept_.end() && in_part == kept_.end()) continue;
    const auto record = kept(*replica_, std::move(row));
    if (in_whole != kept_.end()) put(in_whole->second, whole, record);
    if (in_part != kept_.end()) put(in_part->second, part, record);
  }
  return {};
}

Result<RecordCache::Kept*> RecordCache::load(const Scope& scope) {
  if (const auto found = kept_.find(scope); found != kept_.end()) return &found->second;
  view::Query query;
  query.kind = scope.first;
  query.space = scope.second;
  query.include_erased = true;
  SAMLA_ASSIGN(auto rows, replica_->records().list(query));
  Kept& out = kept_[scope];
  for (view::RecordView& row : rows) put(out, scope, kept(*replica_, std::move(row)));
  return &out;
}

void RecordCache::put(Kept& into, const Scope& scope, std::shared_ptr<const KeptRecord> record) {
  const Order order(record->created_ms, record->id, record->space);
  places_[record->id].emplace_back(scope, order);
  into.insert_or_assign(order, std::move(record));
}

}  // namespace samla::domain
