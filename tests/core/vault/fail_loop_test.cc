// Call 0 beneath the vault fails, then call 1, 2 … until the scenario passes: for every kind of failure,
// for one call and for all after it. What was acknowledged stays; what failed can be tried again.
#include <gtest/gtest.h>

#include <functional>

#include "core/vault/rekey.h"
#include "tests/support/vaulted_store.h"

namespace samla::vault {
namespace fail_loop_test {

using Fault = SimulatedDisk::Fault;
constexpr KdfCost kCheap{.ops = 1, .memory_bytes = 8192};
constexpr const char* kSlotPath = "/keys";
constexpr std::uint64_t kCallsMax = 5000;

struct Failure {
  Fault fault;
  bool lasting;
  const char* name;
};
constexpr Failure kFailures[] = {
    {Fault::io_error, false, "one I/O error"},   {Fault::io_error, true, "I/O errors"},
    {Fault::disk_full, false, "disk full once"}, {Fault::disk_full, true, "disk full"},
    {Fault::short_read, false, "a short read"},  {Fault::short_read, true, "short reads"},
    {Fault::power_cut, true, "power cut"}};

// `scenario` gives false when a call of its own failed. `check` runs after each attempt, with the disk
// whole again, and is told whether the scenario said that it was done.
void fail_each_call(const std::function<std::unique_ptr<SimulatedDisk>()>& make,
                    const std::function<bool(SimulatedDisk&)>& scenario,
                    const std::function<void(SimulatedDisk&, bool)>& check) {
  std::uint64_t calls_failed = 0;
  for (const Failure& failure : kFailures) {
    std::uint64_t call = 0;
    for (; call < kCallsMax; ++call) {
      SCOPED_TRACE(std::string(failure.name) + " at call " + std::to_string(call));
      const auto disk = make();
      disk->fail_after(call, failure.fault, failure.lasting);
      const bool done = scenario(*disk);
      const bool failed = disk->has_failed();
      if (disk->is_without_power()) {
        disk->restore_power();
      } else {
        disk->forget_pending();
      }
      check(*disk, done);
      if (::testing::Test::HasFailure()) return;
      if (!failed) {
        EXPECT_TRUE(done);
        break;
      }
    }
    calls_failed += call;
    EXPECT_LT(call, kCallsMax);
  }
  EXPECT_GT(calls_failed, 10U);
}

class FailLoopTest : public ::testing::Test {
 protected:
  FailLoopTest() : random_(5), key_(VaultedStore::make_key(random_)) {}

  // A store with one acknowledged row in the database and one in the log.
  std::unique_ptr<SimulatedDisk> make_store() {
    auto disk = std::make_unique<SimulatedDisk>(3);
    EXPECT_TRUE(create_key_slots(kSlotPath, "old", random_, kCheap, *disk).ok());
    auto key = unlock(kSlotPath, "old", kStorePath, *disk);
    key_ = std::move(*key);
    const auto vfs = VaultVfs::create(key_, random_, disk->vfs_name());
    EXPECT_TRUE(create_database(kStorePath, vfs->name(), *disk).ok());
    auto database = open_database(kStorePath, vfs->name(), 0);
    EXPECT_TRUE(run_sql(database->get(), "CREATE TABLE t(v); INSERT INTO t VALUES('first')").ok());
    disk->forget_pending();
    return disk;
  }

  std::string rows(SimulatedDisk& disk, const char* passphrase) {
    const auto key = unlock(kSlotPath, passphrase, kStorePath, disk);
    if (!key.ok()) return "!" + std::string(error_name(key.error().code));
    const auto vfs = VaultVfs::create(*key, random_, disk.vfs_name());
    const auto database = open_database(kStorePath, vfs->name(), 0);
    if (!database.ok()) return "!" + database.error().message();
    EXPECT_EQ(VaultedStore::ask(*database, "PRAGMA integrity_check"), "ok\n");
    EXPECT_TRUE(scrub(database->get())->clean());
    return VaultedStore::ask(*database, "SELECT v FROM t");
  }

