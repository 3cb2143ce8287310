// The whole server without a network: claim, invites, two devices, fan-out, restarts and endings.
#include "sync-server/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_folder.h"
#include "tests/sync-server/test_server.h"

namespace samla::server {
namespace server_test {

using wire::Refused;

const RecordId kNote{{1}}, kPlan{{2}};

/// Over each storage.
class ServerTest : public testing::TestWithParam<const char*> {
 protected:
  void claim() { server::claim(server_, unit_); }
  static std::string storage_url() {
    return std::string(GetParam()) == "postgres" ? test::PostgresCluster::shared().fresh_url() : "";
  }

  TemporaryFolder folder_;
  TestServer server_{folder_.path() / "server", storage_url()};
  Unit unit_;
  Author kari_{unit_, unit_.phone};
  Author ola_{unit_, unit_.laptop};
};

TEST_P(ServerTest, IsClaimedOnceByWhoHoldsTheToken) {
  wire::Hello hello = Peer::hello(unit_, unit_.org.admin);
  hello.entrance = wire::Entrance::kClaim;
  hello.proof = Bytes(chain::ClaimToken::kSize, 1);
  Peer thief(server_, 9, unit_.org.admin.keys.noise);
  thief.send(hello);
  EXPECT_EQ(thief.expect<wire::Goodbye>()->reason, Refused::kNotPermitted);
  EXPECT_TRUE(thief.closed());
  claim();
  Peer late(server_, 10, unit_.org.admin.keys.noise);
  hello.proof = to_bytes(server_.fragment.claim.view());
  late.send(hello);
  EXPECT_EQ(late.expect<wire::Goodbye>()->reason, Refused::kClaimUsed);
}

TEST_P(ServerTest, CarriesAChangesetFromOneDeviceToAnother) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone), ola(server_, 3, unit_, unit_.laptop);
  const auto welcome = kari.expect<wire::Welcome>();
  ASSERT_TRUE(welcome);
  ASSERT_EQ(welcome->spaces.size(), 1u);
  EXPECT_EQ(welcome->spaces[0].space, unit_.id);
  ola.send(wire::Subscribe{unit_.id, {}});
  ASSERT_TRUE(ola.expect<wire::TailEnd>());
  const Bytes first = kari_.write(kNote);
  kari.push(unit_.id, first);
  const auto receipts = kari.expect<wire::Receipts>();
  ASSERT_TRUE(receipts);
  EXPECT_EQ(receipts->incarnation, welcome->incarnation);
  EXPECT_TRUE(sign::verify(welcome->receipt_key, wire::kReceiptsDomain, wire::signed_part(*receipts),
                           receipts->signature));
  const auto tail = ola.expect<wire::Tail>();
  ASSERT_TRUE(tail);
  ASSERT_EQ(tail->items.size(), 1u);
  EXPECT_EQ(tail->items[0].changeset, first);
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_P(ServerTest, HasSaidGoodbyeWhenItAnswersAnOfferBehindReceiptsThatBeginANewLife) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone);
  const auto welcome = kari.expect<wire::Welcome>();
  ASSERT_TRUE(welcome);
  wire::Receipts lost{welcome->incarnation, {{unit_.id, 9, {}, {}, 9, {}, 1}}, {}};
  lost.signature = server_->keys().receipts.sign(wire::kReceiptsDomain, wire::signed_part(lost));
  kari.send(wire::ShownReceipts{lost});
  kari.send(wire::ChainOffer{{}, welcome->identity, welcome->identity.seq + 1, {}});
  const auto is_answer = [](const wire::Message& message) {
    return std::holds_alternative<wire::ChainOfferResult>(message) ||
           std::holds_alternative<wire::Goodbye>(message);
  };
  ASSERT_TRUE(server_.run_until([&] { return std::ranges::any_of(server_.take_sent(2), is_answer); }));
  EXPECT_TRUE(kari.closed());
}

TEST_P(ServerTest, TellsItsAuthorNothingTwiceAndLeavesOutItsOwnBytes) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone);
  kari.push(unit_.id, kari_.write(kNote));
  const auto receipts = kari.expect<wire::Receipts>();
  ASSERT_TRUE(receipts);
  kari.send(wire::Subscribe{unit_.id, {}});
  const auto tail = kari.expect<wire::Tail>();
  ASSERT_TRUE(tail);
  EXPECT_TRUE(tail->items.at(0).changeset.empty());
  const wire::Receipt& receipt = receipts->receipts.at(0);
  kari.send(wire::Subscribe{unit_.id, {receipts->incarnation, receipt.seq, receipt.head}});
  const auto end = kari.expect<wire::TailEnd>();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->position.seq, 1u);
}

