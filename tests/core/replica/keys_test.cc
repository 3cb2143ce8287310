// Keys over a real server: rotation, revocation, pairing, recovery.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "sync-server/key_change.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace keys_test {

using test::Fleet;

const UserId kKari{{1}};
const UserId kOla{{2}};
constexpr std::uint64_t kFarMs = ~std::uint64_t{0} >> 16;

SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }
SpaceId notebook(const Replica& replica) {
  return replica.space_id(test::kPersonalSpace, RecordId::from(replica.user().view()));
}

RecordId add_note(Replica& replica, const SpaceId& space, const std::string& body) {
  Edit edit;
  const RecordId id = replica.new_record_id(space);
  edit.create(id, space, "note", {{"title", {}, "t"}, {"body", {}, body}});
  const auto done = replica.commit(edit);
  EXPECT_TRUE(done.ok()) << done.error().message();
  return id;
}

void assign(Replica& replica, const RecordId& record, const std::string& body) {
  Edit edit;
  edit.assign(record, "body", body);
  EXPECT_TRUE(replica.commit(edit).ok());
}

SyncReport sync(Replica& replica) {
  auto report = replica.sync({});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
  if (!report.ok()) return {};
  EXPECT_EQ(report->reached, "centre") << ::testing::PrintToString(report->notices);
  return *report;
}

/// Empty: it is not here, or does not open.
std::string body_of(Replica& replica, const RecordId& id) {
  const auto record = replica.records().read(id);
  return record.ok() && *record ? (*record)->text("body") : std::string();
}

class KeysTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(fleet.admin, nullptr) << fleet.error.message(); }

  std::unique_ptr<Replica> pair(Replica& first, const std::string& name) {
    const auto code = first.create_pairing(kFarMs, {});
    EXPECT_TRUE(code.ok()) << (code.ok() ? "" : code.error().message());
    auto joined = fleet.join(name, *code);
    EXPECT_TRUE(joined.ok()) << (joined.ok() ? "" : joined.error().message());
    return joined.ok() ? std::move(*joined) : nullptr;
  }

  Fleet fleet;
};

TEST_F(KeysTest, ARevokedPhoneReadsNothingThatWasFrozenByADeviceThatKnewOfIt) {
  auto laptop = fleet.must_join("laptop", kKari);
  auto ola = fleet.must_join("ola", kOla);
  auto phone = pair(*laptop, "phone");
  sync(*laptop);
  sync(*ola);
  const RecordId before = add_note(*laptop, team(*laptop), "før");
  const RecordId mine = add_note(*phone, team(*phone), "fra telefonen");
  sync(*laptop);
  sync(*phone);
  sync(*laptop);
  EXPECT_EQ(body_of(*phone, before), "før");
  ASSERT_TRUE(laptop->revoke_device(phone->device(), {}).ok());
  sync(*laptop);
  sync(*ola);
  const RecordId secret = add_note(*ola, team(*ola), "etter");
  const RecordId diary = add_note(*laptop, notebook(*laptop), "dagbok");
  sync(*ola);
  sync(*laptop);
  const auto refused = phone->sync({});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::device_revoked);
  const RecordId local = add_note(*phone, notebook(*phone), "lokalt");
  EXPECT_EQ(body_of(*phone, local), "lokalt");  // local work goes on
  EXPECT_EQ(body_of(*phone, secret), "");
  EXPECT_EQ(body_of(*phone, diary), "");
  EXPECT_EQ(body_of(*laptop, secret), "etter");
  EXPECT_EQ(body_of(*ola, mine), "fra telefonen");  // what was known when it was revoked stands
}

TEST_F(KeysTest, AMemberThatWasAwayForTwoRotationsReadsEverything) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  std::vector<RecordId> notes;
  for (int i = 0; i < 3; ++i) {
    notes.push_back(add_note(*kari, team(*kari), "runde " + std::to_string(i)));
    sync(*kari);
    const auto rotated = kari->rotate_keys(team(*kari), {});
    ASSERT_TRUE(rotated.ok()) << rotated.error().message();
    EXPECT_EQ(*rotated, 1u);
  }
  sync(*ola);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(body_of(*ola, notes[i]), "runde " + std::to_string(i));
  const RecordId back = add_note(*ola, team(*ola), "tilbake");
  sync(*ola);
  sync(*kari);
  EXPECT_EQ(body_of(*kari, back), "tilbake");
}

