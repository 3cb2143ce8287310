// What happens when a device's coming in, or a server's memory, breaks off in the middle.
#include <gtest/gtest.h>

#include "core/replica/local_store.h"
#include "core/replica/outbound.h"
#include "core/replica/sync_host.h"
#include "sync-server/server_keys.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace broken_off_test {

using test::Fleet;

const UserId kKari{{1}};

class BrokenOffTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(fleet.admin, nullptr) << fleet.error.message(); }

  Result<std::unique_ptr<Replica>> join_and_break_off(const std::string& link) {
    return Replica::join(fleet.options("kari"), link, Fleet::personal_space(),
                         [](Replica&) -> Result<void> { return fail(ErrorCode::disk_full, "test"); });
  }
  Fleet fleet;
};

TEST_F(BrokenOffTest, AJoinThatAFullDiskStoppedGoesOnWithTheSameInvite) {
  const auto link = fleet.invite(kKari);
  ASSERT_TRUE(link.ok());
  EXPECT_EQ(join_and_break_off(*link).error().code, ErrorCode::disk_full);
  const auto again = fleet.join("kari", *link);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ((*again)->user(), kKari);
}

TEST_F(BrokenOffTest, AHalfMadeProfileIsNotThrownAwayForAnotherPassphrase) {
  const auto link = fleet.invite(kKari);
  ASSERT_TRUE(link.ok());
  ASSERT_FALSE(join_and_break_off(*link).ok());
  OpenOptions wrong = fleet.options("kari");
  wrong.passphrase = "en annen";
  EXPECT_EQ(Replica::join(wrong, *link, Fleet::personal_space(), {}).error().code,
            ErrorCode::wrong_passphrase);
  EXPECT_TRUE(fleet.join("kari", *link).ok());
}

TEST_F(BrokenOffTest, AJoinDoesNotRemoveWhatAnotherProcessIsMaking) {
  const auto link = fleet.invite(kKari);
  ASSERT_TRUE(link.ok());
  Result<std::unique_ptr<Replica>> inner = std::unique_ptr<Replica>();
  const auto outer =
      Replica::join(fleet.options("kari"), *link, Fleet::personal_space(), [&](Replica&) -> Result<void> {
        inner = Replica::join(fleet.options("kari"), *link, Fleet::personal_space(), {});
        return {};
      });
  ASSERT_FALSE(inner.ok());
  EXPECT_EQ(inner.error().code, ErrorCode::store_busy);
  EXPECT_TRUE(outer.ok());
}

TEST(Founding, ThatBrokeOffBehindTheClaimGoesOnAtTheNextCall) {
  test::LoopbackServer server;
  TemporaryFolder folder;
  OpenOptions options;
  options.directory = folder.path() / "admin";
  options.passphrase = "passord";
  Replica::Founding founding;
  founding.server_url = server.url();
  founding.spaces = {Fleet::all_space(), Fleet::personal_space()};
  founding.prepare = [](Replica&) -> Result<void> { return fail(ErrorCode::disk_full, "test"); };
  ASSERT_EQ(Replica::create_organisation(options, founding).error().code, ErrorCode::disk_full);
  founding.prepare = {};
  const auto again = Replica::create_organisation(options, founding);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_TRUE((*again)->is_admin());
  for (const SpaceInfo& space : (*again)->spaces()) EXPECT_TRUE(space.readable);
  EXPECT_TRUE(std::filesystem::exists(options.directory / "organisation.root"));
}

