// The VFS's methods, called directly: the shapes that SQLite uses, and that every other is refused.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/vaulted_store.h"

namespace samla::vault {
namespace call_shapes_test {

constexpr int kJournalSpill = 61504;  // the first write of a statement journal that SQLite spills

class CallShapesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = store_.must_open(SQLITE_OPEN_CREATE);
    VaultedStore::run(database_,
                      "CREATE TABLE a(v); INSERT INTO a VALUES('a0'); PRAGMA wal_checkpoint(TRUNCATE); "
                      "INSERT INTO a VALUES('a1')");
    find_files();
    frame_ = Bytes(kFrameBytes);
    ASSERT_EQ(read(log_, frame_, kWalHeaderBytes), SQLITE_OK);
  }

  void find_files() {
    sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &main_);
    sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log_);
    ASSERT_NE(main_, nullptr);
    ASSERT_NE(log_, nullptr);
  }

  static int read(sqlite3_file* file, std::span<std::uint8_t> out, sqlite3_int64 offset) {
    return file->pMethods->xRead(file, out.data(), static_cast<int>(out.size()), offset);
  }
  static int write(sqlite3_file* file, ByteView bytes, sqlite3_int64 offset) {
    return file->pMethods->xWrite(file, bytes.data(), static_cast<int>(bytes.size()), offset);
  }
  Bytes page(sqlite3_int64 number) {
    Bytes out(kPageBytes);
    EXPECT_EQ(read(main_, out, (number - 1) * 4096), SQLITE_OK);
    return out;
  }
  sqlite3_vfs* vfs() { return sqlite3_vfs_find(store_.vfs.name().c_str()); }
  int open(const char* name, int flags) {
    std::vector<std::byte> memory(static_cast<std::size_t>(vfs()->szOsFile));
    auto* const file = reinterpret_cast<sqlite3_file*>(memory.data());
    const int code =
        vfs()->xOpen(vfs(), name, file, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    if (file->pMethods != nullptr) file->pMethods->xClose(file);
    return code;
  }

  VaultedStore store_;
  Database database_;
  sqlite3_file* main_ = nullptr;
  sqlite3_file* log_ = nullptr;
  Bytes frame_;  // the first, as SQLite sees it
};

TEST_F(CallShapesTest, TheDatabaseIsReadInPagesTheFirst100BytesAndTheVersion) {
  Bytes out(2 * kJournalSpill);
  for (const int size : {0, 1, 8, 16, 24, 32, 100, 512, 4095, 4096, 4097, 4120, 8192, kJournalSpill}) {
    for (const sqlite3_int64 offset : {0, 1, 16, 24, 32, 100, 512, 4095, 4096, 4097}) {
      const bool allowed = (size == 4096 && offset % 4096 == 0) || (size == 100 && offset == 0) ||
                           (size == 16 && offset == 24);
      const int code = read(main_, std::span(out).first(static_cast<std::size_t>(size)), offset);
      EXPECT_EQ(code, allowed ? SQLITE_OK : SQLITE_IOERR_READ) << size << " at " << offset;
    }
  }
  EXPECT_EQ(main_->pMethods->xRead(main_, out.data(), -4096, 0), SQLITE_IOERR_READ);
  EXPECT_EQ(main_->pMethods->xRead(main_, out.data(), 4096, -4096), SQLITE_IOERR_READ);
  EXPECT_EQ(read(main_, std::span(out).first(4096), 2 * 4096), SQLITE_IOERR_DATA) << "beyond the end";
}

TEST_F(CallShapesTest, TheDatabaseIsWrittenInPagesAlone) {
  const Bytes before = store_.disk.content(kStorePath);
  const Bytes bytes(kJournalSpill);
  for (const int size : {0, 1, 16, 24, 100, 512, 4095, 4096, 4097, 4120, 8192, kJournalSpill}) {
    for (const sqlite3_int64 offset : {0, 1, 24, 512, 4095, 4096, 4097}) {
      if (size == 4096 && offset == 4096) continue;
      const auto view = ByteView(bytes).first(static_cast<std::size_t>(size));
      EXPECT_EQ(write(main_, view, offset), SQLITE_IOERR_WRITE) << size << " at " << offset;
    }
  }
  EXPECT_EQ(write(main_, ByteView(bytes).first(4096), 0xffffffff * sqlite3_int64{4096}), SQLITE_IOERR_WRITE);
  EXPECT_EQ(main_->pMethods->xWrite(main_, bytes.data(), 4096, -4096), SQLITE_IOERR_WRITE);
  for (const sqlite3_int64 size : {-4096, -1, 1, 512, 4095, 4097}) {
    EXPECT_EQ(main_->pMethods->xTruncate(main_, size), SQLITE_IOERR_TRUNCATE) << size;
  }
  EXPECT_EQ(store_.disk.content(kStorePath), before);
}