TEST_F(KeysTest, APairedDeviceReadsAllSpacesThoughTheFirstIsOff) {
  auto laptop = fleet.must_join("laptop", kKari);
  const RecordId note = add_note(*laptop, notebook(*laptop), "blåbær");
  const RecordId shared = add_note(*laptop, team(*laptop), "felles");
  sync(*laptop);
  const auto code = laptop->create_pairing(kFarMs, {});
  ASSERT_TRUE(code.ok()) << code.error().message();
  laptop.reset();
  auto phone = fleet.join("phone", *code);
  ASSERT_TRUE(phone.ok()) << phone.error().message();
  EXPECT_EQ((*phone)->user(), kKari);
  EXPECT_EQ(body_of(**phone, note), "blåbær");
  EXPECT_EQ(body_of(**phone, shared), "felles");
  EXPECT_EQ(fleet.join("thief", *code).error().code, ErrorCode::invite_used);
  EXPECT_FALSE(std::filesystem::exists(fleet.folder() / "thief.new"));
}

TEST_F(KeysTest, AnExpiredPairingCodeIsRefused) {
  auto laptop = fleet.must_join("laptop", kKari);
  const auto code = laptop->create_pairing(1, {});
  ASSERT_TRUE(code.ok()) << code.error().message();
  EXPECT_EQ(fleet.join("phone", *code).error().code, ErrorCode::invite_expired);
}

TEST_F(KeysTest, WordsBringBackEverySpaceAfterAllDevicesAreLost) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  const RecordId note = add_note(*kari, notebook(*kari), "dagbok");
  sync(*kari);
  const auto words = kari->make_recovery_words({}, {});
  ASSERT_TRUE(words.ok()) << words.error().message();
  sync(*ola);
  ASSERT_TRUE(ola->rotate_keys(team(*ola), {}).ok());  // words are recipients of later keys too
  const RecordId shared = add_note(*ola, team(*ola), "felles");
  sync(*ola);
  const DeviceId lost = kari->device();
  kari.reset();
  auto back = Replica::recover(fleet.options("new"), words->server_url, words->words, {});
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ((*back)->user(), kKari);
  EXPECT_EQ(body_of(**back, note), "dagbok");
  EXPECT_EQ(body_of(**back, shared), "felles");
  ASSERT_TRUE((*back)->revoke_device(lost, {}).ok());
  sync(**back);
  const RecordId later = add_note(*ola, team(*ola), "etterpå");
  sync(*ola);
  sync(**back);
  EXPECT_EQ(body_of(**back, later), "etterpå");
  const RecordId diary = add_note(**back, notebook(**back), "igjen");
  sync(**back);
  auto third = Replica::recover(fleet.options("third"), words->server_url, words->words, {});
  ASSERT_TRUE(third.ok()) << third.error().message();
  EXPECT_EQ(body_of(**third, diary), "igjen");
}

TEST_F(KeysTest, ReplacedWordsRecoverNothingAndTheNewOnesDo) {
  auto kari = fleet.must_join("kari", kKari);
  const RecordId note = add_note(*kari, notebook(*kari), "dagbok");
  const auto first = kari->make_recovery_words({}, {});
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_EQ(kari->make_recovery_words({}, {}).error().code, ErrorCode::already_exists);
  EXPECT_EQ(kari->make_recovery_words({true, ""}, {}).error().code, ErrorCode::not_permitted);
  const auto second = kari->make_recovery_words({true, first->words}, {});
  ASSERT_TRUE(second.ok()) << second.error().message();
  const auto refused = Replica::recover(fleet.options("old"), first->server_url, first->words, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  auto back = Replica::recover(fleet.options("new"), second->server_url, second->words, {});
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(body_of(**back, note), "dagbok");
}

TEST_F(KeysTest, WhoIsPutOutOfASpaceReadsNothingWrittenThereAfterwards) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const SpaceId all = kari->space_id(test::kAllSpace, {});
  EXPECT_EQ(kari->set_member(all, kOla, SpaceRight::kNone).error().code, ErrorCode::not_permitted);
  ASSERT_TRUE(fleet.admin->set_member(all, kOla, SpaceRight::kNone).ok());
  sync(*fleet.admin);
  sync(*kari);
  const RecordId note = add_note(*kari, all, "uten Ola");
  sync(*kari);
  sync(*ola);
  sync(*fleet.admin);
  EXPECT_EQ(body_of(*fleet.admin, note), "uten Ola");
  EXPECT_EQ(body_of(*ola, note), "");
}

