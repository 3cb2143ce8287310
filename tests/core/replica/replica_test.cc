// Whole replicas over a real server: what one writes the other reads, and nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace replica_test {

using test::Fleet;
using view::RecordView;

const UserId kKari{{1}};
const UserId kOla{{2}};

RecordId add_note(Replica& replica, const SpaceId& space, const std::string& title, const std::string& body) {
  Edit edit;
  const RecordId id = replica.new_record_id(space);
  edit.create(id, space, "note", {{"title", {}, title}, {"body", {}, body}});
  EXPECT_TRUE(replica.commit(edit).ok());
  return id;
}

SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }
SpaceId notebook(const Replica& replica) {
  return replica.space_id(test::kPersonalSpace, RecordId::from(replica.user().view()));
}

void assign(Replica& replica, const RecordId& record, const std::string& field, const std::string& value) {
  Edit edit;
  edit.assign(record, field, value);
  EXPECT_TRUE(replica.commit(edit).ok());
}

void edit_text(Replica& replica, const RecordId& record, const std::string& text) {
  Edit edit;
  edit.edit_text(record, "body", text);
  EXPECT_TRUE(replica.commit(edit).ok());
}

SyncReport sync(Replica& replica) {
  auto report = replica.sync({});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
  if (!report.ok()) return {};
  EXPECT_EQ(report->reached, "centre") << ::testing::PrintToString(report->notices);
  return *report;
}

RecordView read(Replica& replica, const RecordId& id) {
  auto record = replica.records().read(id);
  EXPECT_TRUE(record.ok() && *record) << to_hex(id);
  return record.ok() && *record ? **record : RecordView{};
}

class ReplicaTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(fleet.admin, nullptr) << fleet.error.message(); }
  Fleet fleet;
};

TEST_F(ReplicaTest, WhatOneWritesOfflineTheOtherReadsAfterBothSynced) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);  // lets Ola in
  sync(*ola);
  const RecordId id = add_note(*kari, team(*kari), "Tromsø, dag 1", "Vi må tørre å prioritere. 🎉\r\n");
  EXPECT_EQ(sync(*kari).sent, 1u);
  EXPECT_GE(sync(*ola).received, 1u);
  const RecordView note = read(*ola, id);
  EXPECT_EQ(note.text("title"), "Tromsø, dag 1");
  EXPECT_EQ(note.text("body"), "Vi må tørre å prioritere. 🎉\r\n");
  EXPECT_EQ(ola->user_of_device(*ola->device_of_writer(note.author)), kKari);
}

TEST_F(ReplicaTest, PersonalNotesReachOnlyTheUsersApprovedDevices) {
  auto phone = fleet.must_join("phone", kKari);
  auto laptop = fleet.must_join("laptop", kKari);
  auto ola = fleet.must_join("ola", kOla);
  const RecordId id = add_note(*phone, notebook(*phone), "Hemmelig", "blåbær");
  sync(*phone);
  sync(*laptop);
  EXPECT_FALSE(*laptop->records().read(id));
  ASSERT_TRUE(phone->approve_device(laptop->device()).ok());
  sync(*phone);
  sync(*laptop);
  sync(*ola);
  sync(*fleet.admin);
  EXPECT_EQ(read(*laptop, id).text("body"), "blåbær");
  EXPECT_FALSE(*ola->records().read(id));
  EXPECT_FALSE(*fleet.admin->records().read(id));
}

TEST_F(ReplicaTest, ConcurrentEditsOfOneFieldBothSurviveUntilSomeoneResolves) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const RecordId id = add_note(*kari, team(*kari), "Felles", "utgangspunkt");
  sync(*kari);
  sync(*ola);
  assign(*kari, id, "body", "Karis tekst");
  assign(*ola, id, "body", "Olas tekst");
  assign(*ola, id, "title", "Olas tittel");
  sync(*kari);
  EXPECT_EQ(sync(*ola).conflicts, 1u);
  EXPECT_EQ(sync(*kari).conflicts, 1u);
  EXPECT_EQ(read(*kari, id), read(*ola, id));
  EXPECT_EQ(read(*kari, id).text("title"), "Olas tittel");
  // An edit is no decision: whoever goes on with what is shown leaves the other's value standing.
  // Whose is shown hangs on a millisecond; who wrote the other one would replace that by going on, too.
  Replica& shown = read(*ola, id).text("body") == "Olas tekst" ? *ola : *kari;
  Replica& other = &shown == ola.get() ? *kari : *ola;
  assign(shown, id, "body", "En andre tekst");
  EXPECT_TRUE(read(shown, id).contested());
  sync(shown);
  sync(other);
  EXPECT_TRUE(read(other, id).contested());
  Edit edit;
  edit.resolve(id, "body", std::string("begge"));
  ASSERT_TRUE(kari->commit(edit).ok());
  sync(*kari);
  EXPECT_EQ(sync(*ola).conflicts, 0u);
  EXPECT_EQ(read(*ola, id).text("body"), "begge");
}

