#include "core/store/outbox.h"

#include <gtest/gtest.h>

#include <tuple>

#include "core/sqlite/connection.h"
#include "core/store/schema.h"
#include "core/store/store.h"
#include "tests/support/temporary_folder.h"

namespace samla::store {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest()
      : connection_(std::move(*sqlite::Connection::open(folder_.path() / "s.db"))),
        store_(std::move(*Store::open(connection_))) {}

  /// Puts one transaction of `count` writes of `bytes` each into the outbox; the seq that it went to.
  std::uint64_t edit(std::size_t count, std::size_t bytes) {
    const auto refs = store_.outbox.reserve(kSpace, kWriter, count, count * bytes);
    EXPECT_TRUE(refs.ok());
    for (const change::WriteRef& ref : *refs) {
      change::WriteHeader header;
      header.tags = {FieldTag{{1}}};
      EXPECT_TRUE(store_.outbox.append(kSpace, ref, header, Bytes(bytes, 'x')).ok());
    }
    return refs->front().seq;
  }

  const SpaceId kSpace{{1}};
  const WriterId kWriter{{2}};
  TemporaryFolder folder_;
  sqlite::Connection connection_;
  Store store_;
};

TEST_F(StoreTest, GathersTransactionsInOneGroupUntilItIsFull) {
  EXPECT_EQ(edit(1, 100), 1u);
  EXPECT_EQ(edit(255, 10), 1u);
  EXPECT_EQ(edit(1, 10), 2u);
  EXPECT_EQ(edit(1, kGroupContentBytes), 3u) << "never split, so a group of its own";
  EXPECT_EQ(store_.outbox.groups(kSpace)->size(), 3u);
  EXPECT_EQ(store_.outbox.writes(kSpace, kWriter, 1)->size(), 256u);
  EXPECT_EQ(*store_.outbox.count(), 258u);
}

TEST_F(StoreTest, RefusesATransactionBeyondItsLimitsAtTheEdit) {
  EXPECT_EQ(store_.outbox.reserve(kSpace, kWriter, kTransactionWritesMax + 1, 1).error().code,
            ErrorCode::too_large);
  EXPECT_EQ(store_.outbox.reserve(kSpace, kWriter, 1, kTransactionContentBytesMax + 1).error().code,
            ErrorCode::too_large);
}

TEST_F(StoreTest, KeepsWhatWaitedInTheOutboxOfTheSchemaBefore) {
  const SpaceId other{{3}};
  SAMLA_ASSERT(
      connection_
          .execute("DROP TABLE outbox_group; DROP TABLE outbox_write; DROP TABLE chain_branch; "
                   "DROP TABLE pack; DROP TABLE pack_tip; DROP TABLE pack_record; DROP TABLE pack_wanted; "
                   "PRAGMA user_version = 3;"
                   "CREATE TABLE outbox(space BLOB NOT NULL, writer BLOB NOT NULL, "
                   "seq INTEGER NOT NULL, position INTEGER NOT NULL, group_bytes INTEGER NOT NULL, "
                   "header BLOB NOT NULL, content BLOB NOT NULL, "
                   "PRIMARY KEY(space, writer, seq, position)) WITHOUT ROWID")
          .ok());
  change::WriteHeader header;
  header.tags = {FieldTag{{1}}};
  for (const auto& [space, seq, position] : std::vector<std::tuple<SpaceId, int, int>>{
           {kSpace, 7, 0}, {kSpace, 7, 1}, {kSpace, 8, 0}, {other, 1, 0}}) {
    header.time = HybridTime::from(static_cast<std::uint64_t>(seq), static_cast<std::uint16_t>(position));
    auto insert = connection_.prepare("INSERT INTO outbox VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    insert->bind(1, space).bind(2, kWriter).bind(3, seq).bind(4, position).bind(5, 2 * (position + 1));
    ASSERT_TRUE(insert->bind(6, ByteView(change::encode(header))).bind(7, ByteView(Bytes{1, 2})).run().ok());
  }
  ASSERT_TRUE(prepare_schema(connection_).ok());
  EXPECT_EQ(*store_.outbox.spaces(), (std::vector<SpaceId>{kSpace, other}));
  EXPECT_EQ(*store_.outbox.count(), 4u);
  EXPECT_EQ(*store_.outbox.last_time(), HybridTime::from(8, 0));
  const auto groups = *store_.outbox.groups(kSpace);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].seq, 7u);
  EXPECT_EQ(groups[0].writes, 2u);
  EXPECT_EQ(groups[0].content_bytes, 4u);
  const auto writes = *store_.outbox.writes(kSpace, kWriter, 7);
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[1].header.time, HybridTime::from(7, 1));
  EXPECT_EQ(writes[1].ref, (change::WriteRef{kWriter, 7, 1}));
  ASSERT_TRUE(store_.outbox.remove(kSpace, kWriter, 7).ok());
  EXPECT_EQ(*store_.outbox.count(), 2u);
}

TEST_F(StoreTest, TellsTheLastTimeOfEachWritersLastGroup) {
  edit(200, 400);
  edit(200, 400);
  change::WriteHeader header;
  header.tags = {FieldTag{{1}}};
  header.time = HybridTime::from(9, 0);
  const SpaceId other{{3}};
  const auto refs = store_.outbox.reserve(other, kWriter, 1, 2);
  ASSERT_TRUE(store_.outbox.append(other, refs->front(), header, Bytes{1, 2}).ok());
  EXPECT_EQ(*store_.outbox.last_time(), HybridTime::from(9, 0));
  EXPECT_EQ(*store_.outbox.count(), 401u);
}

TEST_F(StoreTest, NeverReplacesAChangeset) {
  StoredChangeset changeset{.space = kSpace,
                            .writer = kWriter,
                            .seq = 1,
                            .hash = {{1}},
                            .bytes = {1, 2},
                            .own = true,
                            .writes = 3,
                            .validity = change::Validity::kValid,
                            .reason = {},
                            .server_seq = {},
                            .receipt_group = {}};
  ASSERT_EQ(*store_.changesets.put(changeset), Changesets::Put::kStored);
  ASSERT_EQ(*store_.changesets.put(changeset), Changesets::Put::kThere);
  changeset.hash = {{2}};
  EXPECT_EQ(store_.changesets.put(changeset).error().code, ErrorCode::writer_forked);
  EXPECT_EQ(store_.changesets.get(kSpace, kWriter, 1)->value().hash, (Hash{{1}}));
  EXPECT_EQ(store_.changesets.own_unreceipted(kSpace, kWriter, 0, 1)->size(), 1u);
}

TEST_F(StoreTest, KeepsChainsWithoutGapsAndTellsAFork) {
  ASSERT_TRUE(store_.chains.append(kSpace, {1, {{1}}}, Bytes{1}).ok());
  EXPECT_TRUE(store_.chains.append(kSpace, {1, {{1}}}, Bytes{1}).ok());
  EXPECT_EQ(store_.chains.append(kSpace, {1, {{2}}}, Bytes{2}).error().code, ErrorCode::chain_forked);
  EXPECT_EQ(store_.chains.append(kSpace, {3, {{3}}}, Bytes{3}).error().code, ErrorCode::sequence_gap);
  EXPECT_EQ(store_.chains.head(kSpace)->seq, 1u);
}

}  // namespace
}  // namespace samla::store