TEST_F(KeysTest, WhatARevokedPhoneWroteUnseenIsSetAsideEverywhereTheServerIncluded) {
  auto laptop = fleet.must_join("laptop", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*laptop);
  auto phone = pair(*laptop, "phone");
  const RecordId note = add_note(*laptop, team(*laptop), "utgangspunkt");
  sync(*laptop);
  sync(*ola);
  sync(*phone);
  assign(*ola, note, "Olas");
  assign(*phone, note, "tyvens");
  sync(*ola);
  sync(*phone);
  EXPECT_EQ(sync(*ola).conflicts, 1u);
  ASSERT_TRUE(laptop->revoke_device(phone->device(), {}).ok());  // without having seen what it wrote
  EXPECT_EQ(sync(*laptop).conflicts, 0u);
  EXPECT_EQ(sync(*ola).conflicts, 0u);
  EXPECT_EQ(body_of(*laptop, note), "Olas");
  EXPECT_EQ(body_of(*ola, note), "Olas");
  fleet.server.stop();
  const auto storage = server::open_sqlite_storage(server::storage_file(fleet.server.folder()), {false});
  ASSERT_TRUE(storage.ok()) << storage.error().message();
  const auto contested = (*storage)->contested(team(*ola), 10);
  ASSERT_TRUE(contested.ok());
  EXPECT_TRUE(contested->empty());
}

TEST_F(KeysTest, AnAdministratorsRevocationSetsNothingAsideInSpacesThatTheAdministratorIsNotIn) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  const RecordId note = add_note(*kari, team(*kari), "skrevet i tide");
  const RecordId diary = add_note(*kari, notebook(*kari), "dagbok");
  sync(*kari);
  ASSERT_TRUE(fleet.admin->revoke_device(kari->device(), {}).ok());
  sync(*fleet.admin);
  sync(*ola);
  EXPECT_EQ(body_of(*ola, note), "skrevet i tide");
  EXPECT_TRUE(ola->set_aside()->empty());
  EXPECT_EQ(body_of(*kari, diary), "dagbok");
}

TEST_F(KeysTest, WhatWasSetAsideStandsOnceItHasBeenReviewed) {
  auto laptop = fleet.must_join("laptop", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*laptop);
  auto phone = pair(*laptop, "phone");
  sync(*laptop);
  const RecordId note = add_note(*phone, team(*phone), "skrevet før tapet");
  sync(*phone);
  ASSERT_TRUE(laptop->revoke_device(phone->device(), {}).ok());  // without having seen it
  sync(*laptop);
  sync(*ola);
  EXPECT_EQ(body_of(*ola, note), "");
  const auto aside = laptop->set_aside();
  ASSERT_TRUE(aside.ok());
  ASSERT_EQ(aside->size(), 1u);
  EXPECT_EQ(aside->front().records, std::vector<RecordId>{note});
  EXPECT_EQ(ola->accept_set_aside(phone->device()).error().code, ErrorCode::not_permitted);
  ASSERT_TRUE(laptop->accept_set_aside(phone->device()).ok());
  sync(*laptop);
  sync(*ola);
  EXPECT_EQ(body_of(*laptop, note), "skrevet før tapet");
  EXPECT_EQ(body_of(*ola, note), "skrevet før tapet");
  EXPECT_TRUE(laptop->set_aside()->empty());
}

TEST_F(KeysTest, WhatADeviceCertifiedIsListedAndFallsOnlyWhereItIsNamed) {
  auto laptop = fleet.must_join("laptop", kKari);
  auto phone = pair(*laptop, "phone");
  auto tablet = pair(*phone, "tablet");
  ASSERT_TRUE(phone->create_pairing(kFarMs, {}).ok());
  sync(*laptop);
  const auto certified = laptop->certified_by(phone->device());
  ASSERT_EQ(certified.size(), 3u);  // a tablet, its code, and a code that nobody has used
  ASSERT_TRUE(laptop->revoke_device(phone->device(), {}).ok());
  sync(*laptop);
  EXPECT_TRUE(tablet->sync({}).ok());
  EXPECT_EQ(phone->sync({}).error().code, ErrorCode::device_revoked);
  EXPECT_EQ(laptop->revoke_device(laptop->device(), {}).error().code, ErrorCode::invalid_argument);
}

TEST_F(KeysTest, DevicesFollowAServerWhoseNewKeysWereAnnounced) {
  auto kari = fleet.must_join("kari", kKari);
  TemporaryFolder other;
  SystemRandom random;
  const auto fragment = server::init_folder(other.path(), random);
  ASSERT_TRUE(fragment.ok());
  const std::string url = "ws://127.0.0.1:" + std::to_string(fleet.proxy.port()) + "/#" + *fragment;
  EXPECT_EQ(kari->announce_server_keys(url, {}).error().code, ErrorCode::not_permitted);
  ASSERT_TRUE(fleet.admin->announce_server_keys(url, {}).ok());
  add_note(*kari, team(*kari), "før");
  EXPECT_EQ(sync(*kari).sent, 1u);
  fleet.server.stop();
  std::filesystem::copy_file(server::keys_file(other.path()), server::keys_file(fleet.server.folder()),
                             std::filesystem::copy_options::overwrite_existing);
  fleet.server.start();
  add_note(*kari, team(*kari), "etter");
  EXPECT_EQ(sync(*kari).sent, 1u);
  sync(*fleet.admin);
}

