// The vault under real workloads, on a real disk.
#include "core/vault/vault.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "core/sqlite/connection.h"
#include "core/sqlite/transaction.h"

namespace samla::vault {
namespace {

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

}  // namespace
}  // namespace samla::vault
