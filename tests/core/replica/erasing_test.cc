// Erasing over a real server: what is left where, and what goes on as before.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "sync-server/maintenance.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace erasing_test {

using test::Fleet;

const UserId kKari{{1}};
const UserId kOla{{2}};

SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }
SpaceId notebook(const Replica& replica, const UserId& user) {
  return replica.space_id(test::kPersonalSpace, RecordId::from(user.view()));
}

RecordId add_note(Replica& replica, const SpaceId& space, const std::string& body) {
  Edit edit;
  const RecordId id = replica.new_record_id(space);
  edit.create(id, space, "note", {{"title", {}, "t"}, {"body", {}, body}});
  EXPECT_TRUE(replica.commit(edit).ok());
  return id;
}

void assign(Replica& replica, const RecordId& record, const std::string& field, const std::string& value) {
  Edit edit;
  edit.assign(record, field, value);
  EXPECT_TRUE(replica.commit(edit).ok());
}

SyncReport sync(Replica& replica) {
  auto report = replica.sync({});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
  if (!report.ok()) return {};
  EXPECT_EQ(report->reached, "centre") << ::testing::PrintToString(report->notices);
  return *report;
}

std::string text_of(Replica& replica, const RecordId& id, const std::string& field = "body") {
  const auto record = replica.records().read(id);
  return record.ok() && *record ? (*record)->text(field) : std::string();
}

bool contains(const std::filesystem::path& file, ByteView bytes) {
  std::ifstream in(file, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(in)), {});
  return all.find(std::string(bytes.begin(), bytes.end())) != std::string::npos;
}

class ErasingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    kari = fleet.must_join("kari", kKari);
    ola = fleet.must_join("ola", kOla);
    sync(*kari);
    sync(*ola);
  }

  /// The first changeset that the server has of Kari's in the team's space.
  change::Changeset at_server() {
    fleet.server.stop();
    change::Changeset out;
    {
      const auto storage = server::open_sqlite_storage(server::storage_file(fleet.server.folder()), {false});
      EXPECT_TRUE(storage.ok());
      const auto at = (*storage)->changeset_of(team(*kari), kari->writer(), 1);
      EXPECT_TRUE(at.ok() && *at);
      const auto found = (*storage)->changesets_after(team(*kari), (*at)->seq - 1, 1);
      EXPECT_TRUE(found.ok());
      out = *change::Changeset::decode(found->front().bytes);
    }
    fleet.server.start();
    return out;
  }
  void put_back(const change::Changeset& changeset) {
    fleet.server.stop();
    {
      const auto storage = server::open_sqlite_storage(server::storage_file(fleet.server.folder()), {false});
      const auto at = (*storage)->changeset_of(team(*kari), kari->writer(), 1);
      const auto transaction = (*storage)->begin();
      ASSERT_TRUE((*transaction)->put_erased(team(*kari), (*at)->seq, changeset.encode()).ok());
      ASSERT_TRUE((*transaction)->commit().ok());
    }
    fleet.server.start();
  }
  ErasureScope karis_team() const {
    ErasureScope scope;
    scope.user = kKari;
    scope.spaces = {team(*kari), notebook(*kari, kKari)};
    return scope;
  }

  Fleet fleet;
  std::unique_ptr<Replica> kari;
  std::unique_ptr<Replica> ola;
};

TEST_F(ErasingTest, WhatAPersonWroteIsGoneEverywhereAndEverythingStillVerifies) {
  const RecordId note = add_note(*kari, team(*kari), "blåbærhemmelighet");
  const RecordId diary = add_note(*kari, notebook(*kari, kKari), "dagbokhemmelighet");
  sync(*kari);
  sync(*ola);
  assign(*ola, note, "title", "Olas tittel");
  const RecordId olas = add_note(*ola, team(*ola), "Olas eget");
  sync(*ola);
  sync(*kari);
  const change::Changeset before = at_server();
  ASSERT_TRUE(before.complete());
  const Bytes sealed = std::get<change::FullLeaf>(before.leaves[0]).ciphertext;
  const auto file = server::storage_file(fleet.server.folder());
  EXPECT_TRUE(contains(file, sealed) || contains(file.string() + "-wal", sealed));

  // The administrator is in neither space: the server says where the writes are.
  EXPECT_EQ(kari->erase_writes(karis_team(), false, {}).error().code, ErrorCode::not_permitted);
  const auto counted = fleet.admin->erase_writes(karis_team(), true, {});
  ASSERT_TRUE(counted.ok()) << counted.error().message();
  EXPECT_EQ(counted->writes, 2u);
  const auto erased = fleet.admin->erase_writes(karis_team(), false, {});
  ASSERT_TRUE(erased.ok()) << erased.error().message();
  EXPECT_EQ(erased->writes, 2u);
  EXPECT_EQ(fleet.admin->erase_writes(karis_team(), false, {}).error().code, ErrorCode::not_found);

  EXPECT_EQ(text_of(*ola, note), "blåbærhemmelighet");  // out of reach until it syncs
  sync(*ola);
  sync(*kari);
  for (Replica* each : {ola.get(), kari.get()}) {
    EXPECT_EQ(text_of(*each, note), "");
    EXPECT_EQ(text_of(*each, note, "title"), "Olas tittel");
    EXPECT_EQ(text_of(*each, olas), "Olas eget");
    EXPECT_TRUE(each->records().search({.words = "blåbærhemmelighet"})->empty());
    EXPECT_TRUE(each->records().unreadable(team(*each))->empty());
  }
  EXPECT_EQ(text_of(*kari, diary), "");
  const change::Changeset after = at_server();
  EXPECT_EQ(change::changeset_hash(after.header), change::changeset_hash(before.header));
  EXPECT_TRUE(std::holds_alternative<change::BareLeaf>(after.leaves[0]));
  fleet.server.stop();
  EXPECT_FALSE(contains(file, sealed));
  EXPECT_FALSE(contains(file.string() + "-wal", sealed));
  const auto verified = server::verify_storage(file);
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->findings.empty()) << ::testing::PrintToString(verified->findings);
  fleet.server.start();

  // Work goes on over the gap, and a newcomer takes the history in as it is.
  assign(*ola, note, "body", "nytt");
  sync(*ola);
  auto late = fleet.must_join("late", UserId{{3}});
  sync(*ola);
  sync(*late);
  sync(*kari);
  EXPECT_EQ(text_of(*late, note), "nytt");
  EXPECT_EQ(text_of(*kari, note), "nytt");
}

