// What PostgreSQL adds to the contract of storage.h: locks, failures, versions, news.
#include "sync-server/storage/postgres/postgres_storage.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "sync-server/storage/open_storage.h"
#include "sync-server/storage/postgres/pg_news.h"
#include "sync-server/storage/postgres/pg_schema.h"
#include "tests/support/postgres_cluster.h"

namespace samla::server {
namespace postgres_storage_test {

using test::PostgresCluster;

const SpaceId kSpace{{1}}, kOther{{2}};
const WriterId kWriter{{3}};

StoredChangeset changeset(std::uint64_t seq) {
  const auto byte = static_cast<std::uint8_t>(seq);
  return {seq, {{byte, 1}}, kWriter, seq, {{byte, 2}}, 1, 0, 0, Bytes(10, byte)};
}
TransactionScope scope_of(std::set<SpaceId> spaces) {
  TransactionScope scope;
  scope.chains = false;
  scope.spaces = std::move(spaces);
  return scope;
}

class PostgresStorageTest : public testing::Test {
 protected:
  std::unique_ptr<Storage> open() const {
    auto opened = open_postgres_storage(url_);
    SAMLA_ASSERT(opened.ok());
    return std::move(*opened);
  }
  static void put(Storage& storage, std::uint64_t seq) {
    auto transaction = storage.begin(scope_of({kSpace}));
    ASSERT_TRUE(transaction.ok()) << transaction.error().message();
    ASSERT_TRUE((*transaction)->put_changeset(kSpace, changeset(seq)).ok());
    const auto committed = (*transaction)->commit();
    ASSERT_TRUE(committed.ok()) << committed.error().message();
  }

  const std::string url_ = PostgresCluster::shared().fresh_url();
};

TEST_F(PostgresStorageTest, WhoLocksASpaceSeesWhatTheOneBeforePlaced) {
  const auto one = open(), two = open();
  auto first = one->begin(scope_of({kSpace}));
  ASSERT_TRUE((*first)->put_changeset(kSpace, changeset(1)).ok());
  ASSERT_TRUE((*first)->commit().ok());
  first = one->begin(scope_of({kSpace}));
  ASSERT_TRUE((*first)->put_changeset(kSpace, changeset(2)).ok());
  auto second = std::async(std::launch::async, [&] {
    TransactionScope scope = scope_of({kSpace});
    scope.writers.emplace(kSpace, kWriter);
    const auto begun = two->begin(scope);
    SAMLA_ASSERT(begun.ok());
    return std::pair(two->tips(std::set<SpaceId>{kSpace})->front().seq,
                     two->changeset_of(kSpace, kWriter, 0)->value().seq);
  });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  ASSERT_TRUE((*first)->commit().ok());
  first->reset();
  EXPECT_EQ(second.get(), std::pair(std::uint64_t{2}, std::uint64_t{2}));
}

TEST_F(PostgresStorageTest, PlacingInOtherSpacesGoesOnMeanwhileButNotAChangeOfTheChains) {
  const auto one = open(), two = open(), three = open();
  put(*one, 1);
  const auto first = one->begin(scope_of({kSpace}));
  auto second = two->begin(scope_of({kOther}));
  ASSERT_TRUE(second.ok());
  ASSERT_TRUE((*second)->commit().ok());
  second->reset();
  auto chains = std::async(std::launch::async, [&] { return three->begin().ok(); });
  EXPECT_EQ(chains.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  ASSERT_TRUE((*first)->commit().ok());
  EXPECT_TRUE(chains.get());
}

TEST_F(PostgresStorageTest, ARevisionSaysWhatTheChainsHaveGrownBySince) {
  const auto one = open(), two = open();
  auto transaction = one->begin();
  ASSERT_TRUE((*transaction)->put_entry({}, 1, Bytes{1}).ok());
  ASSERT_TRUE((*transaction)->put_entry(kSpace, 1, Bytes{2}).ok());
  ASSERT_TRUE((*transaction)->commit().ok());
  const std::uint64_t first = (*transaction)->revision();
  transaction->reset();
  put(*one, 1);
  auto tail = two->chains_since(0);
  EXPECT_EQ(tail->revision, first) << "changesets are no change of the chains";
  EXPECT_EQ(tail->entries, (std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, {1}}, {kSpace, {2}}}));
  transaction = one->begin();
  ASSERT_TRUE((*transaction)->put_value("a", Bytes{3}).ok());
  ASSERT_TRUE((*transaction)->put_entry({}, 2, Bytes{4}).ok());
  ASSERT_TRUE((*transaction)->commit().ok());
  tail = two->chains_since(first);
  EXPECT_EQ(tail->revision, (*transaction)->revision());
  EXPECT_EQ(tail->entries, (std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, {4}}}));
}

