// What the vault costs: a page sealed and opened, and 10,000 transactions of one row, plain and vaulted.
#include <benchmark/benchmark.h>

#include "core/sqlite/connection.h"
#include "core/sqlite/transaction.h"
#include "core/vault/page_sealer.h"
#include "core/vault/vault.h"
#include "tests/support/temporary_folder.h"

namespace samla {
namespace {

constexpr int kTransactions = 10'000;

struct SealedPage {
  SealedPage() : sealer(vault::StoreKey(), random), id(sealer.make_database_id()) {
    random.fill(std::span(page).first(vault::kUsableBytes));
    sealer.seal_page(2, id, page, sealed);
  }

  SystemRandom random;
  vault::PageSealer sealer;
  vault::DatabaseId id;
  std::array<std::uint8_t, vault::kPageBytes> page{};
  std::array<std::uint8_t, vault::kPageBytes> sealed{};
};

void seal_a_page(benchmark::State& state) {
  SealedPage at;
  for (auto _ : state) at.sealer.seal_page(2, at.id, at.page, at.sealed);
}

void open_a_page(benchmark::State& state) {
  SealedPage at;
  for (auto _ : state) benchmark::DoNotOptimize(at.sealer.open_page(2, at.id, at.sealed, at.page));
}

// One commit, one sync each: what the disk takes for a sync is in both, and hides the rest. With TMPDIR on
// a file system in memory the rest shows.
void commit_rows(benchmark::State& state, const char* vfs, const sqlite::OpenFlags& flags) {
  for (auto _ : state) {
    const TemporaryFolder folder;
    auto db = sqlite::Connection::open(folder.path() / "store.db", vfs, flags);
    if (!db.ok() || !db->execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)").ok()) {
      return state.SkipWithError("the database does not open");
    }
    const std::string body(200, 'x');
    for (int i = 0; i < kTransactions; ++i) {
      auto transaction = sqlite::Transaction::begin(*db);
      auto insert = db->cached("INSERT INTO t(body) VALUES(?1)");
      if (!transaction.ok() || !insert.ok() || !(*insert)->bind(1, body).run().ok() ||
          !transaction->commit().ok()) {
        return state.SkipWithError("a transaction failed");
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * kTransactions);
}

void commit_rows_plain(benchmark::State& state) { commit_rows(state, "", {}); }

void commit_rows_vaulted(benchmark::State& state) {
  SystemRandom random;
  const auto vfs = vault::VaultVfs::create(vault::StoreKey(), random);
  sqlite::OpenFlags flags;
  flags.prepare = vault::prepare_connection;
  commit_rows(state, vfs->name().c_str(), flags);
}

BENCHMARK(seal_a_page)->Unit(benchmark::kMicrosecond);
BENCHMARK(open_a_page)->Unit(benchmark::kMicrosecond);
BENCHMARK(commit_rows_plain)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);
BENCHMARK(commit_rows_vaulted)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace samla
