// The two machines against each other in memory, with small hosts.
#include <gtest/gtest.h>

#include "core/session/refused.h"
#include "tests/core/session/fake_device.h"

namespace samla::session {
namespace session_test {

using namespace session::test;

const SpaceId kSpace{{1, 1}};
const SpaceId kOther{{1, 2}};

/// One connection: queues in both directions that can be cut at any message.
class Link {
 public:
  Link(FakeServer& server, FakeDevice& device, wire::Hello hello)
      : server_(server), host_(server), server_end(host_), device_end(device, std::move(hello)) {
    device.reconnect();
    host_.attach(server_end);
    server_.sessions.push_back(&server_end);
    (void)device_end.start();
  }
  ~Link() {
    host_.detach();
    server_.run_later();
    std::erase(server_.sessions, &server_end);
  }

  /// Moves messages until nothing moves, at most `budget` of them. False: the budget ran out.
  bool run(int budget = 1'000'000) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const Bytes& message : device_end.take_outgoing()) {
        if (--budget < 0) return false;
        moved = true;
        up_bytes = std::max(up_bytes, message.size());
        if (!server_end.closed()) (void)server_end.on_message(message);
      }
      server_.run_later();
      for (const Bytes& message : server_end.take_outgoing()) {
        if (--budget < 0) return false;
        moved = true;
        if (device_end.phase() == DevicePhase::kFailed) continue;
        if (const auto step = device_end.on_message(message); !step.ok()) error = step.error().code;
      }
    }
    return true;
  }

 private:
  FakeServer& server_;
  FakeServerHost host_;

 public:
  ServerSession server_end;
  DeviceSession device_end;
  std::optional<ErrorCode> error;
  std::size_t up_bytes = 0;
};

class Sessions : public ::testing::Test {
 protected:
  Sessions() {
    server.chains[{}] = {Bytes{1}, Bytes{2}};
    for (const SpaceId& space : {kSpace, kOther}) {
      server.chains[space] = {Bytes{3}, Bytes{4}, Bytes{5}, Bytes{6}, Bytes{7}};
      for (const FakeDevice* device : {&kari, &ola}) {
        server.spaces[space].readers.insert(device->id);
        server.spaces[space].writers.insert(device->id);
      }
    }
    server.devices = {kari.id, ola.id};
  }

  static wire::Hello hello(const FakeDevice& device) {
    wire::Hello out;
    out.organisation = OrganisationId{{1}};
    out.device = device.id;
    return out;
  }
  void sync(FakeDevice& device) {
    Link link(server, device, hello(device));
    link.run();
    ASSERT_TRUE(link.device_end.level());
  }

  FakeServer server;
  FakeDevice kari{1};
  FakeDevice ola{2};
};

TEST_F(Sessions, BringChainsFirstThenChangesetsBothWays) {
  for (int i = 0; i < 30; ++i) kari.write(i % 2 == 0 ? kSpace : kOther, 5000);
  sync(kari);
  EXPECT_EQ(kari.chains[{}], server.chains[{}]);
  EXPECT_EQ(kari.chains[kSpace], server.chains[kSpace]);
  EXPECT_EQ(kari.acknowledged.size(), 30u);
  EXPECT_EQ(kari.conflicts.size(), 2u);

  ola.write(kSpace);
  sync(ola);
  EXPECT_EQ(ola.received[kSpace].size(), 16u);
  EXPECT_EQ(ola.received[kSpace][3].changeset, kari.written[kSpace][3]);
  EXPECT_EQ(ola.cursors[kSpace], server.position(kSpace));
}

/// A state of several parts, standing for the first entries of the chain.
class Checkpoints : public Sessions {
 protected:
  void make_checkpoint(const SpaceId& space, std::uint8_t fill, std::size_t size = 600'000) {
    server.checkpoints[space] = {Bytes{fill}, {Bytes{1}}, std::make_shared<const Bytes>(size, fill)};
    kari.spoken_for[space] = {server.chains[space][0], server.chains[space][1]};
  }
};

