// The vault under real workloads, on a real disk.
#include "core/vault/vault.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sqlite/connection.h"
#include "core/sqlite/transaction.h"
#include "core/vault/database.h"
#include "core/vault/rekey.h"

namespace samla::vault {
namespace vault_test {

class VaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("samla_vault_" + std::to_string(::getpid()) + "_" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "store.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::filesystem::path path_;
  SystemRandom random_;
};

TEST_F(VaultTest, WhatWasWrittenIsThereAfterReopening) {
  StoreKey key;
  auto vfs = VaultVfs::create(key, random_);
  ASSERT_TRUE(vfs.ok());
  sqlite::OpenFlags flags;
  flags.prepare = prepare_connection;
  {
    auto db = sqlite::Connection::open(path_, vfs->name(), flags);
    ASSERT_TRUE(db.ok()) << db.error().message();
    auto r = db->execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    ASSERT_TRUE(r.ok()) << r.error().message();
  }
  auto db = sqlite::Connection::open(path_, vfs->name(), flags);
  ASSERT_TRUE(db.ok()) << db.error().message();
  auto select = db->prepare("SELECT a FROM t");
  ASSERT_TRUE(select.ok()) << select.error().message();
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->column_int64(0), 1);
}

TEST_F(VaultTest, ASecondProcessIsToldThatTheStoreIsBusy) {
  StoreKey key;
  auto vfs = VaultVfs::create(key, random_);
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    static_cast<void>(::read(go[0], &byte, 1));
    const auto refused = open_database(path_, vfs->name(), 0);
    ::_exit(!refused.ok() && refused.error().code == ErrorCode::store_busy ? 0 : 1);
  }
  const auto database = open_database(path_, vfs->name(), SQLITE_OPEN_CREATE);
  EXPECT_TRUE(database.ok());
  EXPECT_TRUE(run_sql(database->get(), "CREATE TABLE t(a)").ok());
  EXPECT_EQ(::write(go[1], "x", 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(go[0]);
  ::close(go[1]);
}

// One that opened the file while it was empty has an id of its own for it, which must not count.
TEST_F(VaultTest, ADatabaseThatAnotherMadeBetweenOpeningAndLockingOpens) {
  StoreKey key;
  auto vfs = VaultVfs::create(key, random_);
  sqlite3* raw = nullptr;
  ASSERT_EQ(
      sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs->name().c_str()),
      SQLITE_OK);
  const Database late(raw);
  {
    const auto first = open_database(path_, vfs->name(), SQLITE_OPEN_CREATE);
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE(run_sql(first->get(), "CREATE TABLE t(a); INSERT INTO t VALUES(1)").ok());
  }
  ASSERT_TRUE(prepare_connection(late.get()).ok());
  EXPECT_EQ(*query_text(late.get(), "SELECT a FROM t"), "1\n");
}

TEST_F(VaultTest, ARekeyedStoreHasAllRowsUnderANewKeyOnTheRealDisk) {
  constexpr KdfCost kCheap{.ops = 1, .memory_bytes = 8192};
  const StorePaths store{folder_ / "a store?#%.db", folder_ / "keys"};
  const auto old_key = create_key_slots(store.slots, "passphrase", random_, kCheap);
  ASSERT_TRUE(old_key.ok());
  {
    const auto vfs = VaultVfs::create(*old_key, random_);
    ASSERT_TRUE(create_database(store.database, vfs->name()).ok());
    const auto database = open_database(store.database, vfs->name(), 0);
    ASSERT_TRUE(run_sql(database->get(),
                        "CREATE TABLE t(a); CREATE VIRTUAL TABLE f USING fts5(body); "
                        "INSERT INTO f VALUES('tre ord her'); WITH RECURSIVE n(i) AS (VALUES(1) "
                        "UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT "
                        "hex(randomblob(500)) FROM n")
                    .ok());
  }
  const auto key = rekey(store, "passphrase", random_, kCheap);
  ASSERT_TRUE(key.ok()) << key.error().message();
  EXPECT_FALSE(equal(key->view(), old_key->view()));
  const auto unlocked = unlock(store.slots, "passphrase", store.database);
  ASSERT_TRUE(unlocked.ok());
  EXPECT_TRUE(equal(key->view(), unlocked->view()));
  {
    const auto vfs = VaultVfs::create(*key, random_);
    const auto database = open_database(store.database, vfs->name(), 0);
    ASSERT_TRUE(database.ok()) << database.error().message();
    EXPECT_EQ(*query_text(database->get(), "SELECT count(*) FROM t; SELECT body FROM f('ord')"),
              "3000\ntre ord her\n");
    EXPECT_EQ(*query_text(database->get(), "PRAGMA integrity_check"), "ok\n");
  }
  const auto old_vfs = VaultVfs::create(*old_key, random_);
  EXPECT_EQ(open_database(store.database, old_vfs->name(), 0).error().code, ErrorCode::store_corrupt);
}

}  // namespace vault_test
}  // namespace samla::vault