TEST_F(PostgresStorageTest, ATransactionThatLosesItsConnectionFailsAndTheNextOneGoesOn) {
  const auto storage = open();
  auto reader = storage->open_reader();
  put(*storage, 1);
  auto transaction = storage->begin(scope_of({kSpace}));
  ASSERT_TRUE((*transaction)->put_changeset(kSpace, changeset(2)).ok());
  PostgresCluster::shared().cut_connections();
  EXPECT_EQ((*transaction)->commit().error().code, ErrorCode::offline);
  transaction->reset();
  EXPECT_EQ((*reader)->last_changeset(kSpace)->value().seq, 1u) << "a reader looks once more by itself";
  put(*storage, 2);
}

TEST_F(PostgresStorageTest, BeginsAnewWhereTheConnectionWasLostBetweenTwoTransactions) {
  const auto storage = open();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    put(*storage, seq);
    PostgresCluster::shared().cut_connections();
  }
  EXPECT_EQ(storage->last_changeset(kSpace)->value().seq, 3u);
}

TEST_F(PostgresStorageTest, ACommitThatAStandbyHasNotConfirmedIsNone) {
  PostgresCluster cluster;
  const auto storage = open_postgres_storage(cluster.url());
  ASSERT_TRUE(storage.ok());
  put(**storage, 1);
  // A standby that is not there: the commit waits for it, and somebody cancels the wait.
  cluster.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  cluster.execute("SELECT pg_reload_conf()");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  auto committing = std::async(std::launch::async, [&] {
    auto transaction = (*storage)->begin(scope_of({kSpace}));
    SAMLA_ASSERT((*transaction)->put_changeset(kSpace, changeset(2)).ok());
    return (*transaction)->commit();
  });
  while (committing.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    cluster.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  }
  const auto committed = committing.get();
  ASSERT_FALSE(committed.ok());
  EXPECT_NE(committed.error().message().find("standby"), std::string::npos) << committed.error().message();
}

TEST_F(PostgresStorageTest, ADatabaseThatKeepsNothingItAcknowledgesIsRefused) {
  const PostgresCluster cluster({"fsync=off"});
  Result<std::unique_ptr<Storage>> opened = fail(ErrorCode::offline, "");
  for (int i = 0; i < 500 && !opened.ok() && opened.error().code == ErrorCode::offline; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    opened = open_postgres_storage(cluster.url());
  }
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message().find("fsync"), std::string::npos) << opened.error().message();
}

TEST_F(PostgresStorageTest, SaysWhatIsMissing) {
  EXPECT_EQ(open_postgres_storage(url_, false).error().code, ErrorCode::store_missing);
  EXPECT_EQ(open_postgres_snapshot(url_).error().code, ErrorCode::store_missing);
  std::string elsewhere = url_;
  elsewhere.replace(elsewhere.find("/postgres?"), 10, "/nowhere?");
  EXPECT_EQ(open_postgres_storage(elsewhere).error().code, ErrorCode::store_missing);
  EXPECT_EQ(open_postgres_storage("postgres:///x?host=/no/such/folder").error().code, ErrorCode::offline);
}