TEST_F(Checkpoints, AreWhereANewcomerBeginsAndTheEntriesAfterThemFollow) {
  make_checkpoint(kSpace, 8);
  sync(kari);
  EXPECT_EQ(kari.begun[kSpace].part, *server.checkpoints[kSpace].state);
  EXPECT_EQ(kari.begun[kSpace].witnesses, (std::vector<Bytes>{{1}}));
  EXPECT_EQ(kari.chains[kSpace], server.chains[kSpace]);
  EXPECT_EQ(kari.chains[kOther], server.chains[kOther]) << "without a checkpoint, from the first entry";
  EXPECT_FALSE(kari.begun.contains(kOther));
  kari.begun.clear();
  sync(kari);
  EXPECT_TRUE(kari.begun.empty()) << "once begun, only entries are pulled";
}

TEST_F(Checkpoints, ThatAreReplacedWhileTheyAreReadAreBegunAnew) {
  make_checkpoint(kSpace, 8);
  int reads = 0;
  server.checkpoint_was_read = [&] {
    if (++reads == 2) make_checkpoint(kSpace, 9, 700'000);
  };
  sync(kari);
  EXPECT_GT(reads, 4);
  EXPECT_EQ(kari.begun[kSpace].part, Bytes(700'000, 9));
  EXPECT_EQ(kari.chains[kSpace], server.chains[kSpace]);
}

TEST_F(Checkpoints, AndEntriesThatRestOnIdentityEntriesOfThisMomentWaitForThose) {
  make_checkpoint(kSpace, 8);
  kari.identity_needed = 3;
  int reads = 0;
  server.checkpoint_was_read = [&] {
    // While the identity chain that was pulled is two entries long.
    if (++reads == 2) server.chains[{}].push_back(Bytes{9});
  };
  sync(kari);
  EXPECT_EQ(kari.chains[{}].size(), 3u);
  for (const SpaceId& space : {kSpace, kOther}) EXPECT_EQ(kari.chains[space], server.chains[space]);
  EXPECT_EQ(kari.begun[kSpace].part, *server.checkpoints[kSpace].state);
}

TEST_F(Checkpoints, AreNotForThoseWhoMayNotReadTheChain) {
  server.spaces[kSpace].readers.clear();
  server.spaces[kSpace].writers.clear();
  make_checkpoint(kSpace, 8);
  FakeServerHost host(server);
  ServerSession session(host);
  ASSERT_TRUE(session.on_message(wire::encode(hello(kari))).ok());
  session.take_outgoing();
  ASSERT_TRUE(session.on_message(wire::encode(wire::CheckpointAsk{kSpace, 0})).ok());
  const auto answer = wire::decode_message(session.take_outgoing().at(0));
  EXPECT_EQ(std::get<wire::CheckpointPart>(*answer).size, 0u);
}

TEST_F(Checkpoints, LeaveTheEntriesBeforeThemToThoseWhoWantThem) {
  make_checkpoint(kSpace, 8);
  make_checkpoint({}, 7);
  kari.wants_whole = {SpaceId{}, kSpace};
  sync(kari);
  for (const SpaceId& space : kari.wants_whole) {
    ASSERT_GE(kari.history[space].size(), 2u);
    EXPECT_EQ(kari.history[space][1], server.chains[space][1]);
  }
  EXPECT_EQ(kari.chains[kSpace], server.chains[kSpace]);
}

TEST_F(Sessions, SendADevicesOwnChangesetsBackEmpty) {
  kari.write(kSpace);
  sync(kari);
  ASSERT_EQ(kari.received[kSpace].size(), 1u);
  EXPECT_TRUE(kari.received[kSpace][0].changeset.empty());
  EXPECT_EQ(kari.cursors[kSpace], server.position(kSpace));
}

TEST_F(Sessions, KeepBothWindowsOverManyMegabytes) {
  for (int i = 0; i < 60; ++i) kari.write(kSpace, 60'000);
  sync(kari);
  EXPECT_EQ(kari.acknowledged.size(), 60u);
  sync(ola);
  EXPECT_EQ(ola.received[kSpace].size(), 60u);
}

TEST_F(Sessions, StopSendingDownWithoutCredit) {
  for (int i = 0; i < 60; ++i) kari.write(kSpace, 60'000);
  sync(kari);
  FakeServerHost host(server);
  ServerSession session(host);
  ASSERT_TRUE(session.on_message(wire::encode(hello(ola))).ok());
  ASSERT_TRUE(session.on_message(wire::encode(wire::Subscribe{kSpace, {}})).ok());
  std::size_t bytes = 0;
  for (const Bytes& message : session.take_outgoing()) bytes += message.size();
  EXPECT_GE(bytes, kWindowBytes);
  EXPECT_LE(bytes, kWindowBytes + 2 * kTailChunkBytes);
  EXPECT_FALSE(session.on_message(wire::encode(wire::Credit{1, bytes + 1})).ok());
}

TEST_F(Sessions, ResumeAfterACutAtAnyMessageWithNothingLostOrDoubled) {
  for (int i = 0; i < 6; ++i) kari.write(i % 2 == 0 ? kSpace : kOther, 400);
  ola.write(kSpace);
  sync(ola);
  int cuts = 0;
  for (int budget = 0;; ++budget, ++cuts) {
    Link link(server, kari, hello(kari));
    if (link.run(budget)) {
      EXPECT_TRUE(link.device_end.level());
      break;
    }
    ASSERT_LT(budget, 200);
  }
  EXPECT_GT(cuts, 10);
  EXPECT_EQ(server.spaces[kSpace].items.size(), 4u);
  EXPECT_EQ(server.spaces[kOther].items.size(), 3u);
  EXPECT_EQ(kari.cursors[kSpace], server.position(kSpace));
}

TEST_F(Sessions, KeepAWritersOrder) {
  for (int i = 0; i < 40; ++i) kari.write(kSpace, 30'000);
  sync(kari);
  for (std::size_t i = 0; i < server.log.size(); ++i) EXPECT_EQ(server.log[i].writer_seq, i + 1);
}

TEST_F(Sessions, ArePushedLiveToOthersWhoAreConnected) {
  Link of_ola(server, ola, hello(ola));
  of_ola.run();
  Link of_kari(server, kari, hello(kari));
  of_kari.run();
  ASSERT_TRUE(of_ola.device_end.level());
  kari.write(kSpace);
  ASSERT_TRUE(of_kari.device_end.on_local_change().ok());
  EXPECT_FALSE(of_kari.device_end.level());
  of_kari.run();
  of_ola.run();
  EXPECT_TRUE(of_kari.device_end.level());
  EXPECT_TRUE(of_ola.device_end.level());
  EXPECT_EQ(ola.received[kSpace].size(), 1u);
}

TEST_F(Sessions, PullAChainThatGrowsWhileLevel) {
  Link link(server, kari, hello(kari));
  link.run();
  server.chains[kSpace].push_back(Bytes{8});
  server.grants[{kSpace, kari.id}] = {1, {}, Bytes{1}};
  server.chain_changed(kSpace);
  link.run();
  EXPECT_EQ(kari.chains[kSpace], server.chains[kSpace]);
  ASSERT_FALSE(kari.grants.empty());
  EXPECT_EQ(kari.grants.back().grants.size(), 1u);
  EXPECT_TRUE(link.device_end.level());
}

TEST_F(Sessions, PullChainsThatATailNamesAndTakeTheTailUpAgain) {
  for (int i = 0; i < 20; ++i) kari.write(kSpace, 60'000);
  sync(kari);
  sync(ola);
  for (int i = 0; i < 20; ++i) kari.write(kSpace, 60'000);
  Link link(server, ola, hello(ola));
  link.run();
  ola.chain_needed[kSpace] = 6;
  server.chains[kSpace].push_back(Bytes{8});  // without a notice
  sync(kari);
  link.run();
  EXPECT_FALSE(link.error.has_value());
  EXPECT_TRUE(link.device_end.level());
  EXPECT_EQ(ola.received[kSpace].size(), 40u);
  EXPECT_EQ(ola.cursors[kSpace], server.position(kSpace));
}

TEST_F(Sessions, GiveUpOnAChainThatNeverComes) {
  kari.write(kSpace);
  sync(kari);
  ola.chain_needed[kSpace] = 100;
  Link link(server, ola, hello(ola));
  link.run();
  EXPECT_EQ(link.error, ErrorCode::chain_behind);
}

TEST_F(Sessions, AppendABatchAndLearnOfTheSpaceThatItFounds) {
  const SpaceId founded{{9}};
  ChainBatch batch;
  batch.parts = {{{}, {}, {Bytes{10}}, {}}, {founded, {}, {Bytes{11}, Bytes{12}}, {}}};
  kari.batches.push_back(batch);
  kari.write(founded);
  sync(kari);
  EXPECT_EQ(server.chains[founded].size(), 2u);
  EXPECT_EQ(server.spaces[founded].items.size(), 1u);
  EXPECT_EQ(kari.cursors[founded], server.position(founded));
}

TEST_F(Sessions, PullAndAskAgainWhenAChainMovedOn) {
  server.conflicts_to_play = 3;
  ChainBatch batch;
  batch.parts = {{kSpace, {}, {Bytes{10}}, {}}};
  kari.batches.push_back(batch);
  sync(kari);
  EXPECT_EQ(kari.batch_results.size(), 4u);
  EXPECT_EQ(kari.batch_results.back(), std::nullopt);
  EXPECT_EQ(kari.chains[kSpace], server.chains[kSpace]);
}

TEST_F(Sessions, StopAskingWhenAChainAlwaysMovesOn) {
  server.conflicts_to_play = 1000;
  ChainBatch batch;
  batch.parts = {{kSpace, {}, {Bytes{10}}, {}}};
  kari.batches.push_back(batch);
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_EQ(link.error, ErrorCode::chain_conflict);
}

TEST_F(Sessions, RefuseAnUnknownDeviceAtTheDoor) {
  server.devices.clear();
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_EQ(link.error, ErrorCode::device_revoked);
  EXPECT_TRUE(link.server_end.closed());
  EXPECT_FALSE(link.server_end.entered());
}

TEST_F(Sessions, CloseOnADeviceThatIsRevokedWhileConnected) {
  Link link(server, kari, hello(kari));
  link.run();
  server.devices.erase(kari.id);
  server.chain_changed({});
  link.run();
  EXPECT_EQ(link.error, ErrorCode::device_revoked);
}

TEST_F(Sessions, ShowASpaceWithoutRightAsOneWithNothingNew) {
  kari.write(kSpace);
  sync(kari);
  server.spaces[kSpace].readers.erase(ola.id);
  server.spaces[kSpace].writers.erase(ola.id);
  FakeServerHost host(server);
  ServerSession session(host);
  ASSERT_TRUE(session.on_message(wire::encode(hello(ola))).ok());
  ASSERT_TRUE(session.on_message(wire::encode(wire::ChainPull{kSpace, {}})).ok());
  ASSERT_TRUE(session.on_message(wire::encode(wire::Subscribe{kSpace, {}})).ok());
  ASSERT_TRUE(session.on_message(wire::encode(wire::Push{kSpace, 1, Bytes{1}})).ok());
  const auto out = session.take_outgoing();
  ASSERT_EQ(out.size(), 5u);
  EXPECT_EQ(std::get<wire::Welcome>(*wire::decode_message(out[0])).spaces.size(), 1u);
  EXPECT_TRUE(std::get<wire::ChainEntries>(*wire::decode_message(out[1])).entries.empty());
  EXPECT_TRUE(std::get<wire::Grants>(*wire::decode_message(out[2])).grants.empty());
  EXPECT_EQ(std::get<wire::TailEnd>(*wire::decode_message(out[3])).position, Position{});
  EXPECT_EQ(std::get<wire::Refusal>(*wire::decode_message(out[4])).refused, wire::Refused::kNotPermitted);
  EXPECT_TRUE(server.later.empty());
}

TEST_F(Sessions, LetReadersReadAndNotWrite) {
  server.spaces[kSpace].writers.erase(ola.id);
  ola.write(kSpace);
  Link link(server, ola, hello(ola));
  link.run();
  EXPECT_TRUE(link.device_end.level());
  ASSERT_EQ(ola.refusals.size(), 1u);
  EXPECT_EQ(ola.refusals[0].refused, wire::Refused::kNotPermitted);
}

TEST_F(Sessions, DeliverASpaceOnceItsRightArrives) {
  kari.write(kSpace);
  sync(kari);
  server.spaces[kSpace].readers.erase(ola.id);
  Link link(server, ola, hello(ola));
  link.run();
  EXPECT_TRUE(ola.received[kSpace].empty());
  server.spaces[kSpace].readers.insert(ola.id);
  server.chain_changed(kSpace);
  link.run();
  EXPECT_EQ(ola.received[kSpace].size(), 1u);
}

TEST_F(Sessions, RefusedForLaterLeaveTheDeviceLevelAndTheChangesetUnacknowledged) {
  server.refuse_pushes = wire::Refused::kLater;
  kari.write(kSpace);
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_TRUE(link.device_end.level());
  EXPECT_EQ(kari.refusals.size(), 1u);
  EXPECT_TRUE(kari.acknowledged.empty());
}

TEST_F(Sessions, StartOverWhereTheServerDoesNotKnowTheCursor) {
  kari.write(kSpace);
  sync(kari);
  sync(ola);
  ola.cursors[kSpace].head = Hash{{1}};
  sync(ola);
  EXPECT_EQ(ola.cursors[kSpace], server.position(kSpace));
}

TEST_F(Sessions, OfferAgainWhatAServerHasLostWhole) {
  kari.write(kSpace);
  sync(kari);
  server.spaces[kSpace].items.clear();
  server.incarnation = Incarnation{{8}};
  sync(kari);
  EXPECT_EQ(server.position(kSpace).seq, 1u);
  EXPECT_TRUE(kari.acknowledged.contains({kSpace, 1}));
}

TEST_F(Sessions, BringBackOthersChangesetsAndChainsToAServerThatWasEmptied) {
  kari.write(kSpace);
  ola.write(kSpace);
  for (FakeDevice* device : {&kari, &ola, &kari}) sync(*device);
  const Bytes olas = ola.written[kSpace][0];
  server.spaces[kSpace].items.clear();
  server.chains.clear();
  server.chains[{}] = {Bytes{1}};
  server.incarnation = kari.incarnation = Incarnation{{8}};
  server.spaces[kSpace].readers.erase(kari.id);  // with its chain the server forgot who reads it
  sync(kari);
  EXPECT_EQ(server.chains[{}], kari.chains[{}]);
  EXPECT_EQ(server.chains[kSpace], kari.chains[kSpace]);
  ASSERT_EQ(server.reoffered.size(), 1u);
  EXPECT_EQ(server.reoffered[0].changeset, olas);
  EXPECT_EQ(server.reoffered[0].writer, ola.writer());
  EXPECT_EQ(server.position(kSpace).seq, 2u);
  EXPECT_EQ(kari.told, server.incarnation);
  EXPECT_TRUE(server.offers.front().space.is_zero());  // before the space's
}

TEST_F(Sessions, BringBackAChainInManyOffersAndThenItsHistory) {
  for (std::uint8_t i = 0; i < 100; ++i) server.chains[kSpace].push_back(Bytes{i, 1});
  kari.write(kSpace);
  sync(kari);
  sync(kari);
  server.spaces[kSpace].items.clear();
  server.chains[kSpace].clear();
  server.incarnation = kari.incarnation = Incarnation{{8}};
  sync(kari);
  EXPECT_GT(server.offers.size(), static_cast<std::size_t>(kRetriesMax));
  EXPECT_EQ(server.chains[kSpace], kari.chains[kSpace]);
  EXPECT_EQ(server.position(kSpace).seq, 1u);
}

TEST_F(Sessions, ShowReceiptsToAServerOfTheSameLifeThatEndsBeforeThem) {
  kari.write(kSpace);
  kari.write(kSpace);
  sync(kari);
  sync(kari);
  server.spaces[kSpace].items.pop_back();
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_TRUE(link.device_end.showed_receipts());
  ASSERT_EQ(server.shown.size(), 1u);
  EXPECT_EQ(server.shown[0].receipts.front().seq, 2u);
  EXPECT_EQ(server.position(kSpace).seq, 2u);  // and gave it again
}

TEST_F(Sessions, LookAtNoHistoryOfALifeThatEndsBecauseReceiptsWereShown) {
  kari.write(kSpace);
  kari.write(kSpace);
  sync(kari);
  sync(kari);
  server.spaces[kSpace].items.pop_back();
  server.life_when_shown = Incarnation{{8}};
  server.busy = true;
  {
    Link link(server, kari, hello(kari));
    link.run();
    EXPECT_TRUE(link.device_end.showed_receipts());
    EXPECT_FALSE(link.error);
    EXPECT_TRUE(kari.frontiers.empty());
    EXPECT_EQ(link.device_end.changesets_sent(), 0u);
    server.busy = false;
    link.run();
    EXPECT_EQ(link.error, ErrorCode::retry_later);
  }
  EXPECT_TRUE(kari.frontiers.empty());
  kari.incarnation = server.incarnation;
  sync(kari);
  EXPECT_EQ(kari.frontiers.size(), 1u);
  EXPECT_EQ(server.position(kSpace).seq, 2u);
}

TEST_F(Sessions, PushNothingTwiceWhereAFrontierSaysAnewWhatIsToGoUp) {
  kari.write(kSpace);
  sync(kari);
  sync(kari);
  kari.write(kSpace);
  server.spaces[kSpace].items.clear();
  server.incarnation = kari.incarnation = kari.told = Incarnation{{8}};
  server.busy = true;
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_FALSE(link.server_end.closed());
  server.busy = false;
  link.run();
  EXPECT_FALSE(link.error);
  EXPECT_TRUE(link.device_end.level());
  EXPECT_EQ(link.device_end.changesets_sent(), 2u);
  EXPECT_EQ(server.position(kSpace).seq, 2u);
}

TEST_F(Sessions, AskHowFarAServerHasComeOnceWhatIsUnderWayHasLanded) {
  ola.write(kSpace);
  ola.write(kSpace);
  sync(ola);
  sync(kari);
  kari.write(kSpace);
  server.spaces[kSpace].items.pop_back();  // set back, and Kari holds no receipt to show
  server.busy = true;
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_FALSE(link.server_end.closed());
  EXPECT_TRUE(kari.frontiers.empty());
  server.busy = false;
  link.run();
  EXPECT_FALSE(link.error);
  EXPECT_TRUE(link.device_end.level());
  EXPECT_EQ(kari.frontiers.size(), 1u);
  EXPECT_EQ(link.device_end.changesets_sent(), 2u);  // its own, and Ola's second
  EXPECT_EQ(server.position(kSpace).seq, 3u);
}

TEST_F(Sessions, BringBackWhatAThirdLifeLacksWhereTheSessionWithTheSecondWasCutAtAnyMessage) {
  kari.write(kSpace);
  sync(kari);
  sync(kari);
  for (int budget = 1; budget < 20; ++budget) {
    const auto life = static_cast<std::uint8_t>(2 * budget + 10);
    server.renew(Incarnation{{life}});
    kari.incarnation = server.incarnation;
    {
      Link cut(server, kari, hello(kari));
      cut.run(budget);
    }
    server.spaces[kSpace].items.clear();
    server.renew(Incarnation{{static_cast<std::uint8_t>(life + 1)}});
    kari.incarnation = server.incarnation;
    sync(kari);
    ASSERT_EQ(server.position(kSpace).seq, 1u) << "cut after " << budget << " messages";
  }
}

TEST_F(Sessions, BringBackTheirOwnToAnotherLifeAlsoWhereTheyHaveSentAndNeverRead) {
  kari.write(kSpace);
  sync(kari);
  kari.cursors[kSpace] = {};
  server.spaces[kSpace].items.clear();
  server.incarnation = kari.incarnation = Incarnation{{8}};
  sync(kari);
  EXPECT_EQ(kari.frontiers.size(), 1u);
  EXPECT_EQ(server.position(kSpace).seq, 1u);
}

TEST_F(Sessions, StayLevelWhereTheServerDoesNotTakeWhatIsBroughtBack) {
  ola.write(kSpace);
  sync(ola);
  sync(kari);
  server.spaces[kSpace].items.clear();
  server.incarnation = kari.incarnation = Incarnation{{8}};
  server.refuse_reoffers = wire::Refused::kLater;
  sync(kari);
  EXPECT_EQ(kari.reoffer_refusals.size(), 1u);
}

TEST_F(Sessions, HearOfABackup) {
  server.horizon = wire::BackupHorizon{1000, {{kSpace, 3}}};
  sync(kari);
  ASSERT_EQ(kari.horizons.size(), 1u);
  EXPECT_EQ(kari.horizons[0].spaces[0].seq, 3u);
}

TEST_F(Sessions, SeeAForkOfAChain) {
  kari.chains[kSpace] = {Bytes{3}, Bytes{4}, Bytes{5}, Bytes{6}, Bytes{77}};
  Link link(server, kari, hello(kari));
  link.run();
  EXPECT_EQ(link.error, ErrorCode::chain_forked);
  FakeDevice third{1};
  third.chains[kSpace] = {Bytes{33}};
  Link again(server, third, hello(third));
  again.run();
  EXPECT_EQ(again.error, ErrorCode::chain_forked);
}

TEST_F(Sessions, TakeNothingOfAnInviteButTheIdentityChainAndOneCertificate) {
  wire::Hello invite = hello(kari);
  invite.device = DeviceId{{50}};
  invite.entrance = wire::Entrance::kInvite;
  invite.invite = InviteId{{3}};
  invite.proof = Bytes(32, 5);
  FakeServerHost host(server);
  ServerSession session(host);
  ASSERT_TRUE(session.on_message(wire::encode(invite)).ok());
  EXPECT_TRUE(std::get<wire::Welcome>(*wire::decode_message(session.take_outgoing()[0])).spaces.empty());
  ASSERT_TRUE(session.on_message(wire::encode(wire::ChainPull{{}, {}})).ok());
  EXPECT_EQ(std::get<wire::ChainEntries>(*wire::decode_message(session.take_outgoing()[0])).entries.size(),
            2u);
  wire::ChainAppend append;
  append.parts = {{{}, server.head({}), {Bytes{1, 2, 3}}, {}}};
  ASSERT_TRUE(session.on_message(wire::encode(append)).ok());
  EXPECT_EQ(std::get<wire::ChainResult>(*wire::decode_message(session.take_outgoing()[0])).refused,
            wire::Refused::kNotPermitted);
  EXPECT_TRUE(server.later.empty());
  EXPECT_FALSE(session.on_message(wire::encode(wire::Push{kSpace, 1, Bytes{1}})).ok());
  EXPECT_TRUE(session.closed());
}

TEST_F(Sessions, EndOnAPeerThatBreaksTheProtocol) {
  const std::vector<Bytes> first = {Bytes{1}, Bytes{255}, wire::encode(wire::Ping{1}),
                                    wire::encode(wire::ChainPull{})};
  for (const Bytes& message : first) {
    FakeServerHost host(server);
    ServerSession session(host);
    EXPECT_FALSE(session.on_message(message).ok());
    const auto out = session.take_outgoing();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(std::get<wire::Goodbye>(*wire::decode_message(out[0])).reason, wire::Refused::kProtocol);
    EXPECT_FALSE(session.on_message(wire::encode(hello(kari))).ok());
  }
  const std::vector<wire::Message> to_device = {
      wire::Welcome{},           wire::Hello{},  wire::Push{},         wire::Tail{},
      wire::TailEnd{kSpace, {}}, wire::Grants{}, wire::ChainEntries{}, wire::ChainResult{}};
  for (const wire::Message& message : to_device) {
    DeviceSession session(kari, hello(kari));
    ASSERT_TRUE(session.start().ok());
    wire::Welcome welcome;
    ASSERT_TRUE(session.on_message(wire::encode(welcome)).ok());
    EXPECT_FALSE(session.on_message(wire::encode(message)).ok()) << message.index();
    EXPECT_EQ(session.phase(), DevicePhase::kFailed);
  }
}

TEST_F(Sessions, BoundWhatADeviceHasUnderWay) {
  FakeServerHost host(server);
  ServerSession session(host);
  ASSERT_TRUE(session.on_message(wire::encode(hello(kari))).ok());
  Result<void> step;
  int pushes = 0;
  for (; step.ok() && pushes < 100; ++pushes) {
    step = session.on_message(
        wire::encode(wire::Push{kSpace, static_cast<std::uint64_t>(pushes), Bytes(700'000)}));
  }
  EXPECT_EQ(pushes, 3);
  EXPECT_TRUE(session.closed());
}

TEST(RefusedClasses, MapToErrorCodesAndBack) {
  for (int i = 1; i <= 15; ++i) {
    const auto refused = static_cast<wire::Refused>(i);
    EXPECT_EQ(refused_of(error_code_of(refused)), refused);
  }
  EXPECT_EQ(refused_of(ErrorCode::disk_full), wire::Refused::kLater);
}

}  // namespace session_test
}  // namespace samla::session
