// Connection, Statement and Transaction against a real database file.
#include "core/sqlite/connection.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "core/base/id.h"
#include "core/sqlite/sqlite_error.h"
#include "core/sqlite/transaction.h"

namespace samla::sqlite {
namespace {

class ConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("samla_sqlite_" + std::to_string(::getpid()) + "_" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "test.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Connection open(const OpenFlags& flags = {}) {
    auto opened = Connection::open(path_, {}, flags);
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return std::move(*opened);
  }
  Connection with_table() {
    Connection db = open();
    EXPECT_TRUE(db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body, UNIQUE(body))").ok());
    return db;
  }
  static std::int64_t number(Connection& db, std::string_view sql) {
    auto statement = db.prepare(sql);
    EXPECT_TRUE(statement.ok());
    auto row = statement->step();
    EXPECT_TRUE(row.ok() && *row);
    return statement->column_int64(0);
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(ConnectionTest, ValuesOfEveryTypeComeBackAsBound) {
  Connection db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE v(a, b, c, d, e, f)").ok());
  const Bytes blob = {0, 1, 255, 0};
  const auto id = RecordId::from(Bytes(16, 7));
  auto insert = db.prepare("INSERT INTO v VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  ASSERT_TRUE(insert.ok());
  insert->bind(1, -5).bind(2, std::string_view("\0x", 2)).bind(3, blob).bind_null(4).bind(5, "");
  ASSERT_TRUE(insert->bind(6, id).run().ok());
  auto select = db.prepare("SELECT a, b, c, d, e, f, typeof(e), typeof(c) FROM v");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->column_int64(0), -5);
  EXPECT_EQ(select->column_text(1), std::string_view("\0x", 2));
  EXPECT_TRUE(equal(select->column_blob(2), blob));
  EXPECT_TRUE(select->column_is_null(3));
  EXPECT_TRUE(select->column_blob(3).empty());
  EXPECT_TRUE(select->column_text(4).empty());
  EXPECT_EQ(*select->column_fixed<RecordId>(5), id);
  EXPECT_EQ(select->column_fixed<RecordId>(2).error().code, ErrorCode::store_corrupt);
  EXPECT_EQ(select->column_text(6), "text");
  EXPECT_EQ(select->column_text(7), "blob");
  EXPECT_FALSE(*select->step());
}

TEST_F(ConnectionTest, AnEmptyBlobIsNotNull) {
  Connection db = open();
  auto select = db.prepare("SELECT typeof(?1)");
  select->bind(1, ByteView{});
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->column_text(0), "blob");
}

TEST_F(ConnectionTest, AFailedBindIsReportedByStep) {
  Connection db = open();
  auto select = db.prepare("SELECT ?1");
  select->bind(2, 1);
  EXPECT_EQ(select->step().error().code, ErrorCode::internal);
  select->clear_bindings();
  EXPECT_TRUE(select->step().ok());
}

TEST_F(ConnectionTest, WrongSqlIsAnErrorNotACrash) {
  Connection db = open();
  EXPECT_EQ(db.prepare("SELEC 1").error().code, ErrorCode::internal);
  EXPECT_EQ(db.prepare("").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(db.cached("SELECT * FROM absent").error().code, ErrorCode::internal);
  EXPECT_EQ(db.execute("nonsense").error().code, ErrorCode::internal);
}

TEST_F(ConnectionTest, ACachedStatementIsResetAndClearedBetweenUses) {
  Connection db = with_table();
  for (int round = 0; round < 3; ++round) {
    auto select = db.cached("SELECT ?1 UNION ALL SELECT 2");
    ASSERT_TRUE(*(*select)->step());
    EXPECT_TRUE((*select)->column_is_null(0));
    (*select)->bind(1, round);
  }
}

TEST_F(ConnectionTest, ACachedStatementInUseIsLentAfresh) {
  Connection db = with_table();
  ASSERT_TRUE(db.execute("INSERT INTO t(body) VALUES('a'), ('b')").ok());
  constexpr std::string_view kSql = "SELECT body FROM t ORDER BY id";
  auto outer = db.cached(kSql);
  ASSERT_TRUE(*(*outer)->step());
  {
    auto inner = db.cached(kSql);
    ASSERT_TRUE(*(*inner)->step());
    EXPECT_EQ((*inner)->column_text(0), "a");
  }
  ASSERT_TRUE(*(*outer)->step());
  EXPECT_EQ((*outer)->column_text(0), "b");
}

TEST_F(ConnectionTest, LentStatementsSurviveAMoveOfTheConnection) {
  Connection first = with_table();
  std::optional<Connection> second;  // outlives what is lent
  auto lent = first.cached("SELECT 7");
  second = std::move(first);
  ASSERT_TRUE(*(*lent)->step());
  EXPECT_EQ((*lent)->column_int64(0), 7);
}

TEST_F(ConnectionTest, ATransactionNotCommittedLeavesNothing) {
  Connection db = with_table();
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(db.execute("INSERT INTO t(body) VALUES('x')").ok());
  }
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(number(db, "SELECT count(*) FROM t"), 0);
}

TEST_F(ConnectionTest, ACommittedTransactionIsThereAfterReopening) {
  {
    Connection db = with_table();
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(db.execute("INSERT INTO t(id, body) VALUES(41, 'x')").ok());
    EXPECT_EQ(db.last_insert_rowid(), 41);
    EXPECT_EQ(db.changes(), 1);
    ASSERT_TRUE(transaction->commit().ok());
    EXPECT_EQ(transaction->commit().error().code, ErrorCode::wrong_state);
  }
  Connection db = open();
  EXPECT_EQ(number(db, "SELECT id FROM t"), 41);
}

TEST_F(ConnectionTest, ATransactionInsideAnotherIsRefused) {
  Connection db = with_table();
  auto outer = Transaction::begin(db);
  EXPECT_FALSE(Transaction::begin(db).ok());
  EXPECT_TRUE(outer->commit().ok());
}

TEST_F(ConnectionTest, ADuplicateKeyIsAlreadyExists) {
  Connection db = with_table();
  ASSERT_TRUE(db.execute("INSERT INTO t(id, body) VALUES(1, 'x')").ok());
  EXPECT_EQ(db.execute("INSERT INTO t(id, body) VALUES(1, 'y')").error().code, ErrorCode::already_exists);
  EXPECT_EQ(db.execute("INSERT INTO t(id, body) VALUES(2, 'x')").error().code, ErrorCode::already_exists);
}

TEST_F(ConnectionTest, ASecondWriterIsBusy) {
  {
    Connection one = with_table();
    EXPECT_EQ(Connection::open(path_).error().code, ErrorCode::store_busy);
    EXPECT_EQ(Connection::open(folder_ / "." / "test.db").error().code, ErrorCode::store_busy);
  }
  EXPECT_TRUE(Connection::open(path_).ok());
}

TEST_F(ConnectionTest, AReaderNeitherWritesNorCheckpoints) {
  Connection writer = open({.auto_checkpoint_pages = 0});
  ASSERT_TRUE(writer.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)").ok());
  const auto wal = path_.string() + "-wal";
  const auto before = std::filesystem::file_size(path_);
  {
    Connection reader = open({.role = Role::reader});
    EXPECT_EQ(number(reader, "SELECT a FROM t"), 1);
    EXPECT_FALSE(reader.execute("INSERT INTO t VALUES(2)").ok());
  }
  EXPECT_EQ(std::filesystem::file_size(path_), before);
  EXPECT_GT(std::filesystem::file_size(wal), 0U);
  ASSERT_TRUE(writer.checkpoint(Checkpoint::truncate).ok());
  EXPECT_EQ(std::filesystem::file_size(wal), 0U);
}

TEST_F(ConnectionTest, AMissingDatabaseIsStoreMissingUnlessItMayBeMade) {
  EXPECT_EQ(Connection::open(path_, {}, {.create = false}).error().code, ErrorCode::store_missing);
  EXPECT_EQ(Connection::open(path_, {}, {.role = Role::reader}).error().code, ErrorCode::store_missing);
  EXPECT_EQ(Connection::open(folder_ / "absent" / "x.db").error().code, ErrorCode::io);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ConnectionTest, AFileThatIsNoDatabaseIsStoreCorrupt) {
  std::ofstream(path_) << std::string(8192, 'z');
  EXPECT_EQ(Connection::open(path_).error().code, ErrorCode::store_corrupt);
}

TEST_F(ConnectionTest, TheHookReplacesTheSetupAndItsErrorIsTheOpensError) {
  OpenFlags flags;
  flags.prepare = [](sqlite3*) -> Result<void> { return fail(ErrorCode::not_authentic, "hook"); };
  EXPECT_EQ(Connection::open(path_, {}, flags).error().code, ErrorCode::not_authentic);
  flags.prepare = [](sqlite3*) -> Result<void> { return {}; };
  Connection db = open(flags);
  auto mode = db.prepare("PRAGMA journal_mode");
  ASSERT_TRUE(*mode->step());
  EXPECT_EQ(mode->column_text(0), "delete");
}

TEST_F(ConnectionTest, InterruptStopsALongStatement) {
  Connection db = open();
  sqlite3_progress_handler(
      db.handle(), 1000,
      [](void* self) {
        static_cast<Connection*>(self)->interrupt();
        return 0;
      },
      &db);
  EXPECT_FALSE(
      db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n")
          .ok());
}

TEST(SqliteError, CodesMapToOurs) {
  EXPECT_EQ(error_code(SQLITE_FULL), ErrorCode::disk_full);
  EXPECT_EQ(error_code(SQLITE_IOERR_WRITE, ENOSPC), ErrorCode::disk_full);
  EXPECT_EQ(error_code(SQLITE_IOERR_WRITE, EIO), ErrorCode::io);
  EXPECT_EQ(error_code(SQLITE_CANTOPEN, ENOSPC), ErrorCode::disk_full);
  EXPECT_EQ(error_code(SQLITE_CANTOPEN), ErrorCode::io);
  EXPECT_EQ(error_code(SQLITE_BUSY_SNAPSHOT), ErrorCode::store_busy);
  EXPECT_EQ(error_code(SQLITE_LOCKED), ErrorCode::store_busy);
  EXPECT_EQ(error_code(SQLITE_CORRUPT_VTAB), ErrorCode::store_corrupt);
  EXPECT_EQ(error_code(SQLITE_NOTADB), ErrorCode::store_corrupt);
  EXPECT_EQ(error_code(SQLITE_IOERR_DATA), ErrorCode::store_corrupt);
  EXPECT_EQ(error_code(SQLITE_READONLY), ErrorCode::not_permitted);
}

}  // namespace
}  // namespace samla::sqlite
