// A device that begins at a checkpoint: what it fetches, believes and holds, and what it is to a server that
// lost everything. Then servers that lie to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/custody/invite.h"
#include "core/replica/local_replica.h"
#include "core/replica/sync_run.h"
#include "tests/support/evil_server.h"
#include "tests/support/sample_fleet.h"
#include "tests/support/sample_organisation.h"
#include "tests/support/server_ledger.h"
#include "tests/support/temporary_folder.h"

namespace samla::replica {
namespace newcomer_test {

using test::EvilBehaviour;
using test::EvilServer;
using test::Fleet;
using test::ledger_of;
using test::Messages;
using test::ServerLedger;

constexpr std::uint64_t kFarMs = ~std::uint64_t{0} >> 16;
/// Whose entries are more than a checkpoint waits for.
constexpr int kCrowd = 160;

SpaceId everyone(const Replica& replica) { return replica.space_id(test::kAllSpace, {}); }
LocalStore& store_of(Replica& replica) { return dynamic_cast<LocalReplica&>(replica).local(); }
UserId user_number(int number) {
  return UserId{{static_cast<std::uint8_t>(number & 0xff), static_cast<std::uint8_t>(number >> 8), 77}};
}

/// Links for users `first` and following, who read what is written for all.
std::vector<std::string> invite_crowd(Fleet& fleet, int first, int count, SpaceRight right) {
  std::vector<InviteSpec> specs;
  for (int i = 0; i < count; ++i) {
    InviteSpec spec;
    spec.user = user_number(first + i);
    spec.role = 1;
    spec.expires_ms = kFarMs;
    spec.spaces = {{Fleet::all_space(), right, true}, {Fleet::team_space(), SpaceRight::kWriter, false}};
    specs.push_back(std::move(spec));
  }
  auto links = fleet.admin->create_invites(specs, {});
  SAMLA_ASSERT(links.ok());
  return *links;
}

RecordId write_note(Replica& replica, const SpaceId& space, const std::string& title) {
  Edit edit;
  const RecordId id = replica.new_record_id(space);
  edit.create(id, space, "note", {{"title", {}, title}});
  EXPECT_TRUE(replica.commit(edit).ok());
  return id;
}

SyncReport must_sync(Replica& replica) {
  auto report = replica.sync({});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
  return report.ok() ? *report : SyncReport{};
}

class Newcomer : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    links = invite_crowd(fleet, 0, kCrowd, SpaceRight::kReader);
    for (int i = 0; i < 3; ++i) write_note(*fleet.admin, everyone(*fleet.admin), "seen by all");
    must_sync(*fleet.admin);
  }
  std::unique_ptr<Replica> join(const std::string& name, int link) {
    auto joined = fleet.join(name, links[static_cast<std::size_t>(link)]);
    EXPECT_TRUE(joined.ok()) << (joined.ok() ? "" : joined.error().message());
    return joined.ok() ? std::move(*joined) : nullptr;
  }
  std::unique_ptr<Replica> open(const std::string& name) {
    auto opened = Replica::open(fleet.options(name));
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message());
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  std::uint64_t first_entry(Replica& replica, const SpaceId& chain) {
    return *store_of(replica).tables->chains.first(chain);
  }
  /// What both believe of the chains is the same, to the last byte.
  void expect_one_mind(Replica& a, Replica& b) {
    const Membership& left = *store_of(a).membership;
    const Membership& right = *store_of(b).membership;
    EXPECT_TRUE(left.identity().encode() == right.identity().encode());
    EXPECT_TRUE(left.space(everyone(a))->encode() == right.space(everyone(a))->encode());
  }
  static std::size_t notes_of(Replica& replica) {
    view::Query query;
    query.space = everyone(replica);
    return replica.records().list(query)->size();
  }

  Fleet fleet;
  std::vector<std::string> links;
};