TEST_F(ReplicaTest, AnEditSurvivesTheStoresClosingAndGoesOutLater) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  fleet.server.stop();
  const RecordId id = add_note(*kari, team(*kari), "Uten dekning", "skrevet på fjellet");
  const auto offline = kari->sync({});
  ASSERT_TRUE(offline.ok());
  EXPECT_EQ(offline->reached, "none");
  kari.reset();
  fleet.server.start();
  auto again = Replica::open(fleet.options("kari"));
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(read(**again, id).text("body"), "skrevet på fjellet");
  EXPECT_EQ(sync(**again).sent, 1u);
  EXPECT_EQ((*again)->levels().device, 0u);
  sync(*ola);
  EXPECT_EQ(read(*ola, id).text("title"), "Uten dekning");
}

TEST_F(ReplicaTest, AnInviteWorksOnceAndAFailedJoinLeavesNoProfile) {
  const auto link = fleet.invite(kKari);
  ASSERT_TRUE(link.ok());
  ASSERT_TRUE(fleet.join("kari", *link).ok());
  const auto again = fleet.join("thief", *link);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::invite_used);
  EXPECT_FALSE(std::filesystem::exists(fleet.folder() / "thief"));
  EXPECT_FALSE(std::filesystem::exists(fleet.folder() / "thief.new"));
  const auto late = fleet.invite(kOla, 1);
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(fleet.join("late", *late).error().code, ErrorCode::invite_expired);
  std::string mangled = *link;
  mangled[20] = mangled[20] == 'a' ? 'b' : 'a';
  EXPECT_EQ(fleet.join("mangled", mangled).error().code, ErrorCode::invite_mangled);
}

TEST_F(ReplicaTest, AnErasedRecordGoesUnlessSomeoneEditedItUnseen) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const RecordId gone = add_note(*kari, team(*kari), "Bort", "a");
  const RecordId kept = add_note(*kari, team(*kari), "Behold", "b");
  sync(*kari);
  sync(*ola);
  Edit edit;
  edit.erase(gone);
  edit.erase(kept);
  ASSERT_TRUE(kari->commit(edit).ok());
  assign(*ola, kept, "body", "endret uten å vite");
  sync(*kari);
  sync(*ola);
  sync(*kari);
  EXPECT_TRUE(read(*ola, gone).erased);
  EXPECT_FALSE(read(*kari, kept).erased);
  EXPECT_TRUE(read(*kari, kept).life_contested);
  EXPECT_EQ(read(*kari, kept).text("body"), "endret uten å vite");
}

TEST_F(ReplicaTest, AThousandNotesOfEveryKindArriveByteForByte) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  std::map<RecordId, std::string> written;
  for (int i = 0; i < 1000; ++i) {
    std::string body = "notat " + std::to_string(i) + " æøå 🎉\n\r\n\t";
    if (i % 100 == 0) body.clear();
    if (i % 250 == 1) body = std::string(64 * 1024, 'x') + "slutt";
    written[add_note(*kari, team(*kari), "nr " + std::to_string(i), body)] = body;
  }
  sync(*kari);
  sync(*ola);
  for (const auto& [id, body] : written) ASSERT_EQ(read(*ola, id).text("body"), body);
}