TEST_P(ServerTest, RestartsWithoutLossAndInTheSameIncarnation) {
  claim();
  Position cursor;
  Bytes second;
  {
    Peer kari(server_, 2, unit_, unit_.phone);
    const auto welcome = kari.expect<wire::Welcome>();
    kari.push(unit_.id, kari_.write(kNote));
    const auto receipts = kari.expect<wire::Receipts>();
    ASSERT_TRUE(welcome && receipts);
    cursor = {receipts->incarnation, 1, receipts->receipts.at(0).head};
    second = kari_.write(kNote, kBody);
    kari.push(unit_.id, second);
    ASSERT_TRUE(kari.expect<wire::Receipts>());
  }
  server_.stop();
  server_.start();
  Peer ola(server_, 3, unit_, unit_.laptop);
  const auto welcome = ola.expect<wire::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->incarnation, cursor.incarnation);
  EXPECT_EQ(welcome->spaces.at(0).position.seq, 2u);
  ola.send(wire::Subscribe{unit_.id, cursor});
  const auto tail = ola.expect<wire::Tail>();
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->after, cursor);
  ASSERT_EQ(tail->items.size(), 1u);
  EXPECT_EQ(tail->items[0].changeset, second);
}

TEST_P(ServerTest, ACursorOfAnotherHistoryIsAnsweredFromTheStart) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone);
  kari.push(unit_.id, kari_.write(kNote));
  const auto receipts = kari.expect<wire::Receipts>();
  ASSERT_TRUE(receipts);
  for (const Position& from :
       {Position{receipts->incarnation, 1, {{9}}}, Position{Incarnation{{9}}, 1, receipts->receipts[0].head},
        Position{receipts->incarnation, 7, {{9}}}}) {
    Peer ola(server_, 3, unit_, unit_.laptop);
    ola.send(wire::Subscribe{unit_.id, from});
    const auto tail = ola.expect<wire::Tail>();
    ASSERT_TRUE(tail);
    EXPECT_EQ(tail->after.seq, 0u);
    EXPECT_EQ(tail->items.size(), 1u);
    ola.leave();
  }
}

TEST_P(ServerTest, StrangersAndOthersKeysDoNotGetIn) {
  claim();
  const test::TestDevice stranger = unit_.org.make_device(unit_.kari);
  Peer unknown(server_, 2, unit_, stranger);
  EXPECT_EQ(unknown.expect<wire::Goodbye>()->reason, Refused::kNotPermitted);
  Peer impostor(server_, 3, stranger.keys.noise);
  impostor.send(Peer::hello(unit_, unit_.phone));
  EXPECT_EQ(impostor.expect<wire::Goodbye>()->reason, Refused::kNotPermitted);
  EXPECT_FALSE(server_->entered(3));
}

TEST_P(ServerTest, ANewcomerRedeemsAnInviteOnceAndIsADeviceFromThenOn) {
  const Bytes gate(32, 7);
  test::TestInvite invite = unit_.org.make_invite(unit_.ola, unit_.entitled);
  invite.invite.gate = chain::gate_hash(gate);
  unit_.org.place(unit_.org.signed_by(unit_.org.admin, invite.invite));
  claim();
  const auto knock = [&](Asker number, const test::TestDevice& device, const Bytes& key) {
    Peer peer(server_, number, device.keys.noise);
    wire::Hello hello = Peer::hello(unit_, device);
    hello.entrance = wire::Entrance::kInvite;
    hello.invite = invite.invite.invite;
    hello.proof = key;
    peer.send(hello);
    return peer;
  };
  const test::TestDevice tablet = unit_.org.make_device(unit_.ola);
  const test::TestDevice second = unit_.org.make_device(unit_.ola);
  EXPECT_EQ(knock(2, tablet, Bytes(32, 8)).expect<wire::Goodbye>()->reason, Refused::kInviteUnknown);
  Peer newcomer = knock(3, tablet, gate), rival = knock(4, second, gate);
  ASSERT_TRUE(newcomer.expect<wire::Welcome>() && rival.expect<wire::Welcome>());
  const auto certificate = [&](const test::TestDevice& device) {
    return append_of(
        std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, unit_.org.certificate(invite, device).encode()}});
  };
  newcomer.send(certificate(tablet));
  rival.send(certificate(second));
  EXPECT_EQ(newcomer.expect<wire::ChainNotice>()->space, SpaceId{});
  EXPECT_EQ(newcomer.expect<wire::ChainNotice>()->space, unit_.id) << "it may sync its unit's space";
  EXPECT_FALSE(newcomer.expect<wire::ChainResult>()->refused);
  EXPECT_EQ(rival.expect<wire::ChainResult>()->refused, Refused::kInviteUsed);
  Peer again(server_, 5, unit_, tablet);
  EXPECT_TRUE(again.expect<wire::Welcome>());
  EXPECT_EQ(knock(6, second, gate).expect<wire::Goodbye>()->reason, Refused::kInviteUsed);
}

TEST_P(ServerTest, ARevokedDeviceIsShownOutWhileConnected) {
  claim();
  Peer admin(server_, 2, unit_, unit_.org.admin), ola(server_, 3, unit_, unit_.laptop);
  ASSERT_TRUE(admin.expect<wire::Welcome>() && ola.expect<wire::Welcome>());
  chain::Revocation revocation;
  revocation.id = decltype(revocation.id)::from(unit_.laptop.id().view());
  const ChainHead head = unit_.org.identity.head();
  const chain::Entry entry = unit_.org.signed_by(unit_.org.admin, revocation);
  admin.send(append_of(std::vector<std::pair<SpaceId, Bytes>>{{SpaceId{}, entry.encode()}}, head));
  EXPECT_FALSE(admin.expect<wire::ChainResult>()->refused);
  EXPECT_EQ(ola.expect<wire::Goodbye>()->reason, Refused::kDeviceRevoked);
  EXPECT_TRUE(ola.closed());
}

