// Stores over a disk that loses power at random calls. An oracle knows what each store acknowledged:
// after every cut that is there whole, what was under way is there whole or not at all, and nothing else.
// SAMLA_VAULT_CUTS: how many cuts (5,000); SAMLA_VAULT_SEED: the first store's seed.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include "core/sqlite/connection.h"
#include "core/sqlite/transaction.h"
#include "core/vault/rekey.h"
#include "core/vault/vault.h"
#include "tests/support/simulated_disk.h"

namespace samla::vault {
namespace power_cut_test {

using Rows = std::map<std::int64_t, std::string>;
using Fault = SimulatedDisk::Fault;

constexpr std::string_view kMarker = "klartekst-som-ingen-skal-se";
constexpr KdfCost kCheap{.ops = 1, .memory_bytes = 8192};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// One store, from its making through many cuts.
class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed), disk_(seed ^ 0x5a), vault_random_(seed ^ 0xa5) {
    disk_.watch_for(std::string(kMarker));
  }

  /// One cut, and the check after it.
  void cut() {
    arm(40);
    work();
    close();
    disk_.cut_power();
    disk_.restore_power();
    while (random_.below(4) == 0) {  // and again, while the store is being opened
      arm(12);
      static_cast<void>(open());
      close();
      disk_.cut_power();
      disk_.restore_power();
    }
    check();
  }

  const SimulatedDisk& disk() const { return disk_; }
  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  void arm(std::uint64_t calls) {
    const std::uint64_t scale = random_.below(5) == 0 ? 10 : 1;
    disk_.fail_after(random_.below(calls * scale), Fault::power_cut);
  }

  void close() {
    connection_.reset();
    vfs_.reset();
  }

  // A refusal is the cut's doing, or it is a failure of the store.
  template <class Outcome>
  bool went(const Outcome& outcome, const char* what) {
    if (outcome.ok()) return true;
    EXPECT_TRUE(disk_.is_without_power()) << what << ": " << outcome.error().message();
    return false;
  }

  bool make_keys() {
    if (disk_.exists(kSlots)) return true;
    return went(create_key_slots(kSlots, passphrase_, vault_random_, kCheap, disk_), "create_key_slots");
  }

  Result<StoreKey> unlock_with(const std::string& passphrase) {
    return unlock(kSlots, passphrase, kDatabase, disk_);
  }