TEST_F(CallShapesTest, APageWithReservedBytesThatAreNotZeroIsRefused) {
  const Bytes good = page(2);
  for (std::size_t at = kUsableBytes; at < kPageBytes; ++at) {
    Bytes bad = good;
    bad[at] = 1;
    EXPECT_EQ(write(main_, bad, 4096), SQLITE_IOERR_WRITE) << at;
    Bytes frame = frame_;
    frame[kFrameHeaderBytes + at] = 1;
    const sqlite3_int64 next = kWalHeaderBytes + kFrameBytes;
    ASSERT_EQ(write(log_, ByteView(frame).first(kFrameHeaderBytes), next), SQLITE_OK);
    EXPECT_EQ(write(log_, ByteView(frame).subspan(kFrameHeaderBytes), next + 24), SQLITE_IOERR_WRITE) << at;
  }
  EXPECT_EQ(write(main_, good, 4096), SQLITE_OK);
  EXPECT_EQ(store_.disk.content(kLogPath).size(), kWalHeaderBytes + kFrameBytes);
}

TEST_F(CallShapesTest, APageOneOfAnotherShapeIsRefused) {
  const Bytes good = page(1);
  for (const std::size_t at : {0U, 15U, 16U, 17U, 20U, 21U, 22U, 23U}) {
    Bytes bad = good;
    ++bad[at];
    EXPECT_EQ(write(main_, bad, 0), SQLITE_IOERR_WRITE) << at;
  }
  EXPECT_EQ(write(main_, good, 0), SQLITE_OK);
}

TEST_F(CallShapesTest, TheLogIsReadInHeadersFramesPagesAndChecksums) {
  Bytes out(kJournalSpill);
  for (const int size : {0, 1, 8, 16, 24, 32, 100, 4096, 4120, 8192, kJournalSpill}) {
    for (const sqlite3_int64 offset : {0, 1, 8, 16, 24, 32, 48, 56, 57, 4096, 4151}) {
      const bool allowed = (size == 32 && offset == 0) || (size == 8 && (offset == 24 || offset == 48)) ||
                           (size == 4120 && offset == 32) || (size == 4096 && offset == 56);
      const int code = read(log_, std::span(out).first(static_cast<std::size_t>(size)), offset);
      // A read of the header begins a recovery, which forgets the frames until it has read them.
      if (size == 32 && offset == 0) {
        EXPECT_EQ(read(log_, std::span(out).first(4120), 32), SQLITE_OK);
      }
      EXPECT_EQ(code, allowed ? SQLITE_OK : SQLITE_IOERR_READ) << size << " at " << offset;
    }
  }
}

TEST_F(CallShapesTest, RecoveryReadsFramesInOrder) {
  Bytes header(kWalHeaderBytes);
  Bytes frame(kFrameBytes);
  VaultedStore::run(database_, "INSERT INTO a VALUES('a2')");
  const sqlite3_int64 second = kWalHeaderBytes + kFrameBytes;
  ASSERT_EQ(read(log_, header, 0), SQLITE_OK);
  EXPECT_EQ(read(log_, frame, second), SQLITE_IOERR_READ);
  EXPECT_EQ(read(log_, frame, kWalHeaderBytes), SQLITE_OK);
  EXPECT_EQ(read(log_, frame, second), SQLITE_OK);
}

TEST_F(CallShapesTest, TheLogIsWrittenInHeadersAndPages) {
  const Bytes before = store_.disk.content(kLogPath);
  const Bytes bytes(kJournalSpill);
  for (const int size : {0, 1, 8, 16, 100, 512, 4095, 4097, 4120, 8192, kJournalSpill}) {
    for (const sqlite3_int64 offset : {0, 1, 24, 32, 48, 56, 4096}) {
      const auto view = ByteView(bytes).first(static_cast<std::size_t>(size));
      EXPECT_EQ(write(log_, view, offset), SQLITE_IOERR_WRITE) << size << " at " << offset;
    }
  }
  Bytes header = to_bytes(ByteView(before).first(kWalHeaderBytes));
  header[10] = 0x20;  // 8192 bytes a page
  EXPECT_EQ(write(log_, header, 0), SQLITE_IOERR_WRITE);
  for (const sqlite3_int64 size : {-1, 1, 32, 4152}) {
    EXPECT_EQ(log_->pMethods->xTruncate(log_, size), SQLITE_IOERR_TRUNCATE) << size;
  }
  Bytes numbered_zero = frame_;
  std::fill_n(numbered_zero.begin(), 4, std::uint8_t{0});
  const sqlite3_int64 next = kWalHeaderBytes + kFrameBytes;
  ASSERT_EQ(write(log_, ByteView(numbered_zero).first(24), next), SQLITE_OK);
  EXPECT_EQ(write(log_, ByteView(numbered_zero).subspan(24), next + 24), SQLITE_IOERR_WRITE);
  EXPECT_EQ(store_.disk.content(kLogPath), before);
}

