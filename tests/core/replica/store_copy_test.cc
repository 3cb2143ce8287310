// A profile that is copied to a second machine, or set back to an old state: what both write reaches
// everybody, nothing is lost, and nobody's chain is torn.
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/chain/entry.h"
#include "tests/support/sample_fleet.h"
#include "tests/support/server_ledger.h"

namespace samla::replica {
namespace store_copy_test {

using test::Fleet;

const UserId kKari{{1}};
const UserId kOla{{2}};

SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }
SpaceId everyone(const Replica& replica) { return replica.space_id(test::kAllSpace, {}); }

void add_note_to(Replica& replica, const SpaceId& space, const std::string& title) {
  Edit edit;
  edit.create(replica.new_record_id(space), space, "note", {{"title", {}, title}});
  EXPECT_TRUE(replica.commit(edit).ok());
}
void add_note(Replica& replica, const std::string& title) { add_note_to(replica, everyone(replica), title); }

std::multiset<std::string> titles(Replica& replica, const std::optional<SpaceId>& space = {}) {
  view::Query query;
  query.space = space.value_or(everyone(replica));
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

class CopiedStore : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    kari = fleet.must_join("kari", kKari);
    ola = fleet.must_join("ola", kOla);
    add_note(*kari, "first");
    sync(*kari);
  }
  std::filesystem::path folder(const std::string& name) const { return fleet.folder() / name; }
  /// As somebody copies a profile's folder.
  void copy(const std::string& from, const std::string& to) const {
    std::filesystem::copy(folder(from), folder(to), std::filesystem::copy_options::recursive);
  }
  std::unique_ptr<Replica> open(const std::string& name, const std::string& passphrase_of) const {
    OpenOptions options = fleet.options(name);
    options.passphrase = "passord " + passphrase_of;
    auto opened = Replica::open(options);
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return std::move(*opened);
  }
  /// A store is set back to what `saved` holds, file by file, in its place.
  void set_back(std::unique_ptr<Replica>& replica, const std::string& name, const std::string& saved) const {
    replica.reset();
    for (const auto& file : std::filesystem::directory_iterator(folder(saved))) {
      if (!file.is_regular_file() || file.path().filename() == "instance") continue;
      std::filesystem::copy_file(file.path(), folder(name) / file.path().filename(),
                                 std::filesystem::copy_options::overwrite_existing);
    }
    replica = open(name, "kari");
  }
  void set_back(const std::string& saved) { set_back(kari, "kari", saved); }

  Fleet fleet;
  std::unique_ptr<Replica> kari;
  std::unique_ptr<Replica> ola;
};

TEST_F(CopiedStore, GoesOnUnderANewNameAndBothStoresChangesReachEverybody) {
  add_note(*kari, "waits in both");
  kari.reset();
  copy("kari", "second");
  kari = open("kari", "kari");
  auto second = open("second", "kari");
  EXPECT_EQ(kari->writer(), chain::writer_of_device(kari->device()));
  EXPECT_NE(second->writer(), kari->writer());
  EXPECT_EQ(second->device_of_writer(second->writer()), kari->device());
  add_note(*kari, "from the first");
  add_note(*second, "from the second");
  for (int round = 0; round < 2; ++round) {
    for (Replica* replica : {kari.get(), second.get(), ola.get()}) sync(*replica);
  }
  const std::multiset<std::string> wanted = {"first", "waits in both", "from the first", "from the second"};
  EXPECT_EQ(titles(*ola), wanted);
  EXPECT_EQ(titles(*kari), wanted);
  EXPECT_EQ(titles(*second), wanted);
  EXPECT_EQ(ola->device_of_writer(second->writer()), kari->device());
}

TEST_F(CopiedStore, ThatWasSetBackLearnsFromTheServerWhatItHadWrittenAndGoesOn) {
  kari.reset();
  copy("kari", "saved");
  kari = open("kari", "kari");
  add_note(*kari, "written after the copy");
  sync(*kari);
  set_back("saved");
  sync(*kari);
  add_note(*kari, "written later");
  sync(*kari);
  sync(*ola);
  const std::multiset<std::string> wanted = {"first", "written after the copy", "written later"};
  EXPECT_EQ(titles(*kari), wanted);
  EXPECT_EQ(titles(*ola), wanted);
}

TEST_F(CopiedStore, ThatWasSetBackAndWroteUnderUsedNumbersLosesNeitherBranch) {
  kari.reset();
  copy("kari", "saved");
  kari = open("kari", "kari");
  for (const char* title : {"a", "b"}) {
    add_note(*kari, title);
    sync(*kari);
  }
  set_back("saved");
  add_note(*kari, "other");
  for (int round = 0; round < 2; ++round) {
    sync(*kari);
    sync(*ola);
  }
  const std::multiset<std::string> wanted = {"first", "a", "b", "other"};
  EXPECT_EQ(titles(*kari), wanted);
  EXPECT_EQ(titles(*ola), wanted);
  EXPECT_NE(kari->writer(), chain::writer_of_device(kari->device()));
}