TEST_F(Newcomer, BeginsAtTheCheckpointReadsAllAndIsOfOneMindWithWhoeverHoldsEveryEntry) {
  auto kari = join("kari", 0);
  for (const SpaceId& chain : {SpaceId{}, everyone(*kari)}) EXPECT_GT(first_entry(*kari, chain), 100u);
  EXPECT_EQ(notes_of(*kari), 3u);
  // What comes later it verifies as everybody does: a rotation, a revocation, another newcomer.
  auto ola = join("ola", 1);
  must_sync(*fleet.admin);
  ASSERT_TRUE(fleet.admin->revoke_device(ola->device(), {}).ok());
  must_sync(*fleet.admin);
  must_sync(*fleet.admin);
  write_note(*fleet.admin, everyone(*kari), "under the new key");
  must_sync(*fleet.admin);
  must_sync(*kari);
  EXPECT_EQ(notes_of(*kari), 4u);
  expect_one_mind(*kari, *fleet.admin);
  EXPECT_EQ(kari->comparison_code(), fleet.admin->comparison_code());
  kari.reset();
  kari = open("kari");
  expect_one_mind(*kari, *fleet.admin);
}

TEST_F(Newcomer, WithAnOfficeFetchesTheEntriesBeforeTooForAServerThatWasEmptied) {
  links = invite_crowd(fleet, kCrowd, 1, SpaceRight::kWriter);
  auto kari = join("kari", 0);
  must_sync(*kari);
  const ServerLedger held = ledger_of(fleet.server.folder());
  for (const SpaceId& chain : {SpaceId{}, everyone(*kari)}) {
    EXPECT_TRUE(*store_of(*kari).tables->chains.read(chain) == held.chains.at(chain));
  }
  fleet.server.empty();
  must_sync(*kari);
  const ServerLedger after = ledger_of(fleet.server.folder());
  EXPECT_TRUE(after.chains.at({}) == held.chains.at({}));
  EXPECT_TRUE(after.chains.at(everyone(*kari)) == held.chains.at(everyone(*kari)));
}

TEST_F(Newcomer, SaysToAServerThatWasEmptiedHowFarTheChainHadComeAndWaitsForWhoHoldsItWhole) {
  auto kari = join("kari", 0);
  must_sync(*fleet.admin);
  const SpaceId team = kari->space_id(test::kTeamSpace, RecordId{{1}});
  fleet.server.empty();
  write_note(*kari, team, "unsent");
  const SyncReport report = must_sync(*kari);
  EXPECT_THAT(report.notices, ::testing::Contains(::testing::HasSubstr("from before this device came")));
  EXPECT_FALSE(ledger_of(fleet.server.folder()).chains.contains({}));
  EXPECT_EQ(notes_of(*kari), 3u);
  must_sync(*fleet.admin);
  for (int round = 0; round < 2; ++round) must_sync(*kari);
  EXPECT_EQ(kari->levels().device, 0u);
  expect_one_mind(*kari, *fleet.admin);
}

TEST_F(Newcomer, BringsARestoredServerTheEntriesAfterItsCheckpoint) {
  fleet.server.back_up(fleet.folder() / "backup");
  auto kari = join("kari", 0);
  must_sync(*kari);
  const ServerLedger before = ledger_of(fleet.server.folder());
  fleet.server.restore(fleet.folder() / "backup");
  must_sync(*kari);
  EXPECT_TRUE(ledger_of(fleet.server.folder()).chains == before.chains);
}

TEST_F(Newcomer, AndEverybodyElseOpensWithWhatWasVerifiedBefore) {
  for (const char* name : {"admin", "kari"}) {
    SCOPED_TRACE(name);
    if (std::string(name) == "kari") join("kari", 0).reset();
    fleet.admin.reset();
    {
      auto local = LocalStore::open(fleet.options(name));
      ASSERT_TRUE(local.ok()) << local.error().message();
      // An entry that was verified is not looked at again, or this one would be seen.
      auto damage = (*local)->connection().execute(
          "UPDATE chain_entry SET entry = x'00' WHERE seq = (SELECT min(seq) FROM chain_entry AS other "
          "WHERE other.chain = chain_entry.chain) AND seq <= (SELECT seq FROM chain_state WHERE "
          "chain_state.chain = chain_entry.chain)");
      ASSERT_TRUE(damage.ok()) << damage.error().message();
    }
    auto again = LocalStore::open(fleet.options(name));
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_NE((*again)->membership->identity().device((*again)->keys.device_id()), nullptr);
  }
}