TEST_F(KeysTest, TwoHoldersTogetherOpenASharedSpaceAndLetItsPeopleInAgainAndNeitherAloneDoes) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  EXPECT_EQ(fleet.admin->declare_escrow(kKari, kOla, {}).error().code, ErrorCode::not_found);
  const auto karis = kari->make_recovery_words({}, {});
  const auto olas = ola->make_recovery_words({}, {});
  ASSERT_TRUE(karis.ok() && olas.ok());
  EXPECT_EQ(kari->declare_escrow(kKari, kOla, {}).error().code, ErrorCode::not_permitted);
  EXPECT_EQ(fleet.admin->declare_escrow(kOla, kOla, {}).error().code, ErrorCode::invalid_argument);
  ASSERT_TRUE(fleet.admin->declare_escrow(kKari, kOla, {}).ok());
  const RecordId note = add_note(*kari, team(*kari), "bare teamet");
  const RecordId diary = add_note(*kari, notebook(*kari), "dagbok");
  const SpaceId space = team(*kari);
  const SpaceId own = notebook(*kari);
  const auto too_early = fleet.admin->use_escrow(space, karis->words, olas->words, {});
  EXPECT_EQ(too_early.error().code, ErrorCode::awaiting_grant);
  sync(*kari);
  EXPECT_EQ(fleet.admin->use_escrow(space, karis->words, karis->words, {}).error().code,
            ErrorCode::not_permitted);
  const auto used = fleet.admin->use_escrow(space, olas->words, karis->words, {});
  ASSERT_TRUE(used.ok()) << used.error().message();
  sync(*fleet.admin);
  EXPECT_EQ(body_of(*fleet.admin, note), "bare teamet");
  sync(*ola);
  EXPECT_EQ(ola->escrows().front().uses, 2u);  // everybody sees it

  // Everyone of the team is gone; who takes over is let in by the administrator's device.
  kari.reset();
  ola.reset();
  auto successor = fleet.must_join("successor", UserId{{3}});
  sync(*fleet.admin);
  sync(*successor);
  EXPECT_EQ(body_of(*successor, note), "bare teamet");

  // A notebook is not in it.
  EXPECT_FALSE(fleet.admin->use_escrow(own, karis->words, olas->words, {}).ok());
  EXPECT_EQ(body_of(*fleet.admin, diary), "");
}

TEST_F(KeysTest, ANotebookIsOpenToTheEscrowOnlyWhereItsUserTurnedThatOn) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  const auto karis = kari->make_recovery_words({}, {});
  const auto olas = ola->make_recovery_words({}, {});
  ASSERT_TRUE(fleet.admin->declare_escrow(kKari, kOla, {}).ok());
  const SpaceId own = notebook(*kari);
  const RecordId diary = add_note(*kari, own, "dagbok");
  sync(*kari);
  EXPECT_FALSE(fleet.admin->use_escrow(own, karis->words, olas->words, {}).ok());
  ASSERT_TRUE(kari->set_personal_escrow(own, true, {}).ok());
  sync(*kari);
  const auto used = fleet.admin->use_escrow(own, karis->words, olas->words, {});
  ASSERT_TRUE(used.ok()) << used.error().message();
  sync(*fleet.admin);
  EXPECT_EQ(body_of(*fleet.admin, diary), "dagbok");
}

TEST_F(KeysTest, AServerTakesItsNextKeysOnceTheyAreAnnouncedAndAnswersByTheOldOnesToWhoIsLate) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  SystemRandom random;
  const auto folder = fleet.server.folder();
  const auto before = server::ServerKeys::read(server::keys_file(folder))->noise_public();
  const auto fragment = server::prepare_next_keys(folder, random);
  ASSERT_TRUE(fragment.ok()) << fragment.error().message();
  EXPECT_EQ(*server::prepare_next_keys(folder, random), *fragment);
  const auto restart = [&] {
    fleet.server.stop();
    fleet.server.start();
    return server::ServerKeys::read(server::keys_file(folder))->noise_public();
  };
  EXPECT_EQ(restart(), before);
  const std::string url = "ws://127.0.0.1:" + std::to_string(fleet.proxy.port()) + "/#" + *fragment;
  ASSERT_TRUE(fleet.admin->announce_server_keys(url, {}).ok());
  sync(*kari);
  EXPECT_NE(restart(), before);
  sync(*ola);  // has not heard of it
  fleet.server.stop();
  std::filesystem::remove(folder / "server.keys.before");
  fleet.server.start();
  add_note(*kari, team(*kari), "etter");
  EXPECT_EQ(sync(*kari).sent, 1u);
  sync(*ola);
}