  bool open() {
    if (!make_keys()) return false;
    auto key = unlock_with(passphrase_);
    if (!key.ok() && key.error().code == ErrorCode::wrong_passphrase && next_passphrase_) {
      passphrase_ = *next_passphrase_;
      key = unlock_with(passphrase_);
    }
    if (!went(key, "unlock")) return false;
    auto vfs = VaultVfs::create(*key, vault_random_, disk_.vfs_name());
    if (!went(vfs, "create")) return false;
    vfs_.emplace(std::move(*vfs));
    if (!disk_.exists(kDatabase) &&
        !went(create_database(kDatabase, vfs_->name(), disk_), "create_database")) {
      return false;
    }
    sqlite::OpenFlags flags;
    flags.prepare = prepare_connection;
    constexpr int kCheckpoints[] = {0, 4, 20, 1000};
    flags.auto_checkpoint_pages = kCheckpoints[random_.below(4)];
    auto connection = sqlite::Connection::open(kDatabase, vfs_->name(), flags);
    if (!went(connection, "open")) return false;
    connection_.emplace(std::move(*connection));
    return went(connection_->execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, body TEXT);"
                                     "CREATE INDEX IF NOT EXISTS t_body ON t(body)"),
                "schema");
  }

  void work() {
    if (rekeyed() && open()) {
      for (int i = 0; i < 60 && step(); ++i) {
      }
    }
  }

  bool rekeyed() {
    if (random_.below(30) != 0 || !disk_.exists(kDatabase)) return true;
    return went(rekey({kDatabase, kSlots}, passphrase_, vault_random_, kCheap, {disk_.vfs_name(), disk_}),
                "rekey");
  }

  bool step() {
    switch (random_.below(20)) {
      case 0:
        return went(connection_->checkpoint(), "checkpoint");
      case 1:
        return went(connection_->checkpoint(sqlite::Checkpoint::truncate), "checkpoint");
      case 2:
        close();
        return open();
      case 3:
        return change();
      default:
        return transact();
    }
  }

  bool change() {
    next_passphrase_ = "passphrase " + std::to_string(random_.next());
    if (!went(change_passphrase(kSlots, passphrase_, *next_passphrase_, vault_random_, kCheap, disk_),
              "change_passphrase")) {
      return false;
    }
    passphrase_ = *next_passphrase_;
    next_passphrase_.reset();
    return true;
  }

  std::string make_body() {
    constexpr std::size_t kSizes[] = {20, 60, 300, 900, 9000};
    std::string body(kMarker);
    const std::size_t size = random_.below(kSizes[random_.below(5)]);
    while (body.size() < size) body += " " + std::to_string(random_.next());
    return body;
  }

  bool transact() {
    Rows rows = rows_;
    auto transaction = sqlite::Transaction::begin(*connection_);
    if (!went(transaction, "begin")) return false;
    const std::uint64_t writes = 1 + random_.below(random_.below(6) == 0 ? 30 : 4);
    for (std::uint64_t i = 0; i < writes; ++i) {
      const bool undone = random_.below(6) == 0;
      Rows before = rows;
      if (undone && !went(connection_->execute("SAVEPOINT s"), "savepoint")) return false;
      if (!write(rows)) return false;
      if (!undone) continue;
      if (!went(connection_->execute("ROLLBACK TO s; RELEASE s"), "rollback")) return false;
      rows = std::move(before);
    }
    if (random_.below(10) == 0) return true;  // rolled back as a whole
    const auto committed = transaction->commit();
    if (!went(committed, "commit")) {
      under_way_ = std::move(rows);
      return false;
    }
    rows_ = std::move(rows);
    ++acknowledged_;
    return true;
  }

  bool write(Rows& rows) {
    const auto id = static_cast<std::int64_t>(random_.below(50));
    if (random_.below(4) == 0) {
      auto statement = connection_->cached("DELETE FROM t WHERE id = ?1");
      rows.erase(id);
      return went(statement, "prepare") && went((*statement)->bind(1, id).run(), "delete");
    }
    auto statement = connection_->cached("INSERT OR REPLACE INTO t VALUES(?1, ?2)");
    rows[id] = make_body();
    return went(statement, "prepare") && went((*statement)->bind(1, id).bind(2, rows[id]).run(), "insert");
  }

  // With the power on again everything opens, and is what was acknowledged.
  void check() {
    ASSERT_TRUE(open());
    if (next_passphrase_ && *next_passphrase_ != passphrase_) {
      const auto refused = unlock_with(*next_passphrase_);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code, ErrorCode::wrong_passphrase);
    }
    next_passphrase_.reset();
    check_integrity();
    const Rows found = read_rows();
    if (under_way_ && found == *under_way_) rows_ = std::move(*under_way_);
    under_way_.reset();
    ASSERT_TRUE(found == rows_) << found.size() << " rows are not the " << rows_.size() << " acknowledged";
    ASSERT_EQ(disk_.plaintext_found(), 0u);
    close();
  }

  void check_integrity() {
    auto integrity = connection_->prepare("PRAGMA integrity_check");
    ASSERT_TRUE(integrity.ok() && integrity->step().ok());
    ASSERT_EQ(integrity->column_text(0), "ok");
    const auto scrubbed = scrub(connection_->handle());
    ASSERT_TRUE(scrubbed.ok());
    EXPECT_TRUE(scrubbed->clean()) << scrubbed->damaged_pages.size() << " pages, " << scrubbed->damaged_frames
                                   << " of " << scrubbed->frames << " frames are damaged";
  }

  Rows read_rows() {
    Rows found;
    auto select = connection_->prepare("SELECT id, body FROM t");
    EXPECT_TRUE(select.ok());
    for (;;) {
      const auto row = select->step();
      EXPECT_TRUE(row.ok());
      if (!row.ok() || !*row) return found;
      found[select->column_int64(0)] = select->column_text(1);
    }
  }

  static constexpr const char* kSlots = "/keys";
  static constexpr const char* kDatabase = "/store.db";

  SeededRandom random_;
  SimulatedDisk disk_;
  SeededRandom vault_random_;
  std::optional<VaultVfs> vfs_;
  std::optional<sqlite::Connection> connection_;
  std::string passphrase_ = "the first passphrase";
  std::optional<std::string> next_passphrase_;
  Rows rows_;
  std::optional<Rows> under_way_;
  std::uint64_t acknowledged_ = 0;
};

TEST(PowerCutTest, EveryAcknowledgedTransactionSurvivesWholeAndNothingHalf) {
  const std::uint64_t cuts = from_environment("SAMLA_VAULT_CUTS", 5000);
  constexpr std::uint64_t kCutsALife = 50;
  std::uint64_t seed = from_environment("SAMLA_VAULT_SEED", 1);
  SimulatedDisk::Fates fates;
  std::uint64_t acknowledged = 0;
  for (std::uint64_t done = 0; done < cuts; ++seed) {
    Life life(seed);
    for (std::uint64_t i = 0; i < kCutsALife && done < cuts; ++i, ++done) {
      life.cut();
      ASSERT_FALSE(HasFailure()) << "SAMLA_VAULT_SEED=" << seed << ", cut " << i;
    }
    fates.kept += life.disk().fates().kept;
    fates.dropped += life.disk().fates().dropped;
    fates.torn += life.disk().fates().torn;
    fates.garbled += life.disk().fates().garbled;
    acknowledged += life.acknowledged();
  }
  std::printf(
      "%llu cuts, %llu transactions acknowledged; of the writes that no sync covered %llu were kept, "
      "%llu dropped, %llu torn, %llu garbled\n",
      static_cast<unsigned long long>(cuts), static_cast<unsigned long long>(acknowledged),
      static_cast<unsigned long long>(fates.kept), static_cast<unsigned long long>(fates.dropped),
      static_cast<unsigned long long>(fates.torn), static_cast<unsigned long long>(fates.garbled));
  EXPECT_GT(acknowledged, cuts / 2);
  EXPECT_GT(fates.torn + fates.garbled, cuts / 2);
}

}  // namespace power_cut_test
}  // namespace samla::vault