TEST_F(Newcomer, TakesNoStateThatIsNotOneAndMakesItAnewFromWholeChains) {
  const Bytes before = store_of(*fleet.admin).membership->identity().encode();
  fleet.admin.reset();
  {
    auto local = LocalStore::open(fleet.options("admin"));
    ASSERT_TRUE(local.ok());
    ASSERT_TRUE((*local)->connection().execute("UPDATE chain_state SET state = x'7f'").ok());
  }
  fleet.admin = open("admin");
  ASSERT_NE(fleet.admin, nullptr);
  EXPECT_TRUE(store_of(*fleet.admin).membership->identity().encode() == before);
  join("kari", 0).reset();
  {
    auto local = LocalStore::open(fleet.options("kari"));
    ASSERT_TRUE(local.ok());
    ASSERT_TRUE((*local)->connection().execute("UPDATE chain_state SET state = x'7f'").ok());
  }
  EXPECT_FALSE(LocalStore::open(fleet.options("kari")).ok());
}

// ---- servers that lie

/// The checkpoints that a chain had, oldest first, as a server hands them over.
std::vector<wire::CheckpointPart> checkpoints_of(const ServerLedger& ledger, const SpaceId& space) {
  const std::vector<Bytes>& identity_entries = ledger.chains.at({});
  chain::IdentityState identity(chain::Entry::decode(identity_entries.front())->organisation);
  identity.keep_checkpoints();
  std::vector<wire::CheckpointPart> out;
  const auto note = [&](const auto& state, const Bytes& entry, std::vector<Bytes> witnesses) {
    if (state.since_checkpoint().at != state.head().seq) return;
    const Bytes& bytes = *state.checkpoint_state();
    out.push_back({space, entry, std::move(witnesses), bytes.size(), 0, bytes});
  };
  for (const Bytes& entry : identity_entries) {
    SAMLA_ASSERT(identity.apply(entry).ok());
    if (space.is_zero()) note(identity, entry, {identity_entries[0], identity_entries[1]});
  }
  if (space.is_zero()) return out;
  chain::SpaceState state(space);
  state.keep_checkpoints();
  for (const Bytes& entry : ledger.chains.at(space)) {
    SAMLA_ASSERT(state.apply(entry, identity).ok());
    note(state, entry, {ledger.chains.at(space).front()});
  }
  return out;
}

/// An organisation, made once: a checkpoint; then a phone is revoked and more are invited; then another
/// checkpoint, and the invite by which each test's device comes.
struct Grown {
  Grown() {
    SAMLA_ASSERT(fleet.admin != nullptr);
    const auto links = invite_crowd(fleet, 0, kCrowd, SpaceRight::kReader);
    auto lost = fleet.join("lost", links[0]);
    SAMLA_ASSERT(lost.ok());
    revoked = (*lost)->device();
    revoked_key = store_of(**lost).keys.sign().duplicate();
    must_sync(*fleet.admin);
    SAMLA_ASSERT(fleet.admin->revoke_device(revoked, {}).ok());
    must_sync(*fleet.admin);
    link = invite_crowd(fleet, kCrowd, kCrowd, SpaceRight::kReader).back();
    space = everyone(*fleet.admin);
    write_note(*fleet.admin, space, "seen by all");
    must_sync(*fleet.admin);
    fleet.server.stop();
    ledger = ledger_of(fleet.server.folder());
    identity = checkpoints_of(ledger, {});
    spaces = checkpoints_of(ledger, space);
    SAMLA_ASSERT(identity.size() >= 2 && spaces.size() >= 2);
  }
  Fleet fleet;
  DeviceId revoked;
  std::optional<sign::SigningKey> revoked_key;
  std::string link;
  SpaceId space;
  ServerLedger ledger;
  std::vector<wire::CheckpointPart> identity, spaces;
};