TEST_P(ServerTest, HostileBytesEndTheirConnectionOnly) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone);
  ASSERT_TRUE(kari.expect<wire::Welcome>());
  SeededRandom random(11);
  for (Asker number = 100; number < 160; ++number) {
    Peer hostile(server_, number, unit_, unit_.laptop);
    Bytes garbage(1 + random.below(200));
    random.fill(garbage);
    garbage[0] = static_cast<std::uint8_t>(number - 100);  // each message type in turn
    server_->on_message(number, garbage);
    hostile.leave();
  }
  kari.push(unit_.id, kari_.write(kNote));
  EXPECT_TRUE(kari.expect<wire::Receipts>());
}

TEST_P(ServerTest, CutsWhoTakesNothingMoreAndServesTheOthers) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone), ola(server_, 3, unit_, unit_.laptop);
  ola.send(wire::Subscribe{unit_.id, {}});
  ASSERT_TRUE(ola.expect<wire::TailEnd>());
  server_.stalled.insert(3);
  kari.push(unit_.id, kari_.write(kNote));
  EXPECT_TRUE(kari.expect<wire::Receipts>());
  EXPECT_TRUE(server_.run_until([&] { return ola.closed(); }));
}

TEST_P(ServerTest, AnswersThatComeAfterTheServersEndFindNobody) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone);
  for (int i = 0; i < 20; ++i) kari.push(unit_.id, kari_.write(kNote));
  server_->stop();
  auto posted = server_.take_posted();
  ASSERT_FALSE(posted.empty()) << "stop places what was submitted";
  server_.stop();
  for (auto& work : posted) work();
  server_.start();
  Peer ola(server_, 3, unit_, unit_.laptop);
  EXPECT_EQ(ola.expect<wire::Welcome>()->spaces.at(0).position.seq, 20u);
}

INSTANTIATE_TEST_SUITE_P(Over, ServerTest, testing::Values("sqlite", "postgres"),
                         [](const auto& instance) { return std::string(instance.param); });

class ServerOverAFileTest : public testing::Test {
 protected:
  void claim() { server::claim(server_, unit_); }

  TemporaryFolder folder_;
  TestServer server_{folder_.path() / "server"};
  Unit unit_;
  Author kari_{unit_, unit_.phone};
};

TEST_F(ServerOverAFileTest, AFolderIsUsedByOneServerAndAClaimedOneIsNotMadeAnew) {
  const auto second = Server::open(ServerPlace{folder_.path() / "server"}, server_.clock, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::store_busy);
  claim();
  server_.stop();
  std::filesystem::remove(keys_file(folder_.path() / "server"));
  SeededRandom random(6);
  EXPECT_EQ(init_folder(folder_.path() / "server", random).error().code, ErrorCode::already_exists);
  EXPECT_EQ(Server::open(ServerPlace{folder_.path() / "server"}, server_.clock, {}).error().code,
            ErrorCode::store_missing);
  SAMLA_ASSERT(ServerKeys::generate(random).write(keys_file(folder_.path() / "server")).ok());
  server_.start();
}

/// No file may grow beyond `bytes` while this lives: to SQLite much like a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    SAMLA_ASSERT(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit now{bytes, before_.rlim_max};
    SAMLA_ASSERT(setrlimit(RLIMIT_FSIZE, &now) == 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(ServerOverAFileTest, AFullDiskIsToldAsLaterWhileReadsGoOnAndItResumesByItself) {
  claim();
  Peer kari(server_, 2, unit_, unit_.phone);
  const Bytes first = kari_.write(kNote), second = kari_.write(kPlan);
  kari.push(unit_.id, first);
  ASSERT_TRUE(kari.expect<wire::Receipts>());
  {
    const FileSizeLimit full(4096);
    kari.push(unit_.id, second);
    const auto refusal = kari.expect<wire::Refusal>();
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->refused, Refused::kLater);
    EXPECT_FALSE(server_->storage_works());
    Peer ola(server_, 3, unit_, unit_.laptop);
    ola.send(wire::Subscribe{unit_.id, {}});
    const auto tail = ola.expect<wire::Tail>();
    ASSERT_TRUE(tail);
    EXPECT_EQ(tail->items.at(0).changeset, first);
  }
  kari.push(unit_.id, second);
  const auto receipts = kari.expect<wire::Receipts>();
  ASSERT_TRUE(receipts);
  EXPECT_EQ(receipts->receipts.at(0).seq, 2u);
  EXPECT_TRUE(server_->storage_works());
  EXPECT_EQ(server_.storage_changes, (std::vector<bool>{false, true}));
}

}  // namespace server_test
}  // namespace samla::server
