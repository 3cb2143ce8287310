// What a server can do to its devices: each behaviour is found, with words for the person, or does nothing;
// nothing that is here is lost, and local work goes on.
#include <gtest/gtest.h>

#include "core/change/changeset.h"
#include "core/replica/sync_run.h"
#include "tests/support/evil_server.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace evil_server_test {

using test::evil;
using test::EvilBehaviour;
using test::EvilServer;
using test::Fleet;
using test::Messages;

const UserId kKari{{1}};
const UserId kOla{{2}};

SpaceId everyone(const Replica& replica) { return replica.space_id(test::kAllSpace, {}); }

RecordId add_note(Replica& replica, const std::string& title) {
  Edit edit;
  const RecordId id = replica.new_record_id(everyone(replica));
  edit.create(id, everyone(replica), "note", {{"title", {}, title}});
  EXPECT_TRUE(replica.commit(edit).ok());
  return id;
}

void must_sync(Replica& replica) { SAMLA_ASSERT(replica.sync({}).ok()); }

/// An organisation, made once: Kari has not seen what Ola and the administrator did last, and has a change
/// that the server has not seen. Each test begins from there.
struct World {
  World() {
    SAMLA_ASSERT(fleet.admin != nullptr);
    auto kari = fleet.must_join("kari", kKari);
    auto ola = fleet.must_join("ola", kOla);
    for (Replica* replica : {kari.get(), ola.get(), kari.get()}) must_sync(*replica);
    space = everyone(*kari);
    add_note(*kari, "seen by all");
    must_sync(*kari);
    for (int i = 0; i < 4; ++i) {
      Edit edit;
      for (int each = 0; each < 2; ++each) {
        edit.create(ola->new_record_id(space), space, "note",
                    {{"title", {}, std::string("Ola ") + char('a' + i)}});
      }
      SAMLA_ASSERT(ola->commit(edit).ok());
      must_sync(*ola);
    }
    for (std::uint8_t user = 7; user < 10; ++user) SAMLA_ASSERT(fleet.invite(UserId{{user}}).ok());
    SAMLA_ASSERT(fleet.admin->rotate_keys(space, {}).ok());
    unsent = add_note(*kari, "unsent");
    kari.reset();
    ola.reset();
    fleet.admin.reset();
    fleet.server.stop();
    copy_files(fleet.folder() / "kari", saved() / "kari");
    copy_files(fleet.server.folder(), saved() / "server");
  }
  std::filesystem::path saved() const { return fleet.folder() / "saved"; }
  static void copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    for (const auto& file : std::filesystem::directory_iterator(from)) {
      if (!file.is_regular_file()) continue;
      std::filesystem::copy_file(file.path(), to / file.path().filename(),
                                 std::filesystem::copy_options::overwrite_existing);
    }
  }
  void begin_again() const {
    for (const char* ending : {"-wal", "-shm"}) {
      std::filesystem::remove(server::storage_file(fleet.server.folder()).string() + ending);
    }
    copy_files(saved() / "kari", fleet.folder() / "kari");
    copy_files(saved() / "server", fleet.server.folder());
  }

  Fleet fleet;
  SpaceId space;
  RecordId unsent;
};

