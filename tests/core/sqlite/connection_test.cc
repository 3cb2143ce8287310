#include "core/sqlite/connection.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace samla::sqlite {
namespace {

class ConnectionTest : public testing::Test {
 protected:
  Connection open() {
    auto opened = Connection::open((folder_.path() / "t.db").string(), {});
    EXPECT_TRUE(opened.ok());
    return std::move(*opened);
  }
  std::int64_t count(Connection& connection) {
    auto statement = connection.prepare("SELECT count(*) FROM t");
    EXPECT_TRUE(*statement->step());
    return statement->integer(0);
  }
  TemporaryFolder folder_;
};

TEST_F(ConnectionTest, KeepsTextBlobsNullsAndEmptyValuesApart) {
  Connection connection = open();
  ASSERT_TRUE(connection.execute("CREATE TABLE t(a, b, c, d)").ok());
  {
    auto insert = connection.cached("INSERT INTO t VALUES(?1, ?2, ?3, ?4)");
    ASSERT_TRUE(
        (*insert)->bind(1, "blåbær").bind(2, ByteView{}).bind(3, std::int64_t{-7}).bind_null(4).run().ok());
  }
  auto select = connection.prepare("SELECT * FROM t");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->text(0), "blåbær");
  EXPECT_FALSE(select->is_null(1));
  EXPECT_TRUE(select->blob(1).empty());
  EXPECT_EQ(select->integer(2), -7);
  EXPECT_TRUE(select->is_null(3));
  EXPECT_FALSE(*select->step());
}

TEST_F(ConnectionTest, RollsBackATransactionThatDiesUncommitted) {
  Connection connection = open();
  ASSERT_TRUE(connection.execute("CREATE TABLE t(a)").ok());
  {
    auto transaction = Transaction::begin(connection);
    ASSERT_TRUE(connection.execute("INSERT INTO t VALUES(1)").ok());
  }
  EXPECT_EQ(count(connection), 0);
  auto transaction = Transaction::begin(connection);
  ASSERT_TRUE(connection.execute("INSERT INTO t VALUES(1)").ok());
  ASSERT_TRUE(transaction->commit().ok());
  EXPECT_EQ(count(connection), 1);
}

TEST_F(ConnectionTest, NamesAMissingStoreAndADamagedOne) {
  const auto path = folder_.path() / "x.db";
  EXPECT_EQ(Connection::open(path.string(), {.create = false}).error().code, ErrorCode::store_missing);
  std::ofstream(path) << std::string(8192, 'x');
  auto opened = Connection::open(path.string(), {});
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->execute("SELECT * FROM sqlite_schema").error().code, ErrorCode::store_corrupt);
}

TEST_F(ConnectionTest, SaysThatAnotherConnectionHoldsTheLock) {
  Connection first = open();
  Connection second = open();
  ASSERT_TRUE(first.execute("CREATE TABLE t(a)").ok());
  auto transaction = Transaction::begin(first);
  EXPECT_EQ(Transaction::begin(second).error().code, ErrorCode::store_busy);
}

}  // namespace
}  // namespace samla::sqlite