// Every step fails once: the connection is cut a little later each time, until the operation passes.
constexpr std::int64_t kStepBytes = 450;
constexpr int kTriesMax = 400;

template <class Try>
void until_it_passes(Fleet& fleet, const char* what, Try attempt, std::int64_t step_bytes = kStepBytes) {
  for (int i = 0; i < kTriesMax; ++i) {
    fleet.proxy.cut_after(i * step_bytes);
    const bool passed = attempt();
    fleet.proxy.pass_all();
    if (passed) return;
  }
  FAIL() << what << " never passed";
}

TEST_F(KeysTest, ARotationThatIsCutOffAnywhereFinishesOrLeavesTheOldKey) {
  auto kari = fleet.must_join("kari", kKari);
  auto ola = fleet.must_join("ola", kOla);
  sync(*kari);
  sync(*ola);
  std::vector<RecordId> notes;
  until_it_passes(fleet, "rotation", [&] {
    const bool passed = kari->rotate_keys(team(*kari), {}).ok();
    fleet.proxy.pass_all();
    notes.push_back(add_note(*kari, team(*kari), "skrevet"));
    sync(*kari);
    return passed;
  });
  sync(*ola);
  for (const RecordId& note : notes) EXPECT_EQ(body_of(*ola, note), "skrevet");
}

TEST_F(KeysTest, PairingThatIsCutOffAnywhereEndsInOneDeviceThatReadsAll) {
  auto laptop = fleet.must_join("laptop", kKari);
  const RecordId note = add_note(*laptop, notebook(*laptop), "dagbok");
  sync(*laptop);
  std::string code;
  until_it_passes(fleet, "the code", [&] {
    const auto made = laptop->create_pairing(kFarMs, {});
    if (made.ok()) code = *made;
    return made.ok();
  });
  std::unique_ptr<Replica> phone;
  until_it_passes(fleet, "joining", [&] {
    auto joined = fleet.join("phone", code);
    EXPECT_TRUE(joined.ok() || !std::filesystem::exists(fleet.folder() / "phone"));
    if (joined.ok()) phone = std::move(*joined);
    return phone != nullptr;
  });
  ASSERT_NE(phone, nullptr);
  EXPECT_EQ(body_of(*phone, note), "dagbok");
  sync(*laptop);
  const auto devices = laptop->devices();
  EXPECT_EQ(std::ranges::count(devices, kKari, &DeviceInfo::user), 2);
}

TEST_F(KeysTest, AnInviteThatIsCutOffAnywhereLeavesNoneThatNobodyCanUse) {
  int made = 0;
  until_it_passes(fleet, "the invite", [&] {
    const auto link = fleet.invite(kOla);
    made += link.ok() ? 1 : 0;
    return link.ok();
  });
  ASSERT_TRUE(fleet.invite(kKari).ok());
  const auto invites = fleet.admin->invites();
  EXPECT_EQ(std::ranges::count(invites, std::string("pending"), &InviteInfo::status), made + 1);
}

TEST_F(KeysTest, RecoveryThatIsCutOffAnywherePassesWhenTriedAgain) {
  auto kari = fleet.must_join("kari", kKari);
  const RecordId note = add_note(*kari, notebook(*kari), "dagbok");
  sync(*kari);
  RecoveryInfo words;
  until_it_passes(fleet, "the words", [&] {
    const auto made = kari->make_recovery_words({}, {});
    if (made.ok()) words = *made;
    return made.ok();
  });
  kari.reset();
  std::unique_ptr<Replica> back;
  until_it_passes(
      fleet, "recovery",
      [&] {
        auto joined = Replica::recover(fleet.options("new"), words.server_url, words.words, {});
        if (joined.ok()) back = std::move(*joined);
        return back != nullptr;
      },
      2 * kStepBytes);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(body_of(*back, note), "dagbok");
  const auto devices = back->devices();
  EXPECT_EQ(std::ranges::count(devices, kKari, &DeviceInfo::user), 2);  // the lost one and the new one
}

}  // namespace keys_test
}  // namespace samla::replica