class Evil : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world = new World(); }
  static void TearDownTestSuite() {
    delete world;
    world = nullptr;
  }
  void SetUp() override {
    world->begin_again();
    server = std::make_unique<EvilServer>(world->fleet.server.folder());
    auto opened = LocalStore::open(world->fleet.options("kari"));
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    kari = std::move(*opened);
    before = titles();
  }
  std::multiset<std::string> titles() const {
    std::multiset<std::string> out;
    view::Query query;
    query.space = world->space;
    const auto records = kari->records->list(query);
    EXPECT_TRUE(records.ok());
    for (const view::RecordView& record : *records) out.insert(record.text("title"));
    return out;
  }
  void TearDown() override {
    // Local work goes on, and nothing that was here is gone.
    const std::multiset<std::string> now = titles();
    EXPECT_TRUE(std::ranges::includes(now, before));
    Edit edit;
    edit.create(RecordId{{99}}, world->space, "note", {{"title", {}, std::string("still at work")}});
    EXPECT_TRUE(Outbound(*kari).commit(edit).ok());
    EXPECT_EQ(titles().count("still at work"), 1u);
  }
  /// Once the server behaves, everything comes together.
  void expect_whole_at_last() {
    for (int round = 0; round < 3; ++round) {
      const auto outcome = server->meet(*kari, {});
      ASSERT_FALSE(outcome.error) << outcome.error->message();
    }
    EXPECT_EQ(titles().size(), 10u);
    EXPECT_EQ(kari->tables->changesets.own_writes()->unreceipted, 0u);
  }
  void expect_found(const EvilBehaviour& behaviour, ErrorCode code) {
    const auto outcome = server->meet(*kari, behaviour);
    ASSERT_TRUE(outcome.error.has_value()) << behaviour.name << " was not found";
    EXPECT_EQ(outcome.error->code, code) << behaviour.name << ": " << outcome.error->message();
    EXPECT_FALSE(outcome.error->message().empty());
    expect_whole_at_last();
  }
  EvilServer::Outcome expect_harmless(const EvilBehaviour& behaviour) {
    auto outcome = server->meet(*kari, behaviour);
    EXPECT_FALSE(outcome.error) << behaviour.name << ": " << outcome.error->message();
    expect_whole_at_last();
    return outcome;
  }
  sign::SigningKey someones_key() const {
    SeededRandom random(7);
    return sign::SigningKey::generate(random);
  }

  static World* world;
  std::unique_ptr<EvilServer> server;
  std::unique_ptr<LocalStore> kari;
  std::multiset<std::string> before;
};
World* Evil::world = nullptr;

/// Changes the first changeset with bytes in each stretch.
template <class Change>
EvilBehaviour evil_changeset(std::string name, Change change) {
  return evil<wire::Tail>(std::move(name), [change](wire::Tail tail) {
    for (wire::TailItem& item : tail.items) {
      if (item.changeset.empty()) continue;
      auto changeset = change::Changeset::decode(item.changeset);
      SAMLA_ASSERT(changeset.ok());
      change(*changeset);
      item.changeset = changeset->encode();
      break;
    }
    return Messages{std::move(tail)};
  });
}

TEST_F(Evil, ServerThatDoesNothingWrongBringsEverything) { expect_harmless({}); }

TEST_F(Evil, ServerCannotAddAMember) {
  const auto forge = [&](wire::ChainEntries entries) {
    if (!entries.space.is_zero() && !entries.entries.empty()) {
      chain::Entry entry = *chain::Entry::decode(entries.entries.front());
      entry.body = chain::Member{UserId{{66}}, chain::Right::kManager};
      entry.sign_with(someones_key());
      entries.entries.front() = entry.encode();
    }
    return Messages{std::move(entries)};
  };
  expect_found(evil<wire::ChainEntries>("adds a member", forge), ErrorCode::bad_signature);
}

TEST_F(Evil, ServerCannotDropAChainEntry) {
  const auto drop = [](wire::ChainEntries entries) {
    if (entries.space.is_zero() && entries.entries.size() > 1) entries.entries.erase(entries.entries.begin());
    return Messages{std::move(entries)};
  };
  expect_found(evil<wire::ChainEntries>("drops a chain entry", drop), ErrorCode::chain_conflict);
}

TEST_F(Evil, ServerThatReplaysAnOldChainIsOfferedTheRest) {
  ASSERT_FALSE(server->meet(*kari, {}).error);
  const ChainHead pin = kari->membership->head({});
  const ChainHead old{pin.seq - 2, kari->membership->identity().hash_at(pin.seq - 2)};
  expect_harmless(evil<wire::Welcome>("replays an old chain", [old](wire::Welcome welcome) {
    welcome.identity = old;
    return Messages{std::move(welcome)};
  }));
  EXPECT_EQ(kari->membership->head({}), pin);
}

TEST_F(Evil, ServerThatShowsTwoMembersDifferentChainsIsFound) {
  ASSERT_FALSE(server->meet(*kari, {}).error);
  expect_found(evil<wire::Welcome>("forks the members' views",
                                   [](wire::Welcome welcome) {
                                     welcome.identity.hash.bytes[0] ^= 1;
                                     return Messages{std::move(welcome)};
                                   }),
               ErrorCode::chain_forked);
}

