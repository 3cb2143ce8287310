// A server that was emptied, restored from an old backup, or set back behind everyone's back gets back all
// that the devices hold that come by; and nothing is lost on them meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/sample_fleet.h"
#include "tests/support/server_ledger.h"

namespace samla::replica {
namespace recovery_test {

using test::Fleet;
using test::ledger_of;
using test::ServerLedger;

const UserId kKari{{1}};
const UserId kOla{{2}};
const UserId kPer{{3}};

SpaceId everyone(const Replica& replica) { return replica.space_id(test::kAllSpace, {}); }

RecordId add_note(Replica& replica, const std::string& title) {
  Edit edit;
  const RecordId id = replica.new_record_id(everyone(replica));
  edit.create(id, everyone(replica), "note", {{"title", {}, title}});
  EXPECT_TRUE(replica.commit(edit).ok());
  return id;
}

SyncReport sync(Replica& replica) {
  auto report = replica.sync({});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
  if (!report.ok()) return {};
  EXPECT_EQ(report->reached, "centre") << ::testing::PrintToString(report->notices);
  return *report;
}

std::size_t notes_of(Replica& replica) {
  view::Query query;
  query.space = everyone(replica);
  const auto records = replica.records().list(query);
  EXPECT_TRUE(records.ok());
  return records.ok() ? records->size() : 0;
}

class Recovering : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    kari = fleet.must_join("kari", kKari);
    ola = fleet.must_join("ola", kOla);
    all_write("first");
  }
  void all_write(const std::string& title) {
    for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) {
      for (int i = 0; i < 3; ++i) add_note(*replica, title);
    }
    for (int round = 0; round < 2; ++round) {
      for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) sync(*replica);
    }
  }
  ServerLedger ledger() const { return ledger_of(fleet.server.folder()); }
  std::filesystem::path backup() const { return fleet.folder() / "backup"; }

  Fleet fleet;
  std::unique_ptr<Replica> kari;
  std::unique_ptr<Replica> ola;
};

TEST_F(Recovering, OneMemberBringsBackWhatAllHadWrittenToAnEmptiedServerByteForByte) {
  const ServerLedger before = ledger();
  fleet.server.empty();
  const SyncReport report = sync(*kari);
  ASSERT_TRUE(report.recovery.has_value());
  EXPECT_EQ(report.recovery->waiting, 0u);
  EXPECT_TRUE(report.recovery->missing.empty());
  const ServerLedger after = ledger();
  EXPECT_EQ(after.chains.at({}), before.chains.at({}));
  EXPECT_EQ(after.chains.at(everyone(*kari)), before.chains.at(everyone(*kari)));
  for (const auto& [place, bytes] : before.changesets) {
    if (std::get<0>(place) != everyone(*kari)) continue;
    ASSERT_TRUE(after.changesets.contains(place));
    EXPECT_EQ(after.changesets.at(place), bytes);
  }
  // The others bring their own notebooks, and find nothing changed.
  for (Replica* replica : {ola.get(), fleet.admin.get(), kari.get()}) sync(*replica);
  EXPECT_EQ(ledger().lacks(before), 0u);
  for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) EXPECT_EQ(notes_of(*replica), 9u);
  // And goes on as before.
  add_note(*ola, "after");
  sync(*ola);
  sync(*kari);
  EXPECT_EQ(notes_of(*kari), 10u);
  EXPECT_FALSE(sync(*kari).recovery.has_value());
}

TEST_F(Recovering, ADeviceThatJoinedAfterTheBackupBringsTheEntriesThatTheServerLacks) {
  fleet.server.back_up(backup());
  auto per = fleet.must_join("per", kPer);
  all_write("second");
  add_note(*per, "Pers");
  sync(*per);
  sync(*kari);
  const ServerLedger before = ledger();
  fleet.server.restore(backup());
  // The server does not know Per's device; Per's device is the first to come.
  const SyncReport report = sync(*per);
  ASSERT_TRUE(report.recovery.has_value());
  EXPECT_EQ(report.recovery->recovered, 4u);
  EXPECT_EQ(ledger().chains.at({}), before.chains.at({}));
  for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) sync(*replica);
  EXPECT_EQ(ledger().lacks(before), 0u);
  EXPECT_EQ(notes_of(*ola), 19u);
  EXPECT_EQ(notes_of(*per), 19u);
}

