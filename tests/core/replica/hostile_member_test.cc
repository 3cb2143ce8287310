// What a member with valid keys can do to the others: ids of other spaces' records, and names of places that
// nobody has reached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/change/record_id.h"
#include "core/replica/inbound.h"
#include "core/replica/local_replica.h"
#include "core/replica/outbound.h"
#include "core/seal/value.h"
#include "core/view/content.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace hostile_member_test {

using change::WriteRef;
using change::WriteType;
using test::Fleet;

const UserId kKari{{1}};
const UserId kOla{{2}};
const UserId kMallory{{3}};

SpaceId everyone(const Replica& replica) { return replica.space_id(test::kAllSpace, {}); }
SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }
LocalStore& store_of(Replica& replica) { return dynamic_cast<LocalReplica&>(replica).local(); }

SyncReport must_sync(Replica& replica) {
  auto report = replica.sync({});
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
  return report.ok() ? *report : SyncReport{};
}

void create(Replica& replica, const RecordId& id, const SpaceId& space, const std::string& title) {
  Edit edit;
  edit.create(id, space, "note", {{"title", {}, title}});
  ASSERT_TRUE(replica.commit(edit).ok());
}

void assign(Replica& replica, const RecordId& id, const std::string& title) {
  Edit edit;
  edit.assign(id, "title", title);
  ASSERT_TRUE(replica.commit(edit).ok());
}

std::string title_of(Replica& replica, const RecordId& id) {
  const auto record = replica.records().read(id);
  return record.ok() && *record ? (*record)->text("title") : std::string();
}

class HostileMember : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    kari = fleet.must_join("kari", kKari);
    ola = fleet.must_join("ola", kOla);
    mallory = fleet.must_join("mallory", kMallory);
    all_sync();
  }
  void all_sync(int rounds = 2) {
    for (int round = 0; round < rounds; ++round) {
      for (Replica* replica : {kari.get(), ola.get(), mallory.get()}) must_sync(*replica);
    }
  }

  /// Mallory's write of the title, which says that it knew of those places; signed like any other.
  void write_title(const SpaceId& space, const RecordId& id, std::vector<WriteRef> prev,
                   WriteType type = WriteType::kAssign, std::vector<change::SeenEntry> seen = {}) {
    LocalStore& store = store_of(*mallory);
    const seal::TagKey* key = store.membership->ring().tag_key(space);
    ASSERT_NE(key, nullptr);
    const bool life = type == WriteType::kErase;
    view::Content content{"note", {}};
    if (!life) content.fields.push_back({"title", {}, std::string("Mallory")});
    const Bytes encoded = view::encode(content);
    auto transaction = store.begin();
    const auto refs = store.tables->outbox.reserve(space, store.writer(), 1, encoded.size());
    ASSERT_TRUE(refs.ok());
    change::WriteHeader header;
    header.type = type;
    header.record = id;
    if (!life) header.tags = {seal::field_tag(*key, id, "title", {})};
    header.time = store.time.tick();
    header.prev = std::move(prev);
    header.seen = std::move(seen);
    ASSERT_TRUE(store.tables->outbox.append(space, refs->front(), header, encoded).ok());
    ASSERT_TRUE(transaction->commit().ok());
  }

  Fleet fleet;
  std::unique_ptr<Replica> kari, ola, mallory;
};

TEST_F(HostileMember, CannotTakeTheIdOfARecordOfAnotherSpaceWhateverANewcomerLoadsFirst) {
  // One claim each way: whichever space a newcomer loads first, one claim is there before what it claims.
  const std::pair<SpaceId, SpaceId> ways[] = {{team(*kari), everyone(*kari)}, {everyone(*kari), team(*kari)}};
  std::vector<std::pair<RecordId, SpaceId>> true_ones;
  for (const auto& [home, other] : ways) {
    const RecordId id = kari->new_record_id(home);
    create(*kari, id, home, "Kari");
    all_sync();
    write_title(other, id, {}, WriteType::kInit);
    true_ones.emplace_back(id, home);
  }
  all_sync();
  auto per = fleet.must_join("per", UserId{{4}});
  for (int round = 0; round < 2; ++round) {
    must_sync(*kari);
    must_sync(*per);
  }
  for (Replica* replica : {kari.get(), ola.get(), per.get(), mallory.get()}) {
    for (const auto& [id, home] : true_ones) {
      const auto record = replica->records().read(id);
      ASSERT_TRUE(record.ok() && *record);
      EXPECT_EQ((*record)->space, home);
      EXPECT_EQ((*record)->text("title"), "Kari");
    }
  }
  // What is written to it is sealed for its own space.
  assign(*per, true_ones[0].first, "Per");
  assign(*per, true_ones[1].first, "Per");
  must_sync(*per);
  must_sync(*kari);
  for (const auto& [id, home] : true_ones) {
    view::Query there;
    there.space = home;
    const auto records = kari->records().list(there);
    EXPECT_TRUE(std::ranges::any_of(
        *records, [&](const auto& each) { return each.id == id && each.text("title") == "Per"; }));
  }
}