TEST_F(ReplicaTest, TwoWhoTypeAParagraphEachAtOnePlaceBothKeepItWhole) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const RecordId id = add_note(*kari, team(*kari), "Felles", "Innledning.\n");
  sync(*kari);
  sync(*ola);
  const std::string karis = "Kari skrev dette avsnittet på toget.\n";
  const std::string olas = "Ola skrev et annet, på et annet tog.\n";
  edit_text(*kari, id, "Innledning.\n" + karis);
  edit_text(*ola, id, "Innledning.\n" + olas);
  sync(*kari);
  sync(*ola);
  sync(*kari);
  EXPECT_EQ(read(*kari, id), read(*ola, id));
  const std::string merged = read(*kari, id).text("body");
  EXPECT_TRUE(merged == "Innledning.\n" + karis + olas || merged == "Innledning.\n" + olas + karis) << merged;
  EXPECT_TRUE(read(*kari, id).contested());  // the same place: a person should look
  Edit edit;
  edit.settle_text(id, "body", merged);
  ASSERT_TRUE(ola->commit(edit).ok());
  sync(*ola);
  EXPECT_EQ(sync(*kari).conflicts, 0u);
  EXPECT_EQ(read(*kari, id).text("body"), merged);
}

TEST_F(ReplicaTest, EditsInDifferentPlacesOfATextMergeWithoutAConflict) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const RecordId id = add_note(*kari, team(*kari), "Felles", "Først dette. Så noe i midten. Til slutt det.");
  sync(*kari);
  sync(*ola);
  edit_text(*kari, id, "Aller først dette. Så noe i midten. Til slutt det.");
  edit_text(*ola, id, "Først dette. Så noe i midten. Til slutt det siste.");
  sync(*kari);
  EXPECT_EQ(sync(*ola).conflicts, 0u);
  sync(*kari);
  EXPECT_EQ(read(*kari, id).text("body"), "Aller først dette. Så noe i midten. Til slutt det siste.");
  EXPECT_EQ(read(*kari, id), read(*ola, id));
  const auto found = kari->records().search({.words = "siste"});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->size(), 1u);
}

TEST_F(ReplicaTest, ATextEditThatAnEraseHadNotSeenKeepsTheRecord) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const RecordId id = add_note(*kari, team(*kari), "Felles", "tekst");
  sync(*kari);
  sync(*ola);
  Edit edit;
  edit.erase(id);
  ASSERT_TRUE(kari->commit(edit).ok());
  edit_text(*ola, id, "tekst, endret uten å vite");
  sync(*kari);
  sync(*ola);
  sync(*kari);
  EXPECT_FALSE(read(*kari, id).erased);
  EXPECT_TRUE(read(*kari, id).life_contested);
  EXPECT_EQ(read(*kari, id).text("body"), "tekst, endret uten å vite");
}

TEST_F(ReplicaTest, HistoryShowsEveryWriteWithItsAuthorAndWhereItIs) {
  auto kari = fleet.must_join("kari", kKari);
  const RecordId id = add_note(*kari, notebook(*kari), "én", "tekst");
  assign(*kari, id, "title", "to");
  sync(*kari);
  assign(*kari, id, "title", "tre");
  const auto history = kari->history(id);
  ASSERT_TRUE(history.ok());
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ((*history)[0].type, change::WriteType::kInit);
  EXPECT_EQ((*history)[1].reached, WriteInfo::Reached::kCentre);
  EXPECT_EQ((*history)[2].reached, WriteInfo::Reached::kOutbox);
  EXPECT_EQ((*history)[1].content->fields[0].value, view::Value(std::string("to")));
  EXPECT_FALSE((*history)[1].head());
  EXPECT_TRUE((*history)[2].head());
}

TEST_F(ReplicaTest, WrongPassphraseAndAMissingStoreAreToldApart) {
  OpenOptions options = fleet.options("admin");
  fleet.admin.reset();
  options.passphrase = "feil";
  EXPECT_EQ(Replica::open(options).error().code, ErrorCode::wrong_passphrase);
  EXPECT_EQ(Replica::open(fleet.options("nobody")).error().code, ErrorCode::store_missing);
}

TEST_F(ReplicaTest, AStoreThatIsOpenIsBusyForTheNext) {
  EXPECT_EQ(Replica::open(fleet.options("admin")).error().code, ErrorCode::store_busy);
}

}  // namespace replica_test
}  // namespace samla::replica
