#include "core/replica/erasing.h"

#include "core/replica/history.h"
#include "core/session/erasure.h"

namespace samla::replica {

namespace {

/// The records that it touches; empty: nothing of it is here, or nothing was left to drop.
Result<std::set<RecordId>> erase_at(LocalStore& local, const chain::ChangesetPlace& place) {
  std::set<RecordId> out;
  SAMLA_ASSIGN(const auto stored, local.tables->changesets.get(place.space, place.writer, place.seq));
  if (!stored) return out;
  SAMLA_ASSIGN(change::Changeset changeset, change::Changeset::decode(stored->bytes));
  if (!session::drop_erased(changeset, local.membership->identity())) return out;
  SAMLA_TRY(local.tables->changesets.put_bytes(place.space, place.writer, place.seq, changeset.encode()));
  for (const change::Leaf& leaf : changeset.leaves) {
    const auto* bare = std::get_if<change::BareLeaf>(&leaf);
    if (bare != nullptr) out.insert(bare->header.record);
  }
  return out;
}

}  // namespace

Result<std::set<RecordId>> apply_erasures(LocalStore& local, std::span<const Bytes> entries) {
  std::map<SpaceId, std::set<RecordId>> touched;
  for (const auto& place : session::places_to_erase(entries, local.membership->identity())) {
    SAMLA_ASSIGN(std::set<RecordId> records, erase_at(local, place));
    if (!records.empty()) touched[place.space].merge(records);
  }
  std::set<RecordId> out;
  for (const auto& [space, records] : touched) {
    SAMLA_TRY(History(local).rebuild(space, records));
    out.insert(records.begin(), records.end());
  }
  if (!out.empty()) SAMLA_TRY(local.records->purge_index());
  return out;
}

void forget_log(LocalStore& local) { (void)local.connection().checkpoint(sqlite::Checkpoint::truncate); }

}  // namespace samla::replica
