// A server that lost chain entries and took others before those came who had seen the lost ones: two
// different entries follow one head. Behind is brought back, a fork rests until a person repairs it, and then
// what the losing branch said is said again.
#include <gtest/gtest.h>

#include "core/replica/local_replica.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace {

using test::Fleet;

const UserId kKari{{1}};
const UserId kOla{{2}};
const UserId kPer{{3}};

SpaceId everyone(const Replica& replica) { return replica.space_id(test::kAllSpace, {}); }
SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }

void add_note(Replica& replica, const SpaceId& space, const std::string& title) {
  Edit edit;
  edit.create(replica.new_record_id(space), space, "note", {{"title", {}, title}});
  EXPECT_TRUE(replica.commit(edit).ok());
}

std::multiset<std::string> titles(Replica& replica, const SpaceId& space) {
  view::Query query;
  query.space = space;
  std::multiset<std::string> out;
  const auto records = replica.records().list(query);
  EXPECT_TRUE(records.ok());
  for (const view::RecordView& record : *records) out.insert(record.text("title"));
  return out;
}

void sync(Replica& replica) {
  const auto report = replica.sync({});
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->reached, "centre") << ::testing::PrintToString(report->notices);
}

chain::Head head_of(Replica& replica, const SpaceId& chain = {}) {
  return dynamic_cast<LocalReplica&>(replica).local().membership->head(chain);
}

class ForkedChain : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    kari = fleet.must_join("kari", kKari);
    ola = fleet.must_join("ola", kOla);
    for (int round = 0; round < 2; ++round) {
      for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) sync(*replica);
    }
    fleet.server.back_up(fleet.folder() / "backup");
  }
  std::uint64_t tomorrow() const { return kari->now_ms() + 86'400'000; }
  /// The administrator invites Per, and Kari sees it; the server forgets it in silence; Ola's new code takes
  /// the place of the invite.
  std::string fork_the_identity_chain() {
    const auto link = fleet.invite(kPer);
    EXPECT_TRUE(link.ok());
    sync(*kari);
    fleet.server.roll_back(fleet.folder() / "backup");
    EXPECT_TRUE(ola->create_pairing(tomorrow(), {}).ok());
    return link.ok() ? *link : std::string();
  }

  Fleet fleet;
  std::unique_ptr<Replica> kari;
  std::unique_ptr<Replica> ola;
};

TEST_F(ForkedChain, IsToldFromOneThatIsBehind) {
  const auto link = fleet.invite(kPer);
  ASSERT_TRUE(link.ok());
  sync(*kari);
  const chain::Head pin = head_of(*kari);
  fleet.server.roll_back(fleet.folder() / "backup");
  sync(*kari);  // behind: the rest is brought back
  sync(*ola);
  EXPECT_EQ(head_of(*ola), pin);
}

TEST_F(ForkedChain, OfTheOrganisationRestsAndLeavesLocalWorkAlone) {
  fork_the_identity_chain();
  const chain::Head pin = head_of(*kari);
  add_note(*kari, everyone(*kari), "written meanwhile");
  const auto report = kari->sync({});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::chain_forked);
  EXPECT_EQ(head_of(*kari), pin);
  EXPECT_TRUE(titles(*kari, everyone(*kari)).contains("written meanwhile"));
  // Nobody but an administrator ends it.
  EXPECT_EQ(kari->repair_forks({}).error().code, ErrorCode::chain_forked);
  EXPECT_EQ(head_of(*kari), pin);
}

