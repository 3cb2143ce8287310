// A tamperer at a small store's files: every byte flipped, every length, and files planted beside it.
#include <gtest/gtest.h>

#include "tests/support/vaulted_store.h"

namespace samla::vault {
namespace tamper_test {

// Page 1 is the schema, page 2 table a, page 3 table b. The log then holds two transactions, a frame each.
class TamperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = store_.must_open(SQLITE_OPEN_CREATE);
    VaultedStore::run(database,
                      "CREATE TABLE a(v); CREATE TABLE b(v); INSERT INTO a VALUES('a0'); "
                      "INSERT INTO b VALUES('b0')");
    database.reset();  // checkpoints
    checkpointed_ = store_.disk.content(kStorePath);
    ASSERT_EQ(checkpointed_.size(), 3 * kPageBytes);
    ASSERT_FALSE(store_.disk.exists(kLogPath));

    database = store_.must_open();
    VaultedStore::run(database, "UPDATE a SET v = 'a1'");
    VaultedStore::run(database, "UPDATE b SET v = 'b1'");
    log_ = store_.disk.content(kLogPath);
    ASSERT_EQ(log_.size(), kWalHeaderBytes + 2 * kFrameBytes);
    database.reset();
  }

  // The store as a cut left it.
  void lay_out(const Bytes& database, const Bytes& log) {
    store_.disk.plant(kStorePath, database);
    store_.disk.erase(kLogPath);
    if (!log.empty()) store_.disk.plant(kLogPath, log);
  }

  std::string state() {
    auto database = store_.open();
    if (!database.ok()) return "!" + std::string(error_name(database.error().code));
    return VaultedStore::ask(*database, "SELECT v FROM a UNION ALL SELECT v FROM b");
  }

  static Bytes flipped(Bytes bytes, std::size_t at) {
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << (at % 8)));
    return bytes;
  }

  VaultedStore store_;
  Bytes checkpointed_;
  Bytes log_;
};

TEST_F(TamperTest, AFlipOfAnyByteOfTheDatabaseIsDamageAndTheOtherPagesStayReadable) {
  for (std::size_t at = 0; at < checkpointed_.size(); ++at) {
    lay_out(flipped(checkpointed_, at), {});
    const std::size_t page = at / kPageBytes + 1;
    auto database = store_.open();
    ASSERT_EQ(database.ok(), page != 1) << at;
    if (!database.ok()) {
      ASSERT_EQ(database.error().code, ErrorCode::store_corrupt) << at;
      continue;
    }
    ASSERT_EQ(VaultedStore::ask(*database, "SELECT v FROM a"), page == 2 ? "!store_corrupt" : "a0\n") << at;
    ASSERT_EQ(VaultedStore::ask(*database, "SELECT v FROM b"), page == 3 ? "!store_corrupt" : "b0\n") << at;
    const auto scrubbed = scrub(database->get());
    ASSERT_TRUE(scrubbed.ok());
    ASSERT_EQ(scrubbed->damaged_pages, std::vector<std::uint32_t>{static_cast<std::uint32_t>(page)}) << at;
  }
}

TEST_F(TamperTest, AFlipOfAnyByteOfTheLogEndsItThere) {
  for (std::size_t at = 0; at < log_.size(); ++at) {
    lay_out(checkpointed_, flipped(log_, at));
    ASSERT_EQ(state(), at < kWalHeaderBytes + kFrameBytes ? "a0\nb0\n" : "a1\nb0\n") << at;
  }
}

TEST_F(TamperTest, ALogOfAnyLengthGivesWholeTransactions) {
  for (std::size_t size = 0; size <= log_.size(); size += size % 64 == 0 ? 1 : 7) {
    lay_out(checkpointed_, to_bytes(ByteView(log_).first(size)));
    const std::size_t frames = size < kWalHeaderBytes ? 0 : (size - kWalHeaderBytes) / kFrameBytes;
    ASSERT_EQ(state(), frames == 0 ? "a0\nb0\n" : frames == 1 ? "a1\nb0\n" : "a1\nb1\n") << size;
  }
}