class EvilToNewcomers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { grown = new Grown(); }
  static void TearDownTestSuite() {
    delete grown;
    grown = nullptr;
  }
  void SetUp() override {
    for (const auto& file : std::filesystem::directory_iterator(grown->fleet.server.folder())) {
      if (file.is_regular_file()) std::filesystem::copy_file(file, folder.path() / file.path().filename());
    }
    server = std::make_unique<EvilServer>(folder.path());
    const auto link = custody::InviteLink::decode(grown->link);
    ASSERT_TRUE(link.ok());
    Account account;
    account.organisation = link->organisation;
    account.host = link->host;
    account.port = link->port;
    account.server = link->server;
    account.trusted = link->identity;
    account.invite = custody::invite_id(link->secret);
    SystemRandom random;
    OpenOptions options = grown->fleet.options("unused");
    options.directory = folder.path() / "phone";
    auto made =
        LocalStore::create(options, account, custody::DeviceKeys::generate(random), link->secret.duplicate());
    ASSERT_TRUE(made.ok()) << made.error().message();
    phone = std::move(*made);
  }
  /// Hands over `part` in place of that chain's checkpoint, and perhaps other entries.
  static EvilBehaviour hands_over(const SpaceId& chain, wire::CheckpointPart part,
                                  std::function<void(wire::ChainEntries&)> change = {}) {
    EvilBehaviour out;
    out.down = [=](wire::Message message) {
      if (auto* whole = std::get_if<wire::CheckpointPart>(&message);
          whole != nullptr && whole->space == chain) {
        *whole = part;
        whole->space = chain;
        whole->size = whole->part.size();
      }
      if (auto* entries = std::get_if<wire::ChainEntries>(&message);
          entries != nullptr && entries->space == chain && change) {
        change(*entries);
      }
      return Messages{std::move(message)};
    };
    return out;
  }
  /// Nothing of it is believed, the device is not certified by it, and by an honest server it comes in.
  void expect_found(const EvilBehaviour& behaviour, std::set<ErrorCode> codes) {
    const auto outcome = server->meet(*phone, behaviour);
    ASSERT_TRUE(outcome.error.has_value()) << "was not found";
    EXPECT_TRUE(codes.contains(outcome.error->code)) << outcome.error->message();
    EXPECT_FALSE(outcome.error->message().empty());
    expect_whole_at_last();
  }
  void expect_whole_at_last() {
    for (int round = 0; round < 2; ++round) {
      const auto outcome = server->meet(*phone, {});
      ASSERT_FALSE(outcome.error) << outcome.error->message();
    }
    const chain::IdentityState& identity = phone->membership->identity();
    EXPECT_TRUE(identity.active(phone->keys.device_id()));
    EXPECT_FALSE(identity.active(grown->revoked));
    view::Query query;
    query.space = grown->space;
    EXPECT_EQ(phone->records->list(query)->size(), 1u);
  }
  /// That entry, as somebody else signs it.
  static Bytes resigned(const Bytes& entry, const sign::SigningKey& key, const sign::Hash& state) {
    chain::Entry changed = *chain::Entry::decode(entry);
    if (auto* body = std::get_if<chain::Checkpoint>(&changed.body)) body->state = state;
    if (auto* body = std::get_if<chain::SpaceCheckpoint>(&changed.body)) body->state = state;
    changed.sign_with(key);
    return changed.encode();
  }

  static Grown* grown;
  TemporaryFolder folder;
  std::unique_ptr<EvilServer> server;
  std::unique_ptr<LocalStore> phone;
};
Grown* EvilToNewcomers::grown = nullptr;

TEST_F(EvilToNewcomers, AnHonestServerBringsTheNewcomerIn) {
  expect_whole_at_last();
  EXPECT_GT(*phone->tables->chains.first({}), static_cast<std::uint64_t>(kCrowd));
  EXPECT_GT(*phone->tables->chains.first(grown->space), static_cast<std::uint64_t>(kCrowd));
}