TEST_F(CallShapesTest, AFramesHeaderAndPageReachTheDiskInOneWrite) {
  const sqlite3_int64 next = kWalHeaderBytes + kFrameBytes;
  const Bytes before = store_.disk.content(kLogPath);
  ASSERT_EQ(write(log_, ByteView(frame_).first(24), next), SQLITE_OK);
  EXPECT_EQ(store_.disk.content(kLogPath), before) << "the header is held";
  ASSERT_EQ(write(log_, ByteView(frame_).subspan(24), next + 24), SQLITE_OK);
  EXPECT_EQ(store_.disk.content(kLogPath).size(), before.size() + kFrameBytes);
}

// After a spill SQLite writes a page anew without its header, and mends checksums with headers alone.
TEST_F(CallShapesTest, APageOrAHeaderAloneReplacesItsPartOfTheFrame) {
  Bytes changed = frame_;
  changed[24 + 4000] ^= 1;
  ASSERT_EQ(write(log_, ByteView(changed).subspan(24), kWalHeaderBytes + 24), SQLITE_OK);
  Bytes found(kFrameBytes);
  ASSERT_EQ(read(log_, found, kWalHeaderBytes), SQLITE_OK);
  EXPECT_EQ(found, changed);
  changed[16] ^= 1;
  ASSERT_EQ(write(log_, ByteView(changed).first(24), kWalHeaderBytes), SQLITE_OK);
  ASSERT_EQ(read(log_, found, kWalHeaderBytes), SQLITE_OK);
  EXPECT_EQ(found, changed);
  // And where there is no frame, neither can be.
  const sqlite3_int64 absent = kWalHeaderBytes + 5 * sqlite3_int64{kFrameBytes};
  EXPECT_EQ(write(log_, ByteView(changed).subspan(24), absent + 24), SQLITE_IOERR_DATA);
  ASSERT_EQ(write(log_, ByteView(changed).first(24), absent), SQLITE_OK);
  EXPECT_EQ(log_->pMethods->xSync(log_, SQLITE_SYNC_FULL), SQLITE_IOERR_DATA);
}

TEST_F(CallShapesTest, EverySealTakesAFreshNonce) {
  const Bytes same = page(2);
  std::set<Bytes> sealed;
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(write(main_, same, 4096), SQLITE_OK);
    const Bytes disk = store_.disk.content(kStorePath);
    sealed.insert(to_bytes(ByteView(disk).subspan(4096 + kUsableBytes, 24)));
  }
  EXPECT_EQ(sealed.size(), 20U);
}

TEST_F(CallShapesTest, NothingCanBeMappedOrShared) {
  for (sqlite3_file* const file : {main_, log_}) {
    EXPECT_EQ(file->pMethods->iVersion, 1);
    EXPECT_EQ(file->pMethods->xFetch, nullptr);
    EXPECT_EQ(file->pMethods->xShmMap, nullptr);
  }
  EXPECT_EQ(VaultedStore::ask(database_, "PRAGMA mmap_size=1000000"), "");
}

TEST_F(CallShapesTest, TemporaryFilesAndJournalsAreRefused) {
  for (const int kind : {SQLITE_OPEN_TEMP_DB, SQLITE_OPEN_TRANSIENT_DB, SQLITE_OPEN_TEMP_JOURNAL,
                         SQLITE_OPEN_SUBJOURNAL, SQLITE_OPEN_SUPER_JOURNAL, SQLITE_OPEN_MAIN_DB}) {
    EXPECT_EQ(open(nullptr, kind), SQLITE_CANTOPEN) << kind;
    if (kind != SQLITE_OPEN_MAIN_DB) {
      EXPECT_EQ(open("/store.db-x", kind), SQLITE_CANTOPEN) << kind;
    }
  }
  EXPECT_EQ(store_.disk.paths(), (std::vector<std::string>{kStorePath, kLogPath}));
}

TEST_F(CallShapesTest, AJournalOfADatabaseThatHasBytesIsAbsentAndRefused) {
  const char* const journal = sqlite3_filename_journal(sqlite3_db_filename(database_.get(), "main"));
  store_.disk.plant(journal, Bytes(512));
  EXPECT_EQ(open(journal, SQLITE_OPEN_MAIN_JOURNAL), SQLITE_CANTOPEN);
  int there = 1;
  EXPECT_EQ(vfs()->xAccess(vfs(), journal, SQLITE_ACCESS_EXISTS, &there), SQLITE_OK);
  EXPECT_EQ(there, 0);
  EXPECT_EQ(vfs()->xDelete(vfs(), journal, 0), SQLITE_OK);
  EXPECT_TRUE(store_.disk.exists(journal));
  // And so SQLite cannot leave the log either: the change fails, and the store is as it was.
  EXPECT_NE(VaultedStore::ask(database_, "PRAGMA journal_mode=DELETE"), "delete\n");
  database_.reset();
  database_ = store_.must_open();
  EXPECT_EQ(VaultedStore::ask(database_, "SELECT v FROM a"), "a0\na1\n");
}