TEST_F(TamperTest, ADatabaseOfAnyOtherLengthIsDamage) {
  for (std::size_t size = 0; size < checkpointed_.size(); size += size % 4096 == 0 ? 1 : 13) {
    lay_out(to_bytes(ByteView(checkpointed_).first(size)), {});
    ASSERT_EQ(state(), "!store_corrupt") << size;
    ASSERT_EQ(store_.disk.content(kStorePath).size(), size) << "what was damaged was changed";
  }
}

TEST_F(TamperTest, SwappedPagesAreDamage) {
  Bytes swapped = checkpointed_;
  std::swap_ranges(swapped.begin() + 4096, swapped.begin() + 8192, swapped.begin() + 8192);
  lay_out(swapped, {});
  auto database = store_.must_open();
  EXPECT_EQ(VaultedStore::ask(database, "SELECT v FROM a"), "!store_corrupt");
  EXPECT_EQ(VaultedStore::ask(database, "SELECT v FROM b"), "!store_corrupt");
}

TEST_F(TamperTest, APageOfZerosIsDamage) {
  Bytes zeroed = checkpointed_;
  std::fill(zeroed.begin() + 4096, zeroed.begin() + 8192, std::uint8_t{0});
  lay_out(zeroed, {});
  EXPECT_EQ(state(), "!store_corrupt");
  lay_out(Bytes(checkpointed_.size()), {});
  EXPECT_EQ(state(), "!store_corrupt");
}

TEST_F(TamperTest, APageOfAnotherDatabaseUnderTheSameKeyIsDamage) {
  lay_out({}, {});
  store_.disk.erase(kStorePath);
  auto other = store_.must_open(SQLITE_OPEN_CREATE);
  VaultedStore::run(other, "CREATE TABLE a(v); CREATE TABLE b(v); INSERT INTO a VALUES('injected')");
  other.reset();
  Bytes mixed = checkpointed_;
  const Bytes theirs = store_.disk.content(kStorePath);
  std::copy(theirs.begin() + 4096, theirs.begin() + 8192, mixed.begin() + 4096);
  lay_out(mixed, {});
  EXPECT_EQ(state(), "!store_corrupt");
}

TEST_F(TamperTest, ALogOfAnotherDatabaseOrKeyInjectsNothing) {
  for (const bool same_key : {true, false}) {
    VaultedStore other(7);
    if (same_key) {
      other.key = store_.key.duplicate();
      other.vfs = other.make_vfs(other.key);
    }
    auto database = other.must_open(SQLITE_OPEN_CREATE);
    VaultedStore::run(database, "CREATE TABLE a(v); INSERT INTO a VALUES('injected')");
    lay_out(checkpointed_, other.disk.content(kLogPath));
    EXPECT_EQ(state(), "a0\nb0\n");
  }
}

TEST_F(TamperTest, AFrameOfAnOlderLogOrAnotherPlaceEndsTheLog) {
  lay_out(checkpointed_, log_);
  {
    auto database = store_.must_open();
    ASSERT_TRUE(run_sql(database.get(), "PRAGMA wal_checkpoint(TRUNCATE)").ok());
    VaultedStore::run(database, "UPDATE a SET v = 'a2'");
    VaultedStore::run(database, "UPDATE b SET v = 'b2'");
    const Bytes newer = store_.disk.content(kLogPath);
    const Bytes base = store_.disk.content(kStorePath);
    ASSERT_EQ(newer.size(), log_.size());
    database.reset();

    Bytes mixed = newer;
    std::copy(log_.end() - kFrameBytes, log_.end(), mixed.end() - kFrameBytes);
    lay_out(base, mixed);
    EXPECT_EQ(state(), "a2\nb1\n");
    mixed = newer;
    std::copy(newer.end() - kFrameBytes, newer.end(), mixed.begin() + kWalHeaderBytes);
    lay_out(base, mixed);
    EXPECT_EQ(state(), "a1\nb1\n");
  }
}

// An authentic frame at another frame's place: the checkpoint would seal it as the other's page.
TEST_F(TamperTest, FramesSwappedUnderAnOpenStoreAreDamage) {
  lay_out(checkpointed_, log_);
  auto database = store_.must_open();
  Bytes swapped = log_;
  const auto first = swapped.begin() + kWalHeaderBytes;
  std::swap_ranges(first, first + kFrameBytes, first + kFrameBytes);
  store_.disk.plant(kLogPath, swapped);
  EXPECT_EQ(VaultedStore::ask(database, "SELECT v FROM a"), "!store_corrupt");
  EXPECT_FALSE(run_sql(database.get(), "PRAGMA wal_checkpoint(TRUNCATE); SELECT v FROM b").ok());
  const auto scrubbed = scrub(database.get());
  ASSERT_TRUE(scrubbed.ok());
  EXPECT_EQ(scrubbed->damaged_frames, 2U);
  EXPECT_EQ(store_.disk.content(kStorePath), checkpointed_);
}