// The server's stretch names what the device wrote by its hash alone; it took whatever it had under that
// number for placed, and refused the stretch after it.
TEST_F(CopiedStore, ThatWasSetBackDoesNotTakeItsOwnBranchForWhatTheServerPlaced) {
  kari.reset();
  copy("kari", "saved");
  kari = open("kari", "kari");
  add_note(*kari, "a");
  sync(*kari);
  std::multiset<std::string> wanted = {"first", "a", "other"};
  SeededRandom random(5029);
  for (int i = 0; i < 6; ++i) {  // several stretches
    Bytes noise(50'000);
    random.fill(noise);
    wanted.insert(to_hex(noise));
    add_note(*ola, to_hex(noise));
  }
  sync(*ola);
  set_back("saved");
  add_note(*kari, "other");
  for (int round = 0; round < 2; ++round) {
    sync(*kari);
    sync(*ola);
  }
  EXPECT_EQ(titles(*kari), wanted);
  EXPECT_EQ(titles(*ola), wanted);
  EXPECT_NE(kari->writer(), chain::writer_of_device(kari->device()));
}

// Simulation seed 100061: only a fork of the first name was left, so this one refused the server's history
// for ever.
TEST_F(CopiedStore, ThatHadTakenANewNameAndWasSetBackLosesNeitherBranch) {
  kari.reset();
  copy("kari", "second");
  auto second = open("second", "kari");
  const WriterId second_name = second->writer();
  add_note(*second, "under the second name");
  sync(*second);
  second.reset();
  copy("second", "saved");
  second = open("second", "kari");
  add_note(*second, "a");
  sync(*second);
  set_back(second, "second", "saved");
  ASSERT_EQ(second->writer(), second_name);
  add_note(*second, "other");
  for (int round = 0; round < 2; ++round) {
    sync(*second);
    sync(*ola);
  }
  const std::multiset<std::string> wanted = {"first", "under the second name", "a", "other"};
  EXPECT_EQ(titles(*second), wanted);
  EXPECT_EQ(titles(*ola), wanted);
  EXPECT_NE(second->writer(), second_name);
}

// Simulation seed 300188: what the other store had written meanwhile was taken for a fork.
TEST_F(CopiedStore, WhoseNewNameTheServerDoesNotTakeYetWaitsAndFindsNoFork) {
  kari.reset();
  copy("kari", "second");
  kari = open("kari", "kari");
  auto second = open("second", "kari");
  add_note(*second, "from the second");
  add_note(*kari, "from the first");
  sync(*kari);
  fleet.server.back_up(folder("backup"));
  fleet.server.restore(folder("backup"));  // it takes no entries before an administrator's device has come
  const auto report = second->sync({});
  ASSERT_TRUE(report.ok()) << report.error().message();
  sync(*fleet.admin);
  for (int round = 0; round < 2; ++round) {
    for (Replica* replica : {second.get(), kari.get()}) sync(*replica);
  }
  const std::multiset<std::string> wanted = {"first", "from the first", "from the second"};
  EXPECT_EQ(titles(*second), wanted);
  EXPECT_EQ(titles(*kari), wanted);
}

TEST_F(CopiedStore, WhatItWroteUnderItsNewNameStandsWhenTheDeviceIsRevoked) {
  kari.reset();
  copy("kari", "second");
  auto second = open("second", "kari");
  add_note(*second, "under the new name");
  sync(*second);
  sync(*fleet.admin);
  sync(*ola);
  const std::multiset<std::string> wanted = {"first", "under the new name"};
  ASSERT_EQ(titles(*fleet.admin), wanted);
  ASSERT_TRUE(fleet.admin->revoke_device(second->device(), {}).ok());
  sync(*fleet.admin);
  sync(*ola);
  EXPECT_EQ(titles(*fleet.admin), wanted);
  EXPECT_EQ(titles(*ola), wanted);
}

// The administrator reads nothing there, so the server is asked how far each of the device's names had come.
TEST_F(CopiedStore, WhatItWroteUnderItsNewNameStandsAlsoWhereWhoRevokesTheDeviceReadsNothing) {
  for (int round = 0; round < 2; ++round) {
    sync(*ola);
    sync(*kari);
  }
  kari.reset();
  copy("kari", "second");
  auto second = open("second", "kari");
  add_note_to(*second, team(*second), "under the new name");
  sync(*second);
  sync(*ola);
  const std::multiset<std::string> wanted = {"under the new name"};
  ASSERT_EQ(titles(*ola, team(*ola)), wanted);
  sync(*fleet.admin);
  ASSERT_TRUE(fleet.admin->revoke_device(second->device(), {}).ok());
  for (int round = 0; round < 2; ++round) sync(*fleet.admin);
  for (int round = 0; round < 2; ++round) sync(*ola);
  EXPECT_EQ(titles(*ola, team(*ola)), wanted);
  EXPECT_TRUE(ola->set_aside()->empty());
}

}  // namespace store_copy_test
}  // namespace samla::replica