TEST_F(PostgresStorageTest, BringsAnEarlierDatabaseToThePresentVersionAndLeavesALaterOneAlone) {
  const auto connection = PgConnection::open(url_);
  ASSERT_TRUE(connection.ok());
  const PgMigration first{1, "CREATE TABLE t(a bigint); CREATE TABLE u(b bigint)"};
  const PgMigration second{2, "ALTER TABLE t ADD COLUMN c bigint"},
      wrong{3, "CREATE TABLE v(a int); no such thing"};
  ASSERT_TRUE(migrate_pg_schema(**connection, true, std::vector{first}).ok());
  EXPECT_EQ(*pg_schema_version(**connection), 1);
  ASSERT_TRUE(migrate_pg_schema(**connection, false, std::vector{first, second}).ok());
  EXPECT_EQ(*pg_schema_version(**connection), 2);
  EXPECT_FALSE(migrate_pg_schema(**connection, false, std::vector{first, second, wrong}).ok());
  EXPECT_EQ(*pg_schema_version(**connection), 2) << "all of a version or nothing";
  EXPECT_EQ(migrate_pg_schema(**connection, true, std::vector{first}).error().code,
            ErrorCode::version_unknown);
}

TEST_F(PostgresStorageTest, ProcessesThatStartAtOnceMakeTheTablesOnce) {
  std::vector<std::future<bool>> starts;
  for (int i = 0; i < 4; ++i) {
    starts.push_back(std::async(std::launch::async, [this] { return open_postgres_storage(url_).ok(); }));
  }
  for (auto& start : starts) EXPECT_TRUE(start.get());
}

TEST(PostgresNews, NamesSpacesOrEverything) {
  const std::set<SpaceId> spaces{kSpace, kOther, SpaceId{}};
  EXPECT_EQ(decode_pg_news(encode_pg_news(spaces)), spaces);
  std::set<SpaceId> many;
  for (std::uint8_t i = 0; i < 250; ++i) {
    many.insert(SpaceId{{1, i}});
    many.insert(SpaceId{{2, i}});
  }
  EXPECT_FALSE(decode_pg_news(encode_pg_news(many)));
  for (const char* text : {"", "*", "x", "AAAAAAAAAAAAAAAAAAAAAA ", " AAAAAAAAAAAAAAAAAAAAAA", "AAAA AAAA"}) {
    EXPECT_FALSE(decode_pg_news(text)) << text;
  }
}

TEST_F(PostgresStorageTest, NewsGoToTheOthersAndNotToTheirTeller) {
  const auto one = open(), two = open();
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::set<SpaceId>> at_one, at_two;
  const auto note = [&](std::vector<std::set<SpaceId>>& list) {
    return [&](std::set<SpaceId> spaces) {
      const std::lock_guard lock(mutex);
      list.push_back(std::move(spaces));
      changed.notify_all();
    };
  };
  const auto first = one->open_news(), second = two->open_news();
  first->start(note(at_one));
  second->start(note(at_two));
  std::unique_lock lock(mutex);
  const auto wait = [&](auto done) { return changed.wait_for(lock, std::chrono::seconds(20), done); };
  ASSERT_TRUE(wait([&] { return !at_one.empty() && !at_two.empty(); }))
      << "each begins by looking at everything";
  first->tell({kSpace});
  first->tell({kOther});
  std::set<SpaceId> told;
  ASSERT_TRUE(wait([&] {
    for (const auto& spaces : at_two) told.insert(spaces.begin(), spaces.end());
    return told.size() == 2;
  }));
  EXPECT_EQ(at_one.size(), 1u);
  // What nobody told is found by looking.
  lock.unlock();
  put(*one, 1);
  lock.lock();
  ASSERT_TRUE(wait([&] { return at_one.size() == 2; }));
  EXPECT_EQ(at_one.back(), std::set<SpaceId>{kSpace});
}

TEST(StoragePlaces, AreShownWithoutThePassword) {
  EXPECT_EQ(shown({{}, "postgres://samla:secret@db1,db2/samla?sslmode=require"}),
            "postgres://samla@db1,db2/samla");
  EXPECT_EQ(shown({{}, "postgres://db1/samla"}), "postgres://db1/samla");
  EXPECT_EQ(shown({{}, "postgres://db1:5433"}), "postgres://db1:5433");
  EXPECT_EQ(shown({"/x/server.db", {}}), "/x/server.db");
}

}  // namespace postgres_storage_test
}  // namespace samla::server