TEST_F(Evil, ServerCannotSwapANewcomersKeys) {
  const auto swap = [&](wire::ChainEntries entries) {
    if (entries.space.is_zero() && !entries.entries.empty()) {
      chain::Entry entry = *chain::Entry::decode(entries.entries.front());
      if (auto* invite = std::get_if<chain::Invite>(&entry.body)) invite->seal.bytes[0] ^= 1;
      entries.entries.front() = entry.encode();
    }
    return Messages{std::move(entries)};
  };
  expect_found(evil<wire::ChainEntries>("swaps a newcomer's keys", swap), ErrorCode::bad_signature);
}

TEST_F(Evil, ServerThatServesAnotherEpochsKeyOpensNothing) {
  const auto outcome = server->meet(*kari, evil<wire::Grants>("serves old epochs", [](wire::Grants grants) {
    for (wire::Grant& grant : grants.grants) grant.sealed.back() ^= 1;
    return Messages{std::move(grants)};
  }));
  EXPECT_FALSE(outcome.error);
  EXPECT_FALSE(outcome.notices.empty());
  EXPECT_FALSE(kari->membership->readable(world->space));
  // What was written waits for the true key, and leaves under no other.
  EXPECT_GT(*kari->tables->outbox.count(), 0u);
}

TEST_F(Evil, ServerThatWithholdsReceiptsIsOfferedTheSameAgain) {
  const auto outcome = server->meet(
      *kari, evil<wire::Receipts>("withholds receipts", [](wire::Receipts) { return Messages{}; }));
  EXPECT_FALSE(outcome.level);
  expect_whole_at_last();
}

TEST_F(Evil, ServerCannotLetAnotherForgeReceipts) {
  const auto forge = [&](wire::Receipts receipts) {
    receipts.signature = someones_key().sign(wire::kReceiptsDomain, wire::signed_part(receipts));
    return Messages{std::move(receipts)};
  };
  expect_found(evil<wire::Receipts>("forges receipts", forge), ErrorCode::bad_signature);
}

TEST_F(Evil, ServerCannotReorder) {
  const auto swap = [](wire::Tail tail) {
    std::vector<wire::TailItem*> others;
    for (wire::TailItem& item : tail.items) {
      if (!item.changeset.empty()) others.push_back(&item);
    }
    if (others.size() > 1) std::swap(others[0]->changeset, others[1]->changeset);
    return Messages{std::move(tail)};
  };
  expect_found(evil<wire::Tail>("reorders", swap), ErrorCode::sequence_gap);
}

TEST_F(Evil, ServerCannotDropAChangesetFromWithin) {
  const auto drop = [](wire::Tail tail) {
    if (tail.items.size() > 2) tail.items.erase(tail.items.begin() + 1);
    for (std::size_t i = 0; i < tail.items.size(); ++i) tail.items[i].seq = tail.after.seq + i + 1;
    return Messages{std::move(tail)};
  };
  expect_found(evil<wire::Tail>("drops a changeset", drop), ErrorCode::sequence_gap);
}

TEST_F(Evil, ServerThatDropsAWritersLastChangesetIsFoundByTheRunningHash) {
  const auto drop = [](wire::Tail tail) {
    std::erase_if(tail.items, [](const wire::TailItem& item) {
      const auto changeset = change::Changeset::decode(item.changeset);
      return changeset.ok() && changeset->header.seq == 4 && changeset->leaves.size() == 2;
    });
    for (std::size_t i = 0; i < tail.items.size(); ++i) tail.items[i].seq = tail.after.seq + i + 1;
    return tail.items.empty() ? Messages{} : Messages{std::move(tail)};
  };
  const auto outcome = server->meet(*kari, evil<wire::Tail>("drops from the tail's end", drop));
  EXPECT_TRUE(outcome.error.has_value() || !outcome.level) << titles().size();
  EXPECT_FALSE(outcome.notices.empty());
  expect_whole_at_last();
}

TEST_F(Evil, ServerCannotMoveACiphertext) {
  EvilBehaviour move = evil<wire::Tail>("moves a ciphertext", [](wire::Tail tail) {
    for (wire::TailItem& item : tail.items) {
      auto changeset = change::Changeset::decode(item.changeset);
      if (!changeset.ok() || changeset->leaves.size() < 2) continue;
      std::swap(std::get<change::FullLeaf>(changeset->leaves[0]).ciphertext,
                std::get<change::FullLeaf>(changeset->leaves[1]).ciphertext);
      item.changeset = changeset->encode();
      break;
    }
    return Messages{std::move(tail)};
  });
  const auto outcome = server->meet(*kari, move);
  ASSERT_TRUE(outcome.error.has_value());
  expect_whole_at_last();
}