  SeededRandom random_;
  StoreKey key_;
};

TEST_F(FailLoopTest, WritingACheckpointAndClosingLoseNothingAcknowledged) {
  std::string acknowledged;
  std::string under_way;
  fail_each_call([&] { return make_store(); },
                 [&](SimulatedDisk& disk) {
                   acknowledged = "first\n";
                   under_way = "first\n";
                   const auto vfs = VaultVfs::create(key_, random_, disk.vfs_name());
                   const auto database = open_database(kStorePath, vfs->name(), 0);
                   if (!database.ok()) return false;
                   for (const std::string value : {"second", "third"}) {
                     under_way = acknowledged + value + "\n";
                     const std::string sql = "INSERT INTO t VALUES('" + value + "')";
                     if (!run_sql(database->get(), sql.c_str()).ok()) return false;
                     acknowledged = under_way;
                     if (!run_sql(database->get(), "PRAGMA wal_checkpoint(TRUNCATE)").ok()) return false;
                   }
                   return true;
                 },
                 [&](SimulatedDisk& disk, bool) {
                   const std::string found = rows(disk, "old");
                   EXPECT_TRUE(found == acknowledged || found == under_way) << found;
                 });
}

TEST_F(FailLoopTest, AFullDiskLeavesTheOpenStoreUsable) {
  for (std::uint64_t call = 0;; ++call) {
    ASSERT_LT(call, kCallsMax);
    SCOPED_TRACE(call);
    const auto disk = make_store();
    const auto vfs = VaultVfs::create(key_, random_, disk->vfs_name());
    auto database = open_database(kStorePath, vfs->name(), 0);
    disk->fail_after(call, Fault::disk_full, true);
    const auto outcome = run_sql(database->get(), "BEGIN; INSERT INTO t VALUES(hex(zeroblob(6000))); COMMIT");
    if (!outcome.ok()) {
      EXPECT_EQ(outcome.error().code, ErrorCode::disk_full);
    }
    static_cast<void>(run_sql(database->get(), "ROLLBACK"));
    EXPECT_EQ(VaultedStore::ask(*database, "SELECT v FROM t WHERE length(v) < 20"), "first\n") << "reading";
    disk->stop_failing();
    VaultedStore::run(*database, "DELETE FROM t WHERE length(v) > 20; INSERT INTO t VALUES('space again')");
    EXPECT_TRUE(scrub(database->get())->clean());
    database = fail(ErrorCode::internal, "closed");
    EXPECT_EQ(rows(*disk, "old"), "first\nspace again\n");
    if (outcome.ok()) break;
  }
}

TEST_F(FailLoopTest, MakingADatabaseLeavesNoneOrOneThatOpens) {
  fail_each_call(
      [&] {
        auto disk = std::make_unique<SimulatedDisk>(3);
        EXPECT_TRUE(create_key_slots(kSlotPath, "old", random_, kCheap, *disk).ok());
        return disk;
      },
      [&](SimulatedDisk& disk) {
        const auto key = unlock(kSlotPath, "old", kStorePath, disk);
        if (!key.ok()) return false;
        const auto vfs = VaultVfs::create(*key, random_, disk.vfs_name());
        return create_database(kStorePath, vfs->name(), disk).ok();
      },
      [&](SimulatedDisk& disk, bool done) {
        EXPECT_TRUE(!done || disk.exists(kStorePath));
        const auto key = unlock(kSlotPath, "old", kStorePath, disk);
        ASSERT_TRUE(key.ok());
        const auto vfs = VaultVfs::create(*key, random_, disk.vfs_name());
        const auto again = create_database(kStorePath, vfs->name(), disk);
        EXPECT_TRUE(again.ok() || again.error().code == ErrorCode::already_exists) << again.error().message();
        EXPECT_TRUE(open_database(kStorePath, vfs->name(), 0).ok());
      });
}

TEST_F(FailLoopTest, MakingKeySlotsLeavesNoneOrSomeThatOpen) {
  fail_each_call(
      [&] { return std::make_unique<SimulatedDisk>(3); },
      [&](SimulatedDisk& disk) { return create_key_slots(kSlotPath, "old", random_, kCheap, disk).ok(); },
      [&](SimulatedDisk& disk, bool done) {
        EXPECT_TRUE(!done || disk.exists(kSlotPath));
        const auto key = unlock(kSlotPath, "old", {}, disk);
        EXPECT_TRUE(key.ok() || key.error().code == ErrorCode::store_missing);
      });
}

TEST_F(FailLoopTest, ChangingThePassphraseLeavesTheOldOneOrTheNew) {
  fail_each_call([&] { return make_store(); },
                 [&](SimulatedDisk& disk) {
                   return change_passphrase(kSlotPath, "old", "new", random_, kCheap, disk).ok();
                 },
                 [&](SimulatedDisk& disk, bool done) {
                   const std::string by_old = rows(disk, "old");
                   const std::string by_new = rows(disk, "new");
                   EXPECT_EQ(by_old == "first\n", by_new == "!wrong_passphrase") << by_old << by_new;
                   EXPECT_EQ(by_new == "first\n", by_old == "!wrong_passphrase") << by_old << by_new;
                   EXPECT_TRUE(!done || by_new == "first\n");
                 });
}

TEST_F(FailLoopTest, RekeyingLeavesTheOldDatabaseOrTheNewAndTheSlotsOpenIt) {
  fail_each_call(
      [&] { return make_store(); },
      [&](SimulatedDisk& disk) {
        return rekey({kStorePath, kSlotPath}, "old", random_, kCheap, {disk.vfs_name(), disk}).ok();
      },
      [&](SimulatedDisk& disk, bool done) {
        EXPECT_EQ(rows(disk, "old"), "first\n");
        if (done) {
          const auto key = unlock(kSlotPath, "old", kStorePath, disk);
          EXPECT_FALSE(equal(key->view(), key_.view()));
        }
        // Between the two, a change of the passphrase keeps both keys; and a rekey can be done again.
        EXPECT_TRUE(change_passphrase(kSlotPath, "old", "new", random_, kCheap, disk).ok());
        EXPECT_EQ(rows(disk, "new"), "first\n");
        const auto again = rekey({kStorePath, kSlotPath}, "new", random_, kCheap, {disk.vfs_name(), disk});
        EXPECT_TRUE(again.ok()) << again.error().message();
        EXPECT_EQ(rows(disk, "new"), "first\n");
      });
}

}  // namespace fail_loop_test
}  // namespace samla::vault