// SQLite believes the log header's page size, whose checksum has no key.
TEST_F(TamperTest, ALogHeaderWithAnotherPageSizeBeginsNoLog) {
  VaultedStore plain(3);
  sqlite3* stock = nullptr;
  ASSERT_EQ(sqlite3_open_v2("/stock.db", &stock, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                            plain.disk.vfs_name().c_str()),
            SQLITE_OK);
  const Database owner(stock);
  VaultedStore::run(owner,
                    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=1024; PRAGMA journal_mode=WAL; "
                    "CREATE TABLE a(v); INSERT INTO a VALUES('injected')");
  const Bytes planted = plain.disk.content("/stock.db-wal");
  ASSERT_GT(planted.size(), kWalHeaderBytes);
  lay_out(checkpointed_, planted);
  EXPECT_EQ(state(), "a0\nb0\n");
}

TEST_F(TamperTest, APlantedHotJournalIsNeitherPlayedBackNorDeleted) {
  // A journal that stock SQLite would play back: one record, page 2 as it is on disk.
  Bytes journal(512);
  constexpr std::uint8_t kStart[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1, 0,  0,
                                     0,    0,    0,    0,    0,    3,    0,    0,    2, 0, 0, 0, 16, 0};
  std::ranges::copy(kStart, journal.begin());
  append(journal, std::array<std::uint8_t, 4>{0, 0, 0, 2});
  append(journal, Bytes(kPageBytes));
  append(journal, std::array<std::uint8_t, 4>{});
  lay_out(checkpointed_, {});
  store_.disk.plant("/store.db-journal", journal);
  EXPECT_EQ(state(), "a0\nb0\n");
  EXPECT_EQ(store_.disk.content(kStorePath), checkpointed_);
  EXPECT_EQ(store_.disk.content("/store.db-journal"), journal);
}

TEST_F(TamperTest, AWrongKeyIsDamageAndChangesNothing) {
  lay_out(checkpointed_, log_);
  SeededRandom random(99);
  const StoreKey wrong = VaultedStore::make_key(random);
  const VaultVfs vfs = store_.make_vfs(wrong);
  EXPECT_EQ(open_database(kStorePath, vfs.name(), SQLITE_OPEN_CREATE).error().code, ErrorCode::store_corrupt);
  EXPECT_EQ(store_.disk.content(kStorePath), checkpointed_);
  EXPECT_EQ(store_.disk.content(kLogPath), log_);
  EXPECT_EQ(state(), "a1\nb1\n");
}

// A checkpoint that was cut in page 1: the first read, of 100 bytes, comes before the log is recovered.
TEST_F(TamperTest, APageOneThatIsTornIsTakenFromTheLogOrFailsClosed) {
  lay_out(checkpointed_, {});
  auto database = store_.must_open();
  VaultedStore::run(database, "CREATE TABLE c(v); INSERT INTO c VALUES('c0')");
  const Bytes log = store_.disk.content(kLogPath);
  database.reset();
  Bytes torn = checkpointed_;
  std::fill(torn.begin(), torn.begin() + 2048, std::uint8_t{0xee});
  lay_out(torn, log);
  database = store_.must_open();
  EXPECT_EQ(VaultedStore::ask(database, "SELECT v FROM c"), "c0\n");
  database.reset();
  EXPECT_EQ(state(), "a0\nb0\n");
  lay_out(torn, log_);  // without page 1
  EXPECT_EQ(state(), "!store_corrupt");
}

TEST_F(TamperTest, ALogBesideADatabaseOfNoBytesIsDamageAndKept) {
  lay_out({}, log_);
  EXPECT_EQ(store_.open(SQLITE_OPEN_CREATE).error().code, ErrorCode::store_corrupt);
  EXPECT_EQ(store_.disk.content(kLogPath), log_);
}

}  // namespace tamper_test
}  // namespace samla::vault