TEST_F(ForkedChain, OfTheOrganisationIsRepairedByAnAdministratorAndEverybodyGoesOn) {
  const std::string link = fork_the_identity_chain();
  add_note(*kari, everyone(*kari), "written meanwhile");
  EXPECT_FALSE(kari->sync({}).ok());
  const auto repaired = fleet.admin->repair_forks({});
  ASSERT_TRUE(repaired.ok()) << repaired.error().message();
  EXPECT_EQ(*repaired, 1u);
  for (int round = 0; round < 2; ++round) {
    for (Replica* replica : {kari.get(), fleet.admin.get(), ola.get()}) sync(*replica);
  }
  EXPECT_EQ(head_of(*kari), head_of(*fleet.admin));
  EXPECT_EQ(head_of(*kari), head_of(*ola));
  EXPECT_TRUE(titles(*ola, everyone(*ola)).contains("written meanwhile"));
  // The invite of the losing branch was signed anew: the link that Per has works.
  auto per = fleet.join("per", link);
  ASSERT_TRUE(per.ok()) << per.error().message();
  // Its grant went with the losing branch: a member gives another.
  sync(*fleet.admin);
  sync(**per);
  add_note(**per, everyone(**per), "from Per");
  sync(**per);
  sync(*kari);
  EXPECT_TRUE(titles(*kari, everyone(*kari)).contains("from Per"));
}

TEST_F(ForkedChain, RepairedOnceIsRepairedForEverybodyAndNothingIsLeftToRepair) {
  fork_the_identity_chain();
  ASSERT_TRUE(fleet.admin->repair_forks({}).ok());
  const auto again = fleet.admin->repair_forks({});
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(*again, 0u);
}

// What was written under heads that were given up is judged by how far its author was along what stands.
TEST_F(ForkedChain, LosesNoChangeThatNamesAHeadOfTheLosingBranch) {
  ASSERT_TRUE(fleet.invite(kPer).ok());
  sync(*kari);
  add_note(*kari, everyone(*kari), "placed, and lost");
  sync(*kari);
  fleet.server.roll_back(fleet.folder() / "backup");
  ASSERT_TRUE(ola->create_pairing(tomorrow(), {}).ok());
  add_note(*kari, everyone(*kari), "written after the loss");
  EXPECT_FALSE(kari->sync({}).ok());
  ASSERT_TRUE(fleet.admin->repair_forks({}).ok());
  for (int round = 0; round < 2; ++round) {
    for (Replica* replica : {kari.get(), ola.get(), fleet.admin.get()}) sync(*replica);
  }
  for (Replica* replica : {kari.get(), ola.get(), fleet.admin.get()}) {
    EXPECT_TRUE(titles(*replica, everyone(*replica)).contains("placed, and lost"));
    EXPECT_TRUE(titles(*replica, everyone(*replica)).contains("written after the loss"));
  }
}

TEST_F(ForkedChain, OfASpaceRestsAloneAndIsRepairedWithWhatWasWrittenUnderItsLostKey) {
  const SpaceId space = team(*kari);
  add_note(*kari, space, "under the first key");
  sync(*kari);
  sync(*ola);
  fleet.server.back_up(fleet.folder() / "later");
  ASSERT_TRUE(kari->rotate_keys(space, {}).ok());
  add_note(*kari, space, "under the lost key");
  sync(*kari);
  fleet.server.roll_back(fleet.folder() / "later");
  ASSERT_TRUE(ola->rotate_keys(space, {}).ok());
  add_note(*ola, space, "under the key that stands");
  sync(*ola);
  // Everything else goes on.
  add_note(*kari, everyone(*kari), "elsewhere");
  const auto report = kari->sync({});
  ASSERT_TRUE(report.ok()) << report.error().message();
  sync(*ola);
  EXPECT_TRUE(titles(*ola, everyone(*ola)).contains("elsewhere"));
  EXPECT_NE(head_of(*kari, space), head_of(*ola, space));
  // Kari founded the space, so she may.
  const auto repaired = kari->repair_forks({});
  ASSERT_TRUE(repaired.ok()) << repaired.error().message();
  EXPECT_EQ(*repaired, 1u);
  // Shown its receipts the server has begun a new life, and takes entries once an administrator has come.
  for (int round = 0; round < 3; ++round) {
    for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) sync(*replica);
  }
  EXPECT_EQ(head_of(*kari, space), head_of(*ola, space));
  const std::multiset<std::string> wanted = {"under the first key", "under the lost key",
                                             "under the key that stands"};
  EXPECT_EQ(titles(*kari, space), wanted);
  EXPECT_EQ(titles(*ola, space), wanted);
}

}  // namespace
}  // namespace samla::replica
