// What SQLite 3.40.1 does wrong, and that our settings and roles keep clear of it
// (docs/ARCHITECTURE.md; both are mended in later versions).
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/base/random.h"
#include "core/sqlite/connection.h"
#include "tests/support/temporary_folder.h"

namespace samla::sqlite {
namespace {

std::string dump(Connection& db) {
  auto select = db.prepare("SELECT count(*) || ' ' || sum(length(b)) || ' ' || sum(id * length(b)) FROM t");
  EXPECT_TRUE(select.ok() && select->step().ok());
  return std::string(select->column_text(0));
}

// Transactions that outgrow the cache, with savepoints rolled back; then a crash, by copying the files of
// the open database. Whether all that was committed is in the copy.
bool commits_survive(std::uint64_t seed, bool stock_settings) {
  const TemporaryFolder folder;
  const auto live_path = folder.path() / "live.db";
  const auto copy_path = folder.path() / "copy.db";
  SeededRandom random(seed);
  auto live = Connection::open(live_path, {}, {.auto_checkpoint_pages = 0});
  EXPECT_TRUE(live.ok());
  // SQLite itself is to be seen here, not the disk.
  EXPECT_TRUE(live->execute("PRAGMA synchronous=OFF; CREATE TABLE t(id INTEGER PRIMARY KEY, b)").ok());
  EXPECT_TRUE(live->execute("PRAGMA cache_size=" + std::to_string(1 + random.below(10))).ok());
  if (stock_settings) {
    EXPECT_TRUE(live->execute("PRAGMA cache_spill=ON").ok());
  }
  for (int transaction = 0; transaction < 4; ++transaction) {
    std::string sql = "BEGIN;";
    for (std::uint64_t part = 1 + random.below(3); part > 0; --part) {
      const bool undone = random.below(2) == 0;
      if (undone) sql += "SAVEPOINT s;";
      constexpr std::uint64_t kWrites[] = {1, 5, 100, 300};
      for (std::uint64_t i = kWrites[random.below(4)]; i > 0; --i) {
        sql += "INSERT OR REPLACE INTO t VALUES(" + std::to_string(random.below(300)) + ", zeroblob(" +
               std::to_string(random.below(3000)) + "));";
      }
      if (undone) sql += "ROLLBACK TO s;";
    }
    EXPECT_TRUE(live->execute(sql + "COMMIT").ok());
  }
  std::filesystem::copy_file(live_path, copy_path);
  std::filesystem::copy_file(live_path.string() + "-wal", copy_path.string() + "-wal");
  auto copy = Connection::open(copy_path);
  EXPECT_TRUE(copy.ok());
  return dump(*live) == dump(*copy);
}

constexpr std::uint64_t kSeeds = 60;

TEST(PitfallsTest, WithStockSettingsASpillAndAPartialRollbackLoseACommit) {
  if (sqlite3_libversion_number() >= 3050002) GTEST_SKIP() << "mended in this SQLite";
  std::uint64_t lost = 0;
  for (std::uint64_t seed = 0; seed < kSeeds && lost == 0; ++seed)
    lost += commits_survive(seed, true) ? 0 : 1;
  EXPECT_GT(lost, 0U) << "no seed reproduces it: are our settings still needed?";
}

TEST(PitfallsTest, WithOurSettingsASpillAndAPartialRollbackLoseNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) EXPECT_TRUE(commits_survive(seed, false)) << seed;
}

// The second: two connections that write and checkpoint at once. Neither half can be had.
TEST(PitfallsTest, NoTwoConnectionsCanWriteOrCheckpointOneDatabase) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  auto writer = Connection::open(path, {}, {.auto_checkpoint_pages = 0});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)").ok());
  EXPECT_EQ(Connection::open(path).error().code, ErrorCode::store_busy);

  const auto pages_before = std::filesystem::file_size(path);
  {
    auto reader = Connection::open(path, {}, {.role = Role::reader});
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(reader->checkpoint().error().code, ErrorCode::wrong_state);
    for (const char* sql :
         {"PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA query_only=OFF",
          "PRAGMA wal_autocheckpoint=1", "PRAGMA journal_mode=DELETE", "INSERT INTO t VALUES(2)",
          "BEGIN IMMEDIATE; DELETE FROM t"}) {
      EXPECT_FALSE(reader->execute(sql).ok()) << sql;
      static_cast<void>(reader->execute("ROLLBACK"));
    }
  }
  EXPECT_EQ(std::filesystem::file_size(path), pages_before) << "a reader's close checkpointed";
}

}  // namespace
}  // namespace samla::sqlite