TEST_F(HostileMember, CannotHideWhatAnotherHasYetToWriteByNamingPlacesBeyondIt) {
  const SpaceId space = team(*kari);
  const RecordId id = ola->new_record_id(space);
  create(*ola, id, space, "first");
  all_sync();
  write_title(space, id, {{ola->writer(), 1'000'000, 0}});
  const SyncReport report = must_sync(*mallory);
  EXPECT_THAT(report.notices, ::testing::Contains(::testing::HasSubstr("rests on one that has not come")));
  all_sync();
  EXPECT_EQ(title_of(*kari, id), "first");
  assign(*ola, id, "second");
  all_sync();
  EXPECT_EQ(title_of(*kari, id), "second");
  EXPECT_EQ(title_of(*ola, id), "second");
}

TEST_F(HostileMember, CannotEraseWhatAnotherHasYetToWriteByHavingSeenIt) {
  const SpaceId space = team(*kari);
  const RecordId id = ola->new_record_id(space);
  create(*ola, id, space, "first");
  all_sync();
  write_title(space, id, {}, WriteType::kErase, {{ola->writer(), 1'000'000}});
  EXPECT_FALSE(must_sync(*mallory).notices.empty());
  all_sync();
  EXPECT_EQ(title_of(*kari, id), "first");
  EXPECT_FALSE((*kari->records().read(id))->erased);
}

TEST_F(HostileMember, AndAServerTogetherAreHeldBackAtTheDevice) {
  const SpaceId space = team(*kari);
  const RecordId id = ola->new_record_id(space);
  create(*ola, id, space, "first");
  all_sync();
  write_title(space, id, {{ola->writer(), 1'000'000, 0}});
  LocalStore& hostile = store_of(*mallory);
  ASSERT_TRUE(Outbound(hostile).freeze(space).ok());
  std::optional<Bytes> bytes;
  ASSERT_TRUE(hostile.tables->changesets
                  .each(space, hostile.writer(),
                        [&](const store::StoredChangeset& stored) -> Result<void> {
                          bytes = stored.bytes;
                          return {};
                        })
                  .ok());
  LocalStore& victim = store_of(*kari);
  const Position cursor = *victim.tables->cursors.get(space);
  const std::vector<wire::TailItem> items = {{cursor.seq + 1, 1, *bytes}};
  const auto taken = Inbound(victim).take_tail(space, cursor.incarnation, items);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, ErrorCode::names_missing) << taken.error().message();
  EXPECT_EQ(*victim.tables->cursors.get(space), cursor);
  assign(*ola, id, "second");
  must_sync(*ola);
  must_sync(*kari);
  EXPECT_EQ(title_of(*kari, id), "second");
}

// Of a server that lost everything each member holds only what it read: what names another's change waits
// until that one is there, and nobody has to do anything for it.
TEST_F(HostileMember, IsNotWhoNamesWhatAServerLostAndThatComesBack) {
  const SpaceId space = team(*kari);
  const RecordId id = ola->new_record_id(space);
  create(*ola, id, space, "0");
  all_sync();
  for (int i = 1; i < 6; ++i) {
    Replica& writer = i % 2 == 0 ? *ola : *kari;
    assign(writer, id, std::to_string(i));
    must_sync(writer);
    must_sync(i % 2 == 0 ? *kari : *ola);
  }
  fleet.server.empty();
  must_sync(*fleet.admin);
  const SyncReport report = must_sync(*kari);
  ASSERT_TRUE(report.recovery.has_value());
  EXPECT_EQ(report.recovery->waiting, 0u);
  all_sync();
  for (Replica* replica : {kari.get(), ola.get(), mallory.get()}) EXPECT_EQ(title_of(*replica, id), "5");
  EXPECT_EQ(kari->levels().device, 0u);
}

}  // namespace hostile_member_test
}  // namespace samla::replica
