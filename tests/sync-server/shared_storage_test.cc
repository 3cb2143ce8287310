// Two servers over one database, as two processes would be: what one commits the other knows, tells its
// devices, and builds on.
#include <gtest/gtest.h>

#include "sync-server/maintenance.h"
#include "tests/support/postgres_cluster.h"
#include "tests/sync-server/test_server.h"

namespace samla::server {
namespace shared_storage_test {

using wire::Refused;

const RecordId kNote{{1}}, kPlan{{2}};

class SharedStorageTest : public testing::Test {
 protected:
  SharedStorageTest() { claim(one_, unit_); }

  Result<VerifyReport> verified() const { return verify_storage(StoragePlace{{}, url_}); }
  void expect_sound(std::uint64_t changesets) {
    const auto report = verified();
    ASSERT_TRUE(report.ok()) << report.error().message();
    EXPECT_EQ(report->findings, std::vector<std::string>{});
    EXPECT_EQ(report->counts.changesets, changesets);
  }

  TemporaryFolder folder_;
  const std::string url_ = test::PostgresCluster::shared().fresh_url();
  TestServer one_{folder_.path() / "one", url_};
  TestServer two_{one_, folder_.path() / "two"};
  Unit unit_;
  Author kari_{unit_, unit_.phone};
  Author ola_{unit_, unit_.laptop};
};

TEST_F(SharedStorageTest, APushAtOneServerReachesADeviceAtTheOtherByItself) {
  Peer kari(one_, 2, unit_, unit_.phone), ola(two_, 2, unit_, unit_.laptop);
  ola.send(wire::Subscribe{unit_.id, {}});
  ASSERT_TRUE(ola.expect<wire::TailEnd>());
  const Bytes first = kari_.write(kNote);
  kari.push(unit_.id, first);
  ASSERT_TRUE(kari.expect<wire::Receipts>());
  const auto tail = ola.expect<wire::Tail>();
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->items.at(0).changeset, first);
}

TEST_F(SharedStorageTest, AWriterGoesOnAtAnotherServerAndItsRepeatsAreKnownThere) {
  Peer at_one(one_, 2, unit_, unit_.phone);
  const Bytes first = kari_.write(kNote);
  at_one.push(unit_.id, first);
  const auto placed = at_one.expect<wire::Receipts>();
  ASSERT_TRUE(placed);
  Peer at_two(two_, 2, unit_, unit_.phone);
  const auto welcome = at_two.expect<wire::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->incarnation, placed->incarnation);
  EXPECT_EQ(welcome->spaces.at(0).position.seq, 1u) << "it knows all that the device saw at the other";
  at_two.push(unit_.id, first);
  const auto repeated = at_two.expect<wire::Receipts>();
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->receipts.at(0).seq, 1u);
  EXPECT_EQ(repeated->receipts.at(0).head, placed->receipts.at(0).head);
  at_two.push(unit_.id, kari_.write(kNote, kBody));
  EXPECT_EQ(at_two.expect<wire::Receipts>()->receipts.at(0).seq, 2u);
  at_one.push(unit_.id, kari_.write(kNote));
  EXPECT_EQ(at_one.expect<wire::Receipts>()->receipts.at(0).seq, 3u) << "and so does the first";
  expect_sound(3);
}

TEST_F(SharedStorageTest, TwoServersThatPlaceIntoOneSpaceAtOnceMakeOneHistory) {
  constexpr int kEach = 60;
  Peer kari(one_, 2, unit_, unit_.phone), ola(two_, 2, unit_, unit_.laptop);
  for (int i = 0; i < kEach; ++i) {
    kari.push(unit_.id, kari_.write(kNote));
    ola.push(unit_.id, ola_.write(i % 2 == 0 ? kNote : kPlan));
  }
  std::set<std::uint64_t> places;
  for (Peer* peer : {&kari, &ola}) {
    for (int received = 0; received < kEach;) {
      const auto receipts = peer->expect<wire::Receipts>();
      ASSERT_TRUE(receipts);
      received += static_cast<int>(receipts->receipts.size());
      for (const wire::Receipt& receipt : receipts->receipts) places.insert(receipt.seq);
    }
  }
  EXPECT_EQ(places.size(), 2u * kEach) << "each place once";
  expect_sound(2 * kEach);
}

TEST_F(SharedStorageTest, ARevocationAtOneServerShowsTheDeviceOutAtTheOther) {
  Peer admin(one_, 2, unit_, unit_.org.admin), ola(two_, 2, unit_, unit_.laptop);
  ASSERT_TRUE(admin.expect<wire::Welcome>() && ola.expect<wire::Welcome>());
  chain::Revocation revocation;
  revocation.id = decltype(revocation.id)::from(unit_.laptop.id().view());
  const ChainHead head = unit_.org.identity.head();
  const chain::Entry entry = unit_.org.signed_by(unit_.org.admin, revocation);
  admin.send(append_of(std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, entry.encode()}}, head));
  EXPECT_FALSE(admin.expect<wire::ChainResult>()->refused);
  EXPECT_EQ(ola.expect<wire::Goodbye>()->reason, Refused::kDeviceRevoked);
}

