// A server's database moves to the other storage and back; its devices notice nothing.
#include "sync-server/migrate.h"

#include <gtest/gtest.h>

#include "sync-server/maintenance.h"
#include "tests/support/postgres_cluster.h"
#include "tests/sync-server/test_server.h"

namespace samla::server {
namespace migrate_test {

const RecordId kNote{{1}}, kPlan{{2}};
const MigrateProgress kNoProgress = [](std::string_view, std::uint64_t, std::uint64_t) {};

class MigrateTest : public testing::Test {
 protected:
  /// A claimed server with a conflict, grants and three changesets; it has ended.
  MigrateTest() {
    claim(server_, unit_);
    Peer kari(server_, 2, unit_, unit_.phone), ola(server_, 3, unit_, unit_.laptop);
    for (const Bytes& bytes : {kari_.write(kNote), kari_.write(kPlan, kBody)}) kari.push(unit_.id, bytes);
    ola.push(unit_.id, ola_.write(kNote));
    server_.run_until([&] { return server_->metrics().placed() == 3; });
    server_.stop();
  }
  static Hash digest_at(const StoragePlace& place) {
    const auto reader = open_snapshot(place);
    SAMLA_ASSERT(reader.ok());
    const auto digest = digest_of(**reader);
    SAMLA_ASSERT(digest.ok());
    return *digest;
  }

  TemporaryFolder folder_;
  const StoragePlace file_ = place_of(folder_.path() / "server", {});
  const StoragePlace database_{{}, test::PostgresCluster::shared().fresh_url()};
  const StoragePlace back_ = place_of(folder_.path() / "back", {});
  TestServer server_{folder_.path() / "server"};
  Unit unit_;
  Author kari_{unit_, unit_.phone};
  Author ola_{unit_, unit_.laptop};
};

TEST_F(MigrateTest, MovesEverythingThereAndBack) {
  const Hash before = digest_at(file_);
  std::uint64_t shown_last = 0;
  const auto there =
      migrate(file_, database_, [&](std::string_view, std::uint64_t done, std::uint64_t total) {
        shown_last = done;
        EXPECT_EQ(total, 3u);
      });
  ASSERT_TRUE(there.ok()) << there.error().message();
  EXPECT_EQ(shown_last, 3u);
  EXPECT_EQ(there->digest, before);
  EXPECT_EQ(there->counts.changesets, 3u);
  EXPECT_EQ(there->counts.contested_fields, 1u);
  EXPECT_EQ(verify_storage(database_)->findings, std::vector<std::string>{});
  const auto back = migrate(database_, back_, kNoProgress);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(digest_at(back_), before);
  EXPECT_EQ(verify_storage(back_)->findings, std::vector<std::string>{});
}

TEST_F(MigrateTest, WhatWasMovedIsNotServedFromAndNotMovedAgain) {
  ASSERT_TRUE(migrate(file_, database_, kNoProgress).ok());
  const auto opened = Server::open(ServerPlace{folder_.path() / "server"}, server_.clock, {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::wrong_state);
  EXPECT_NE(opened.error().message().find("postgres://"), std::string::npos) << opened.error().message();
  EXPECT_EQ(migrate(file_, back_, kNoProgress).error().code, ErrorCode::wrong_state);
}

TEST_F(MigrateTest, ServersOverADatabaseThatIsMovedAwayPlaceNothingMore) {
  ASSERT_TRUE(migrate(file_, database_, kNoProgress).ok());
  std::filesystem::create_directory(folder_.path() / "one");
  std::filesystem::copy_file(keys_file(folder_.path() / "server"), keys_file(folder_.path() / "one"));
  TestServer running(TestServer::Existing{}, {folder_.path() / "one", database_.url});
  Peer kari(running, 2, unit_, unit_.phone);
  ASSERT_TRUE(kari.expect<wire::Welcome>());
  ASSERT_TRUE(migrate(database_, back_, kNoProgress).ok());
  kari.push(unit_.id, kari_.write(kNote));
  const auto refusal = kari.expect<wire::Refusal>();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->refused, wire::Refused::kLater);
  Peer ola(running, 3, unit_, unit_.laptop);
  EXPECT_EQ(ola.expect<wire::Goodbye>()->reason, wire::Refused::kLater);
}

TEST_F(MigrateTest, NeverWritesOverAServerNorFromOneThatRuns) {
  const auto taken = open_storage(database_, true);
  auto transaction = (*taken)->begin();
  ASSERT_TRUE((*transaction)->put_value(kIncarnationName, Bytes(16, 1)).ok() &&
              (*transaction)->commit().ok());
  EXPECT_EQ(migrate(file_, database_, kNoProgress).error().code, ErrorCode::already_exists);
  EXPECT_EQ(migrate(file_, file_, kNoProgress).error().code, ErrorCode::store_busy);
  server_.start();
  EXPECT_EQ(migrate(file_, back_, kNoProgress).error().code, ErrorCode::store_busy);
}

TEST_F(MigrateTest, AMoveThatWasCutIsNoServerAndIsSaidSo) {
  const auto cut = open_storage(database_, true);
  auto transaction = (*cut)->begin();
  ASSERT_TRUE((*transaction)->put_entry({}, 1, Bytes{1}).ok() && (*transaction)->commit().ok());
  const auto again = migrate(file_, database_, kNoProgress);
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message().find("cut"), std::string::npos);
  server_.start();  // it goes on where it was
}

TEST(MigratePlaces, AreFoldersOrDatabases) {
  EXPECT_EQ(parse_place("sqlite:/x")->file, "/x/server.db");
  EXPECT_EQ(parse_place("sqlite:///x")->file, "/x/server.db");
  EXPECT_EQ(parse_place("postgresql://h/d")->url, "postgresql://h/d");
  for (const char* text : {"", "sqlite:", "/x", "mysql://h/d"}) EXPECT_FALSE(parse_place(text).ok()) << text;
}

}  // namespace migrate_test
}  // namespace samla::server
