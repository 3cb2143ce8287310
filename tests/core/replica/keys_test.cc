// Keys over a real server: rotation, revocation, pairing, recovery.
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace {

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
  const RecordId id = replica.new_record_id();
  edit.create(id, space, "note", {{"title", {}, "t"}, {"body", {}, body}});
  const auto done = replica.commit(edit);
  EXPECT_TRUE(done.ok()) << done.error().message();
  return id;
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

}  // namespace
}  // namespace samla::replica