/// A server that signs what it likes, against a real store.
class LyingServerTest : public BrokenOffTest {
 protected:
  void SetUp() override {
    BrokenOffTest::SetUp();
    auto kari = fleet.must_join("kari", kKari);
    Edit edit;
    note = kari->new_record_id(kari->space_id(test::kTeamSpace, RecordId{{1}}));
    edit.create(note, kari->space_id(test::kTeamSpace, RecordId{{1}}), "note",
                {{"title", {}, std::string("x")}});
    ASSERT_TRUE(kari->commit(edit).ok());
    kari.reset();
    fleet.server.stop();
    auto opened = LocalStore::open(fleet.options("kari"));
    ASSERT_TRUE(opened.ok());
    store = std::move(*opened);
    work = std::make_unique<ChainWork>(*store);
    host = std::make_unique<SyncHost>(*store, *work);
    host->set_incarnation(kIncarnation);
    auto keys = server::ServerKeys::read(server::keys_file(fleet.server.folder()));
    ASSERT_TRUE(keys.ok());
    server_keys.emplace(std::move(*keys));
  }
  Result<void> receipt(const change::Header& header, change::Validity validity) {
    wire::Receipts out;
    out.incarnation = kIncarnation;
    out.receipts = {{header.space, 1, Hash{{1}}, header.writer, header.seq, change::changeset_hash(header),
                     static_cast<std::uint8_t>(validity)}};
    out.signature = server_keys->receipts.sign(wire::kReceiptsDomain, wire::signed_part(out));
    return host->accept_receipts(out);
  }

  const Incarnation kIncarnation{{5}};
  RecordId note;
  std::unique_ptr<LocalStore> store;
  std::unique_ptr<ChainWork> work;
  std::unique_ptr<SyncHost> host;
  std::optional<server::ServerKeys> server_keys;
};

TEST_F(LyingServerTest, CannotMakeADeviceHideItsOwnChangesThatCount) {
  const auto outgoing = host->next_outgoing(1 << 20);
  ASSERT_TRUE(outgoing.ok());
  ASSERT_FALSE(outgoing->empty());
  for (const Bytes& bytes : *outgoing) {
    ASSERT_TRUE(receipt(*change::decode_header(bytes), change::Validity::kVoid).ok());
  }
  const auto shown = store->records->read(note);
  ASSERT_TRUE(shown.ok() && *shown);
  EXPECT_EQ((*shown)->text("title"), "x");
  EXPECT_FALSE(host->notices().empty());
}

/// Of a second changeset in the space, which chains on the first.
TEST_F(LyingServerTest, IsNotPressedWithWhatItRefusedNorWithWhatFollowsIt) {
  auto first = host->next_outgoing(1 << 20);
  ASSERT_TRUE(first.ok() && first->size() == 1u);
  const change::Header header = *change::decode_header(first->front());
  Edit edit;
  edit.assign(note, "title", std::string("y"));
  ASSERT_TRUE(Outbound(*store).commit(edit).ok());
  const auto second = host->next_outgoing(1 << 20);
  ASSERT_TRUE(second.ok() && second->size() == 1u);
  ASSERT_TRUE(host->accept_refusal({header.space, header.seq, wire::Refused::kLater, 0}).ok());
  ASSERT_TRUE(host->accept_refusal({header.space, header.seq + 1, wire::Refused::kGap, header.seq}).ok());
  EXPECT_TRUE(host->next_outgoing(1 << 20)->empty());
  const auto refused = store->tables->changesets.own_refused();
  ASSERT_TRUE(refused.ok() && refused->size() == 2u);
  EXPECT_EQ(refused->at(0).reason, ErrorCode::retry_later);
  EXPECT_EQ(refused->at(1).reason, ErrorCode::sequence_gap);
  ASSERT_TRUE(host->holds_refused());
  host->offer_refused_again();
  const auto again = host->next_outgoing(1 << 20);
  ASSERT_TRUE(again.ok() && again->size() == 2u);
  EXPECT_EQ(again->front(), first->front());
}

TEST_F(LyingServerTest, LosesWhatWasReceiptedAndGetsItAgain) {
  const auto outgoing = host->next_outgoing(1 << 20);
  ASSERT_TRUE(outgoing.ok() && !outgoing->empty());
  const change::Header header = *change::decode_header(outgoing->front());
  ASSERT_TRUE(receipt(header, change::Validity::kValid).ok());
  EXPECT_TRUE(host->next_outgoing(1 << 20)->empty());
  ASSERT_TRUE(host->accept_frontier({header.space, {}, {}}).ok());
  const auto again = host->next_outgoing(1 << 20);
  ASSERT_TRUE(again.ok() && again->size() == 1u);
  EXPECT_EQ(again->front(), outgoing->front());
}

}  // namespace broken_off_test
}  // namespace samla::replica
