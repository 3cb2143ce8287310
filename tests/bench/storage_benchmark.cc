// The server's two storages: how many groups they commit a second, by changesets in a group, each with one
// record's state. Files and databases lie in the temporary folder: TMPDIR chooses the disk.
#include <benchmark/benchmark.h>

#include "sync-server/storage/postgres/postgres_storage.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/postgres_cluster.h"

namespace samla::server {
namespace {

constexpr std::size_t kChangesetBytes = 1200;
const SpaceId kSpace{{1}};

template <class Id>
Id numbered(std::uint64_t number) {
  Id out;
  for (std::size_t i = 0; i < 8; ++i) out.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return out;
}

void commit_groups(benchmark::State& state, Storage& storage) {
  const auto size = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t seq = 0;
  for (auto _ : state) {
    TransactionScope scope;
    scope.chains = false;
    scope.spaces = {kSpace};
    for (std::uint64_t i = 1; i <= size; ++i) {
      scope.writers.emplace(kSpace, numbered<WriterId>((seq + i) % 50));
      scope.records.emplace(kSpace, numbered<RecordId>((seq + i) % 1000));
    }
    const auto transaction = storage.begin(scope);
    SAMLA_ASSERT(transaction.ok());
    for (const auto& [space, writer] : scope.writers)
      SAMLA_ASSERT(storage.changeset_of(space, writer, 0).ok());
    for (const auto& [space, record] : scope.records) SAMLA_ASSERT(storage.record(space, record).ok());
    for (std::uint64_t i = 0; i < size; ++i) {
      ++seq;
      const StoredChangeset changeset{
          seq, numbered<Hash>(seq),      numbered<WriterId>(seq % 50), seq, numbered<Hash>(seq), 1, 0,
          0,   Bytes(kChangesetBytes, 7)};
      SAMLA_ASSERT((*transaction)->put_changeset(kSpace, changeset).ok());
      const auto record = numbered<RecordId>(seq % 1000);
      SAMLA_ASSERT((*transaction)->put_record_place(kSpace, record, seq).ok());
      SAMLA_ASSERT((*transaction)->put_record(kSpace, {record, seq, Bytes(300, 7), Bytes(60, 7)}).ok());
    }
    SAMLA_ASSERT((*transaction)->commit().ok());
  }
  state.counters["changesets"] = benchmark::Counter(static_cast<double>(seq), benchmark::Counter::kIsRate);
}

void sqlite_groups(benchmark::State& state) {
  const TemporaryFolder folder;
  const auto storage = open_sqlite_storage(folder.path() / "server.db");
  commit_groups(state, **storage);
}

void postgres_groups(benchmark::State& state) {
  const auto storage = open_postgres_storage(test::PostgresCluster::shared().fresh_url());
  commit_groups(state, **storage);
}

BENCHMARK(sqlite_groups)->Arg(1)->Arg(16)->Arg(128)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(postgres_groups)->Arg(1)->Arg(16)->Arg(128)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace samla::server