TEST_F(EvilToNewcomers, AForgedCheckpointIsNotBelieved) {
  wire::CheckpointPart part = grown->identity.back();
  part.part[part.part.size() / 2] ^= 1;
  expect_found(hands_over({}, part), {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, AForgedCheckpointOfASpaceIsNotBelieved) {
  wire::CheckpointPart part = grown->spaces.back();
  part.part[part.part.size() / 2] ^= 1;
  expect_found(hands_over(grown->space, part), {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, ACheckpointThatLeavesOutARevocationIsNotBelieved) {
  // The state from before, under the newest checkpoint's entry; as the administrator signed it, and as the
  // revoked device signs it.
  wire::CheckpointPart part = grown->identity.back();
  part.part = grown->identity.front().part;
  expect_found(hands_over({}, part), {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, ACheckpointThatARevokedDeviceSignedIsNotBelieved) {
  wire::CheckpointPart part = grown->identity.front();
  part.entry = resigned(part.entry, *grown->revoked_key, sign::hash("samla/chain/state/1", part.part));
  expect_found(hands_over({}, part), {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, ACheckpointOfAnotherChainIsNotBelieved) {
  expect_found(hands_over({}, grown->spaces.back()), {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, ACheckpointOfAnotherOrganisationIsNotBelieved) {
  test::Organisation other(7);
  const Bytes genesis = other.placed()[0].second, certificate = other.placed()[1].second;
  const Bytes state = other.identity.encode();
  const Bytes entry = other.signed_by(other.admin, chain::Checkpoint{other.identity.state_hash()}).encode();
  expect_found(hands_over({}, {{}, entry, {genesis, certificate}, state.size(), 0, state}),
               {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, TheIdentityChainsCheckpointIsNoSpaces) {
  expect_found(hands_over(grown->space, grown->identity.back()), {ErrorCode::not_authentic});
}

TEST_F(EvilToNewcomers, AnOldCheckpointWithAllThatFollowedIsAsGoodAsTheNewest) {
  const auto outcome = server->meet(*phone, hands_over({}, grown->identity.front()));
  EXPECT_FALSE(outcome.error) << outcome.error->message();
  expect_whole_at_last();
}

TEST_F(EvilToNewcomers, AnOldCheckpointAndATailWithoutTheRevocationIsFound) {
  const auto leave_out = [](wire::ChainEntries& entries) {
    std::erase_if(entries.entries, [](const Bytes& bytes) {
      const auto entry = chain::Entry::decode(bytes);
      return entry.ok() && std::holds_alternative<chain::Revocation>(entry->body);
    });
  };
  expect_found(hands_over({}, grown->identity.front(), leave_out),
               {ErrorCode::chain_conflict, ErrorCode::chain_forked});
}

TEST_F(EvilToNewcomers, AnOldCheckpointWhereTheChainEndsLacksWhatTheInviteNames) {
  const auto cut = [](wire::ChainEntries& entries) {
    entries.entries.resize(std::min<std::size_t>(entries.entries.size(), 1));
    entries.last = true;
  };
  expect_found(hands_over({}, grown->identity.front(), cut), {ErrorCode::chain_forked});
}

TEST_F(EvilToNewcomers, AStateThatNeverEndsIsGivenUp) {
  EvilBehaviour endless;
  endless.down = [](wire::Message message) {
    if (auto* part = std::get_if<wire::CheckpointPart>(&message)) {
      part->size = 1'000'000;
      part->part.clear();
    }
    return Messages{std::move(message)};
  };
  expect_found(endless, {ErrorCode::protocol});
}

TEST_F(EvilToNewcomers, NobodyIsShownAnotherHistoryThanTheOneThatTheCheckpointNames) {
  // The administrator's own phone holds all; here the newcomer has an office, so it wants what came before.
  ASSERT_FALSE(server->meet(*phone, {}).error);
  ASSERT_GT(*phone->tables->chains.first({}), 1u);
  std::vector<Bytes> before(grown->ledger.chains.at({}).begin(),
                            grown->ledger.chains.at({}).begin() +
                                static_cast<std::ptrdiff_t>(*phone->tables->chains.first({})) - 1);
  auto transaction = phone->begin();
  ASSERT_TRUE(transaction.ok());
  std::swap(before[3], before[4]);
  EXPECT_EQ(phone->membership->complete({}, before).error().code, ErrorCode::chain_forked);
  std::swap(before[3], before[4]);
  std::vector<Bytes> some(before.begin(), before.end() - 1);
  EXPECT_EQ(phone->membership->complete({}, some).error().code, ErrorCode::sequence_gap);
  EXPECT_TRUE(phone->membership->complete({}, before).ok());
}

}  // namespace newcomer_test
}  // namespace samla::replica
