// A profile that is copied to a second machine, or set back to an old state: what both write reaches
// everybody, nothing is lost, and nobody's chain is torn.
#include <gtest/gtest.h>

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
  /// Kari's store is set back to what `saved` holds, file by file, in its place.
  void set_back(const std::string& saved) {
    kari.reset();
    for (const auto& file : std::filesystem::directory_iterator(folder(saved))) {
      if (!file.is_regular_file() || file.path().filename() == "instance") continue;
      std::filesystem::copy_file(file.path(), folder("kari") / file.path().filename(),
                                 std::filesystem::copy_options::overwrite_existing);
    }
    kari = open("kari", "kari");
  }

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