TEST_F(ErasingTest, RecordsThatAreNamedLoseWhatEverybodyWroteInThem) {
  const SpaceId all = kari->space_id(test::kAllSpace, {});
  const RecordId about = add_note(*kari, all, "om en person");
  const RecordId other = add_note(*kari, all, "om noe annet");
  sync(*kari);
  sync(*ola);
  assign(*ola, about, "body", "mer om personen");
  sync(*ola);
  sync(*fleet.admin);
  ErasureScope scope;
  scope.records = {about};
  const auto erased = fleet.admin->erase_writes(scope, false, {});
  ASSERT_TRUE(erased.ok()) << erased.error().message();
  EXPECT_EQ(erased->writes, 2u);
  EXPECT_EQ(text_of(*fleet.admin, about), "");
  sync(*kari);
  EXPECT_EQ(text_of(*kari, about), "");
  EXPECT_EQ(text_of(*kari, other), "om noe annet");
}

TEST_F(ErasingTest, AHoldKeepsWhatIsErasedUntilItIsReleased) {
  const RecordId note = add_note(*kari, team(*kari), "arkivverdig");
  sync(*kari);
  sync(*ola);
  EXPECT_EQ(kari->place_hold({}, {}).error().code, ErrorCode::not_permitted);
  const auto hold = fleet.admin->place_hold({team(*kari)}, {});
  ASSERT_TRUE(hold.ok()) << hold.error().message();
  const auto erased = fleet.admin->erase_writes(karis_team(), false, {});
  ASSERT_TRUE(erased.ok()) << erased.error().message();
  EXPECT_EQ(erased->held, 1u);
  sync(*ola);
  EXPECT_EQ(text_of(*ola, note), "arkivverdig");
  EXPECT_TRUE(at_server().complete());
  ASSERT_TRUE(fleet.admin->release_hold(*hold, {}).ok());
  EXPECT_EQ(fleet.admin->release_hold(*hold, {}).error().code, ErrorCode::not_found);
  sync(*ola);
  EXPECT_EQ(text_of(*ola, note), "");
  EXPECT_FALSE(at_server().complete());
}

TEST_F(ErasingTest, AServerThatIsRestoredErasesAgainBeforeItServes) {
  add_note(*kari, team(*kari), "fra sikkerhetskopien");
  sync(*kari);
  const change::Changeset before = at_server();
  ASSERT_TRUE(fleet.admin->erase_writes(karis_team(), false, {}).ok());
  EXPECT_FALSE(at_server().complete());
  put_back(before);
  EXPECT_FALSE(at_server().complete());
}

TEST_F(ErasingTest, AServerThatLeavesOutWhatNobodyErasedIsNotBelieved) {
  const RecordId note = add_note(*kari, team(*kari), "holdt tilbake");
  sync(*kari);
  change::Changeset cut = at_server();
  cut.drop_ciphertext(0);
  put_back(cut);
  const auto report = ola->sync({});
  EXPECT_TRUE(!report.ok() || report->reached != "centre");
  EXPECT_EQ(text_of(*ola, note), "");
}

TEST_F(ErasingTest, WhatIsHeldOfAPersonIsCountedAlsoWhereTheAdministratorIsNot) {
  add_note(*kari, team(*kari), "en");
  add_note(*kari, notebook(*kari, kKari), "to");
  sync(*kari);
  const auto written = fleet.admin->written_by(kKari, {});
  ASSERT_TRUE(written.ok()) << written.error().message();
  std::size_t writes = 0;
  for (const WrittenInfo& info : *written) writes += info.writes;
  EXPECT_EQ(writes, 2u);
  EXPECT_EQ(ola->written_by(kKari, {}).error().code, ErrorCode::not_permitted);
  EXPECT_TRUE(kari->written_by(kKari, {}).ok());
}

}  // namespace erasing_test
}  // namespace samla::replica