TEST_F(Recovering, ASpaceInWhichSomebodyWasRevokedComesBackWhoeverIsTheFirstToCome) {
  ASSERT_TRUE(fleet.admin->revoke_device(ola->device(), {}).ok());
  for (int round = 0; round < 2; ++round) {
    for (Replica* replica : {fleet.admin.get(), kari.get()}) sync(*replica);
  }
  add_note(*kari, "after");
  sync(*kari);
  const SpaceId space = everyone(*kari);
  const ServerLedger before = ledger();
  fleet.server.empty();
  // The administrator's device says how far the identity chain had come; the space's is judged after that.
  sync(*fleet.admin);
  sync(*kari);
  const ServerLedger after = ledger();
  EXPECT_EQ(after.chains.at({}), before.chains.at({}));
  ASSERT_TRUE(after.chains.contains(space));
  EXPECT_EQ(after.chains.at(space), before.chains.at(space));
  for (const auto& [place, bytes] : before.changesets) {
    EXPECT_TRUE(std::get<0>(place) != space || after.changesets.contains(place));
  }
}

TEST_F(Recovering, AServerSetBackInSilenceIsShownItsOwnReceiptsAndBeginsANewLife) {
  fleet.server.back_up(backup());
  all_write("second");
  const ServerLedger before = ledger();
  fleet.server.roll_back(backup());
  const SyncReport report = sync(*ola);
  ASSERT_TRUE(report.recovery.has_value());
  EXPECT_EQ(report.recovery->recovered, 3u);
  for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get()}) sync(*replica);
  EXPECT_EQ(ledger().lacks(before), 0u);
  EXPECT_EQ(notes_of(*kari), 18u);
}

TEST_F(Recovering, WhatGrewAtARolledBackServerMeanwhileStandsBesideWhatIsBroughtBack) {
  fleet.server.back_up(backup());
  all_write("second");
  const ServerLedger before = ledger();
  fleet.server.roll_back(backup());
  // Someone whose cursor is at the backup's place writes there first, so numbers are used again.
  auto per = fleet.must_join("per", kPer);
  for (int i = 0; i < 12; ++i) {
    add_note(*per, "Pers");
    sync(*per);
  }
  for (int round = 0; round < 2; ++round) {
    for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get(), per.get()}) sync(*replica);
  }
  EXPECT_EQ(ledger().lacks(before), 0u);
  for (Replica* replica : {fleet.admin.get(), kari.get(), ola.get(), per.get()}) {
    EXPECT_EQ(notes_of(*replica), 30u);
  }
}

TEST_F(Recovering, ANewLifeTakesNoNewEntriesUntilAnAdministratorsDeviceHasSynced) {
  fleet.server.back_up(backup());
  fleet.server.restore(backup());
  const std::uint64_t tomorrow = kari->now_ms() + 86'400'000;
  EXPECT_EQ(kari->create_pairing(tomorrow, {}).error().code, ErrorCode::retry_later);
  sync(*fleet.admin);
  EXPECT_TRUE(kari->create_pairing(tomorrow, {}).ok());
}

TEST_F(Recovering, WhatNobodyHereHoldsIsCountedAsKnownMissing) {
  fleet.server.back_up(backup());
  // Ola's newest change reaches Kari only by name: her device does not come back.
  const RecordId id = add_note(*ola, "Olas");
  sync(*ola);
  sync(*kari);
  Edit edit;
  edit.assign(id, "title", "Karis");
  ASSERT_TRUE(kari->commit(edit).ok());
  sync(*kari);
  sync(*fleet.admin);
  const ServerLedger before = ledger();
  fleet.server.restore(backup());
  const SyncReport report = sync(*fleet.admin);
  ASSERT_TRUE(report.recovery.has_value());
  EXPECT_EQ(report.recovery->recovered, 2u);
  EXPECT_EQ(ledger().lacks(before), 0u);
  ASSERT_TRUE(fleet.admin->last_recovery().has_value());
  EXPECT_EQ(fleet.admin->last_recovery()->recovered, 2u);
}

TEST_F(Recovering, ABackupIsAnnouncedAndNothingIsDroppedBeforeIt) {
  EXPECT_FALSE(kari->newest_backup().has_value());
  fleet.server.back_up(backup());
  sync(*kari);
  ASSERT_TRUE(kari->newest_backup().has_value());
  EXPECT_EQ(kari->newest_backup()->behind, 0u);
  add_note(*kari, "later");
  sync(*kari);
  sync(*kari);
  EXPECT_EQ(kari->newest_backup()->behind, 1u);
}

}  // namespace recovery_test
}  // namespace samla::replica