TEST_F(SharedStorageTest, AnInviteRedeemedAtOneServerIsADeviceAndIsUsedAtTheOtherAtOnce) {
  const Bytes gate(32, 7);
  test::TestInvite invite = unit_.org.make_invite(unit_.ola, unit_.entitled);
  invite.invite.gate = chain::gate_hash(gate);
  const ChainHead head = unit_.org.identity.head();
  const chain::Entry made = unit_.org.signed_by(unit_.org.admin, invite.invite);
  unit_.org.place(made);
  Peer admin(two_, 9, unit_, unit_.org.admin);
  admin.send(append_of(std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, made.encode()}}, head));
  ASSERT_FALSE(admin.expect<wire::ChainResult>()->refused);
  const test::TestDevice tablet = unit_.org.make_device(unit_.ola);
  const auto knock = [&](TestServer& server, Asker number) {
    Peer peer(server, number, tablet.keys.noise);
    wire::Hello hello = Peer::hello(unit_, tablet);
    hello.entrance = wire::Entrance::kInvite;
    hello.invite = invite.invite.invite;
    hello.proof = gate;
    peer.send(hello);
    return peer;
  };
  Peer newcomer = knock(one_, 3);
  ASSERT_TRUE(newcomer.expect<wire::Welcome>()) << "the invite was made at the other server";
  newcomer.send(append_of(
      std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, unit_.org.certificate(invite, tablet).encode()}}));
  ASSERT_FALSE(newcomer.expect<wire::ChainResult>()->refused);
  Peer again(two_, 4, unit_, tablet);
  EXPECT_TRUE(again.expect<wire::Welcome>());
  EXPECT_EQ(knock(two_, 5).expect<wire::Goodbye>()->reason, Refused::kInviteUsed);
}

TEST_F(SharedStorageTest, AServerThatEndsLeavesWhatItAcknowledgedToTheOther) {
  std::uint64_t acknowledged = 0;
  {
    Peer kari(one_, 2, unit_, unit_.phone);
    for (int i = 0; i < 20; ++i) kari.push(unit_.id, kari_.write(kNote));
    acknowledged = kari.expect<wire::Receipts>()->receipts.back().seq;
  }
  one_.stop();
  Peer ola(two_, 3, unit_, unit_.laptop);
  const auto welcome = ola.expect<wire::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_GE(welcome->spaces.at(0).position.seq, acknowledged);
}

TEST_F(SharedStorageTest, BothGoOnWhenTheDatabaseHasCutThemOff) {
  Peer kari(one_, 2, unit_, unit_.phone), ola(two_, 2, unit_, unit_.laptop);
  ola.send(wire::Subscribe{unit_.id, {}});
  ASSERT_TRUE(ola.expect<wire::TailEnd>());
  test::PostgresCluster::shared().cut_connections();
  kari.push(unit_.id, kari_.write(kNote));
  ASSERT_TRUE(kari.expect<wire::Receipts>());
  const auto tail = ola.expect<wire::Tail>();
  ASSERT_TRUE(tail) << "its connection for news is new, and it looked at everything";
  EXPECT_EQ(tail->items.size(), 1u);
}

TEST_F(SharedStorageTest, ANewLifeAtOneServerIsOneAtTheOther) {
  Peer kari(one_, 2, unit_, unit_.phone), ola(two_, 2, unit_, unit_.laptop);
  const auto before = ola.expect<wire::Welcome>();
  kari.push(unit_.id, kari_.write(kNote));
  auto receipts = kari.expect<wire::Receipts>();
  ASSERT_TRUE(before && receipts);
  // What it signed is gone from the database: it was set back without knowing.
  test::PostgresCluster::shared().execute(
      "SET search_path = " + url_.substr(url_.rfind("%3D") + 3) +
      "; DELETE FROM changeset; UPDATE space SET seq = 0, head = decode(repeat('00', 32), 'hex')");
  Peer again(one_, 4, unit_, unit_.phone);
  again.send(wire::ShownReceipts{*receipts});
  EXPECT_EQ(ola.expect<wire::Goodbye>()->reason, Refused::kLater);
  Peer later(two_, 5, unit_, unit_.laptop);
  const auto now = later.expect<wire::Welcome>();
  ASSERT_TRUE(now);
  EXPECT_NE(now->incarnation, before->incarnation);
  EXPECT_EQ(now->spaces.at(0).position.seq, 0u);
}

TEST_F(SharedStorageTest, AServerWhoseDatabaseWasSetBackFollowsIt) {
  Peer kari(one_, 2, unit_, unit_.phone);
  const Bytes first = kari_.write(kNote);
  kari.push(unit_.id, first);
  ASSERT_TRUE(kari.expect<wire::Receipts>());
  test::PostgresCluster::shared().execute(
      "SET search_path = " + url_.substr(url_.rfind("%3D") + 3) +
      "; DELETE FROM changeset; DELETE FROM record_state; DELETE FROM space");
  kari.push(unit_.id, first);
  EXPECT_EQ(kari.expect<wire::Goodbye>()->reason, Refused::kLater) << "everybody looks at what is left";
  Peer again(one_, 3, unit_, unit_.phone);
  again.push(unit_.id, first);
  EXPECT_EQ(again.expect<wire::Receipts>()->receipts.at(0).seq, 1u)
      << "placed anew, not answered from memory";
  expect_sound(1);
}

}  // namespace shared_storage_test
}  // namespace samla::server