TEST_F(CallShapesTest, OnlyTheLogOfAnOpenDatabaseIsDeleted) {
  store_.disk.plant("/other.db-wal", Bytes(10));
  EXPECT_EQ(vfs()->xDelete(vfs(), "/other.db-wal", 0), SQLITE_IOERR_DELETE);
  EXPECT_EQ(vfs()->xDelete(vfs(), kStorePath, 0), SQLITE_IOERR_DELETE);
  EXPECT_TRUE(store_.disk.exists("/other.db-wal"));
}

TEST_F(CallShapesTest, AfterAFailedSyncTheFileIsPoisoned) {
  for (const bool of_log : {false, true}) {
    sqlite3_file* const file = of_log ? log_ : main_;
    const Bytes good = page(2);
    store_.disk.fail_after(0, SimulatedDisk::Fault::io_error);
    EXPECT_EQ(file->pMethods->xSync(file, SQLITE_SYNC_FULL), SQLITE_IOERR_FSYNC);
    store_.disk.stop_failing();
    Bytes out(kPageBytes);
    sqlite3_int64 size = 0;
    EXPECT_EQ(read(main_, out, 0), SQLITE_IOERR_READ);
    EXPECT_EQ(write(main_, good, 4096), SQLITE_IOERR_WRITE);
    EXPECT_EQ(main_->pMethods->xTruncate(main_, 4096), SQLITE_IOERR_TRUNCATE);
    EXPECT_EQ(main_->pMethods->xSync(main_, SQLITE_SYNC_FULL), SQLITE_IOERR_FSYNC);
    EXPECT_EQ(main_->pMethods->xFileSize(main_, &size), SQLITE_IOERR_FSTAT);
    EXPECT_EQ(read(log_, out, kWalHeaderBytes + 24), SQLITE_IOERR_READ);
    EXPECT_EQ(write(log_, ByteView(frame_).first(24), kWalHeaderBytes), SQLITE_IOERR_WRITE);
    EXPECT_EQ(log_->pMethods->xSync(log_, SQLITE_SYNC_FULL), SQLITE_IOERR_FSYNC);
    const Bytes log_before = store_.disk.content(kLogPath);
    EXPECT_NE(run_sql(database_.get(), "INSERT INTO a VALUES('a2')").ok(), true);
    database_.reset();
    EXPECT_EQ(store_.disk.content(kLogPath), log_before) << "the log of a poisoned file is kept";
    database_ = store_.must_open();
    EXPECT_EQ(VaultedStore::ask(database_, "SELECT v FROM a"), "a0\na1\n");
    VaultedStore::run(database_, "UPDATE a SET v = v");
    find_files();
  }
}

// SQLite keeps the journal of a statement in memory up to 64 KB, and then wants a file for it.
TEST_F(CallShapesTest, AStatementThatIsUndoneHalfwayNeedsNoFile) {
  VaultedStore::run(database_,
                    "CREATE TABLE big(id INTEGER PRIMARY KEY, v, UNIQUE(v)); WITH RECURSIVE n(i) AS "
                    "(VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
                    "INSERT INTO big SELECT i, i || hex(zeroblob(1000)) FROM n; BEGIN");
  const auto outcome =
      run_sql(database_.get(), "UPDATE big SET v = CASE id WHEN 400 THEN '7x' ELSE id || 'x' END");
  EXPECT_FALSE(outcome.ok());
  VaultedStore::run(database_, "INSERT INTO a VALUES('after'); COMMIT");
  EXPECT_EQ(VaultedStore::ask(database_, "SELECT count(*), min(length(v)) FROM big"), "400\n2001\n");
  EXPECT_EQ(VaultedStore::ask(database_, "PRAGMA integrity_check"), "ok\n");
}

TEST_F(CallShapesTest, ASortBeyondTheCacheNeedsNoFile) {
  EXPECT_EQ(VaultedStore::ask(database_,
                              "PRAGMA cache_size=10; WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT "
                              "i + 1 FROM n WHERE i < 20000) SELECT length(max(v)) FROM (SELECT "
                              "hex(zeroblob(100)) || (i * 7919 % 20011) AS v FROM n ORDER BY v DESC)"),
            "204\n");
  EXPECT_EQ(store_.disk.paths(), (std::vector<std::string>{kStorePath, kLogPath}));
}

}  // namespace call_shapes_test
}  // namespace samla::vault
