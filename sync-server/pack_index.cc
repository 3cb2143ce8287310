#include "sync-server/pack_index.h"

#include <map>

#include "core/change/changeset.h"

namespace samla::server {

namespace {

constexpr std::size_t kIndexedAtOnceBytes = std::size_t{1024} * 1024;

struct Indexed {
  resolve::RecordState state;
  resolve::LiveWrites live;
  std::uint64_t place = 0;
};

Result<void> index_space(Storage& storage, const SpaceId& space) {
  std::map<RecordId, Indexed> records;
  SAMLA_ASSIGN(const auto transaction, storage.begin());
  for (std::uint64_t after = 0;;) {
    SAMLA_ASSIGN(const auto chunk, storage.changesets_after(space, after, kIndexedAtOnceBytes));
    if (chunk.empty()) break;
    for (const StoredChangeset& stored : chunk) {
      SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored.bytes));
      const bool valid = stored.validity == static_cast<std::uint8_t>(change::Validity::kValid);
      for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
        const change::WriteHeader* write = change::header_of(changeset.leaves[i]);
        if (write == nullptr) continue;
        Indexed& record = records[write->record];
        if (record.place != stored.seq)
          SAMLA_TRY(transaction->put_record_place(space, write->record, stored.seq));
        record.place = stored.seq;
        take_write(*write, changeset.ref(i), valid, record.state, record.live);
      }
    }
    after = chunk.back().seq;
  }
  for (const auto& [id, record] : records) {
    SAMLA_TRY(
        transaction->put_record(space, {id, record.place, record.state.encode(), record.live.encode()}));
  }
  return transaction->commit();
}

}  // namespace

void take_write(const change::WriteHeader& write, const change::WriteRef& ref, bool valid,
                resolve::RecordState& state, resolve::LiveWrites& live) {
  if (valid) {
    live.apply(write, ref, state);
    state.apply(write, ref);
  } else {
    live.apply_transparent();
    state.apply_transparent(write, ref);
  }
}

Result<void> index_records(Storage& storage, const std::vector<SpaceId>& spaces) {
  SAMLA_ASSIGN(const auto unindexed, storage.value(kUnindexedName));
  if (!unindexed) return {};
  for (const SpaceId& space : spaces) SAMLA_TRY(index_space(storage, space));
  SAMLA_ASSIGN(const auto transaction, storage.begin());
  SAMLA_TRY(transaction->drop_value(kUnindexedName));
  return transaction->commit();
}

}  // namespace samla::server