TEST_F(Evil, ServerThatRollsBackInSilenceIsShownItsReceiptsAndGivenTheRest) {
  ASSERT_FALSE(server->meet(*kari, {}).error);
  ASSERT_FALSE(server->meet(*kari, {}).error);
  bool shown = false;
  EvilBehaviour roll_back;
  roll_back.name = "rolls back silently";
  roll_back.down = [](wire::Message message) {
    if (auto* welcome = std::get_if<wire::Welcome>(&message)) {
      for (wire::SpaceHeads& space : welcome->spaces) {
        if (space.position.seq > 2) space.position.seq = 1;
      }
    }
    return Messages{std::move(message)};
  };
  roll_back.up = [&](wire::Message message) {
    shown = shown || std::holds_alternative<wire::ShownReceipts>(message);
    return Messages{std::move(message)};
  };
  expect_harmless(roll_back);
  EXPECT_TRUE(shown);
}

TEST_F(Evil, ServerCannotSignAChangesetWithAnotherKey) {
  expect_found(evil_changeset("re-signs with another key",
                              [&](change::Changeset& changeset) {
                                std::vector<change::FullLeaf> leaves;
                                for (const change::Leaf& leaf : changeset.leaves) {
                                  leaves.push_back(std::get<change::FullLeaf>(leaf));
                                }
                                changeset = *change::sign_changeset(changeset.header, leaves, someones_key());
                              }),
               ErrorCode::bad_signature);
}

TEST_F(Evil, ServerThatSaysEverythingTwiceChangesNothing) {
  EvilBehaviour twice;
  twice.name = "duplicates";
  twice.down = [](wire::Message message) {
    const bool said_twice = std::holds_alternative<wire::Receipts>(message) ||
                            std::holds_alternative<wire::TailEnd>(message) ||
                            std::holds_alternative<wire::ChainNotice>(message);
    return said_twice ? Messages{message, message} : Messages{message};
  };
  expect_harmless(twice);
}

TEST_F(Evil, ServerThatSendsAStretchTwiceIsFoundOrReadOnce) {
  const auto outcome =
      server->meet(*kari, evil<wire::Tail>("duplicates a stretch", [](const wire::Tail& tail) {
        return Messages{tail, tail};
      }));
  EXPECT_TRUE(!outcome.error || !outcome.error->message().empty());
  expect_whole_at_last();
}

TEST_F(Evil, ServerThatClaimsToHaveLostEverythingIsGivenEverythingAndNothingIsForgotten) {
  ASSERT_FALSE(server->meet(*kari, {}).error);
  expect_harmless(evil<wire::Frontier>("claims a loss", [](wire::Frontier frontier) {
    frontier.writers.clear();
    return Messages{std::move(frontier)};
  }));
}

TEST_F(Evil, ARefillThatIsCutAfterAnyNumberOfMessagesIsTakenUpAndLosesNothing) {
  ASSERT_FALSE(server->meet(*kari, {}).error);
  ASSERT_FALSE(server->meet(*kari, {}).error);
  server.reset();
  const std::filesystem::path folder = world->fleet.server.folder();
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::filesystem::remove(server::storage_file(folder).string() + ending);
  }
  SystemRandom random;
  ASSERT_TRUE(server::init_emptied(folder, {}, SystemClock().now_ms(), random).ok());
  server = std::make_unique<EvilServer>(folder);
  int cuts = 0;
  for (bool level = false; !level; ++cuts) {
    ASSERT_LT(cuts, 200);
    int left = cuts;
    EvilBehaviour cut;
    cut.down = [&](wire::Message message) { return --left < 0 ? Messages{} : Messages{std::move(message)}; };
    const auto outcome = server->meet(*kari, cut);
    ASSERT_FALSE(outcome.error) << outcome.error->message();
    level = outcome.level;
  }
  EXPECT_GT(cuts, 5);
  expect_whole_at_last();
}

}  // namespace evil_server_test
}  // namespace samla::replica
