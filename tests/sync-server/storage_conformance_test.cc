// What every Storage must do. A new implementation adds itself to the list at the end.
#include <gtest/gtest.h>

#include <functional>

#include "sync-server/storage/postgres/postgres_storage.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_folder.h"

namespace samla::server {
namespace storage_conformance_test {

/// Opens a storage at the place: the same one again where it was there.
struct Implementation {
  const char* name;
  std::function<std::string(const TemporaryFolder&)> place;
  std::function<Result<std::unique_ptr<Storage>>(const std::string&)> open;
};

const SpaceId kSpace{{1}}, kOther{{2}};
const WriterId kKari{{3}}, kOla{{4}};

StoredChangeset changeset(std::uint64_t seq, const WriterId& writer, std::uint64_t writer_seq,
                          std::size_t size = 10) {
  const auto byte = static_cast<std::uint8_t>(seq);
  return {seq, {{byte, 1}}, writer, writer_seq, {{byte, 2}}, 1, 7, 8, Bytes(size, byte)};
}

class StorageConformance : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    storage_.reset();
    auto opened = GetParam().open(place_);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    storage_ = std::move(*opened);
  }
  template <class Work>
  void commit(Work work) {
    auto transaction = storage_->begin();
    ASSERT_TRUE(transaction.ok());
    work(**transaction);
    const auto committed = (*transaction)->commit();
    ASSERT_TRUE(committed.ok()) << committed.error().message();
  }
  void put_history() {
    commit([](StorageTransaction& t) {
      EXPECT_TRUE(t.put_changeset(kSpace, changeset(1, kKari, 1)).ok());
      EXPECT_TRUE(t.put_changeset(kSpace, changeset(2, kOla, 1)).ok());
      EXPECT_TRUE(t.put_changeset(kOther, changeset(1, kKari, 1, 50)).ok());
      EXPECT_TRUE(t.put_changeset(kSpace, changeset(3, kKari, 2)).ok());
    });
  }

  TemporaryFolder folder_;
  const std::string place_ = GetParam().place(folder_);
  std::unique_ptr<Storage> storage_;
};

TEST_P(StorageConformance, KeepsValuesByNameAndForgetsThemWhenTold) {
  EXPECT_FALSE(storage_->value("a")->has_value());
  commit([](StorageTransaction& t) { EXPECT_TRUE(t.put_value("a", Bytes{1}).ok()); });
  commit([](StorageTransaction& t) {
    EXPECT_TRUE(t.put_value("a", Bytes{2, 3}).ok() && t.put_value("b", Bytes{}).ok());
  });
  reopen();
  EXPECT_EQ(**storage_->value("a"), (Bytes{2, 3}));
  EXPECT_EQ(**storage_->value("b"), Bytes{});
  commit([](StorageTransaction& t) { EXPECT_TRUE(t.drop_value("a").ok()); });
  EXPECT_FALSE(storage_->value("a")->has_value());
}

TEST_P(StorageConformance, KeepsNothingOfATransactionThatWasNotCommitted) {
  {
    auto transaction = storage_->begin();
    ASSERT_TRUE((*transaction)->put_changeset(kSpace, changeset(1, kKari, 1)).ok());
    ASSERT_TRUE((*transaction)->put_value("a", Bytes{1}).ok());
    EXPECT_TRUE(storage_->last_changeset(kSpace)->has_value()) << "its own reads see it";
  }
  EXPECT_FALSE(storage_->last_changeset(kSpace)->has_value());
  EXPECT_FALSE(storage_->value("a")->has_value());
  put_history();  // and the next one is not in its way
}

TEST_P(StorageConformance, ShowsReadersWholeTransactionsOnly) {
  auto reader = storage_->open_reader();
  ASSERT_TRUE(reader.ok()) << reader.error().message();
  {
    auto transaction = storage_->begin();
    ASSERT_TRUE((*transaction)->put_changeset(kSpace, changeset(1, kKari, 1)).ok());
    EXPECT_FALSE((*reader)->last_changeset(kSpace)->has_value());
    ASSERT_TRUE((*transaction)->commit().ok());
  }
  EXPECT_EQ((*reader)->last_changeset(kSpace)->value().seq, 1u);
}

TEST_P(StorageConformance, FindsChangesetsByPlaceAndByWriter) {
  put_history();
  reopen();
  EXPECT_EQ(storage_->last_changeset(kSpace)->value().seq, 3u);
  EXPECT_EQ(storage_->last_changeset(kOther)->value().seq, 1u);
  EXPECT_FALSE(storage_->last_changeset(SpaceId{{9}})->has_value());
  const StoredChangeset second = storage_->changeset_at(kSpace, 2)->value();
  EXPECT_EQ(second.writer, kOla);
  EXPECT_EQ(second.head, changeset(2, kOla, 1).head);
  EXPECT_EQ(second.hash, changeset(2, kOla, 1).hash);
  EXPECT_EQ(second.identity_seq, 7u);
  EXPECT_EQ(second.space_seq, 8u);
  EXPECT_TRUE(second.bytes.empty());
  EXPECT_FALSE(storage_->changeset_at(kSpace, 4)->has_value());
  EXPECT_FALSE(storage_->changeset_at(kSpace, ~std::uint64_t{0})->has_value());
  EXPECT_EQ(storage_->changeset_of(kSpace, kKari, 1)->value().seq, 1u);
  EXPECT_EQ(storage_->changeset_of(kSpace, kKari, 0)->value().seq, 3u) << "0 asks for the last";
  EXPECT_FALSE(storage_->changeset_of(kSpace, kKari, 3)->has_value());
  EXPECT_FALSE(storage_->changeset_of(kOther, kOla, 0)->has_value());
}

TEST_P(StorageConformance, RefusesTwoChangesetsInOnePlace) {
  put_history();
  for (const StoredChangeset& taken : {changeset(3, kOla, 2), changeset(4, kKari, 2)}) {
    auto transaction = storage_->begin();
    ASSERT_TRUE(transaction.ok());
    const bool put = (*transaction)->put_changeset(kSpace, taken).ok();
    EXPECT_FALSE(put && (*transaction)->commit().ok());
  }
  EXPECT_EQ(storage_->last_changeset(kSpace)->value().hash, changeset(3, kKari, 2).hash);
}

TEST_P(StorageConformance, ReadsAHistoryInOrderWithinBytesButAtLeastOne) {
  put_history();
  const auto all = storage_->changesets_after(kSpace, 0, 1000);
  ASSERT_EQ(all->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*all)[i].seq, i + 1);
    EXPECT_EQ((*all)[i].bytes, Bytes(10, static_cast<std::uint8_t>(i + 1)));
  }
  EXPECT_EQ(storage_->changesets_after(kSpace, 0, 25)->size(), 2u);
  EXPECT_EQ(storage_->changesets_after(kSpace, 2, 1)->size(), 1u);
  EXPECT_TRUE(storage_->changesets_after(kSpace, 3, 1000)->empty()) << "not the next space's";
  EXPECT_TRUE(storage_->changesets_after(SpaceId{{9}}, 0, 1000)->empty());
}

TEST_P(StorageConformance, KeepsChainsInOrderAndTheOrderInWhichTheyGrew) {
  commit([](StorageTransaction& t) {
    EXPECT_TRUE(t.put_entry({}, 1, Bytes{1}).ok());
    EXPECT_TRUE(t.put_entry(kSpace, 1, Bytes{2}).ok());
  });
  commit([](StorageTransaction& t) {
    EXPECT_TRUE(t.put_entry({}, 2, Bytes{3, 3}).ok());
    EXPECT_TRUE(t.put_entry(kSpace, 2, Bytes{4}).ok());
  });
  reopen();
  EXPECT_EQ(*storage_->chain_entries({}, 0, 100), (std::vector<Bytes>{{1}, {3, 3}}));
  EXPECT_EQ(*storage_->chain_entries({}, 1, 1), (std::vector<Bytes>{{3, 3}}));
  EXPECT_EQ(storage_->chain_entries(kSpace, 0, 1)->size(), 1u);
  std::vector<std::pair<SpaceId, Bytes>> grown;
  const auto note = [&](const SpaceId& space, ByteView bytes) -> Result<void> {
    grown.emplace_back(space, to_bytes(bytes));
    return {};
  };
  ASSERT_TRUE(storage_->all_entries(note).ok());
  EXPECT_EQ(grown, (std::vector<std::pair<SpaceId, Bytes>>{
                       {SpaceId{}, {1}}, {kSpace, {2}}, {SpaceId{}, {3, 3}}, {kSpace, {4}}}));
  const auto stop = [](const SpaceId&, ByteView) -> Result<void> { return fail(ErrorCode::malformed, "x"); };
  EXPECT_EQ(storage_->all_entries(stop).error().code, ErrorCode::malformed);
  auto transaction = storage_->begin();
  const bool put = (*transaction)->put_entry({}, 2, Bytes{5}).ok();
  EXPECT_FALSE(put && (*transaction)->commit().ok()) << "a place is taken once";
}

TEST_P(StorageConformance, GivesARecipientsGrantsNewestFirst) {
  const RecipientId kari{{1}}, ola{{2}};
  commit([&](StorageTransaction& t) {
    for (const std::uint32_t epoch : {1u, 3u, 2u}) {
      EXPECT_TRUE(t.put_grant(kSpace, {epoch, kari, Bytes(epoch, 9)}).ok());
    }
    EXPECT_TRUE(t.put_grant(kSpace, {1, ola, {7}}).ok());
  });
  reopen();
  const auto grants = storage_->grants(kSpace, kari, 2);
  ASSERT_EQ(grants->size(), 2u);
  EXPECT_EQ((*grants)[0].epoch, 3u);
  EXPECT_EQ((*grants)[0].sealed, Bytes(3, 9));
  EXPECT_EQ((*grants)[1].epoch, 2u);
  EXPECT_TRUE(storage_->grants(kOther, kari, 2)->empty());
}

TEST_P(StorageConformance, KeepsRecordStatesAndWhatIsContested) {
  const RecordId record{{5}}, plain{{6}};
  const FieldTag title{{1}}, body{{2}};
  commit([&](StorageTransaction& t) {
    EXPECT_TRUE(t.put_record(kSpace, {record, 1, Bytes{1}, Bytes{7}}).ok());
    EXPECT_TRUE(t.put_contested(kSpace, record, {{record, title, 2}, {record, body, 3}}).ok());
    EXPECT_TRUE(t.put_contested(kSpace, plain, {{plain, title, 2}}).ok());
  });
  commit([&](StorageTransaction& t) {
    EXPECT_TRUE(t.put_record(kSpace, {record, 2, Bytes{2}, Bytes{8}}).ok());
    EXPECT_TRUE(t.put_contested(kSpace, record, {{record, body, 2}}).ok());
    EXPECT_TRUE(t.put_contested(kSpace, plain, {}).ok());
  });
  reopen();
  EXPECT_EQ(storage_->record(kSpace, record)->value().state, Bytes{2});
  EXPECT_FALSE(storage_->record(kOther, record)->has_value());
  const auto contested = storage_->contested(kSpace, 10);
  ASSERT_EQ(contested->size(), 1u);
  EXPECT_EQ(contested->front().tag, body);
  EXPECT_EQ(contested->front().heads, 2u);
  EXPECT_TRUE(storage_->contested(kSpace, 0)->empty());
}

TEST_P(StorageConformance, FindsRecordsByWhenTheyWereTouchedLast) {
  const RecordId first{{1}}, second{{2}}, third{{3}}, fourth{{4}};
  commit([&](StorageTransaction& t) {
    EXPECT_TRUE(t.put_record(kSpace, {second, 4, Bytes{2}, Bytes{2}}).ok());
    EXPECT_TRUE(t.put_record(kSpace, {first, 4, Bytes{1}, Bytes{1}}).ok());
    EXPECT_TRUE(t.put_record(kSpace, {third, 2, Bytes{3}, Bytes{3}}).ok());
    EXPECT_TRUE(t.put_record(kOther, {fourth, 3, Bytes{4}, Bytes{4}}).ok());
  });
  commit([&](StorageTransaction& t) {
    EXPECT_TRUE(t.put_record(kSpace, {third, 7, Bytes{5}, Bytes{6}}).ok());
  });
  reopen();
  using Order = StorageReader::Order;
  const auto names = [&](Order order, std::uint64_t touched, const RecordId& record, std::size_t count) {
    std::vector<RecordId> out;
    const auto found = storage_->records_by_touch(kSpace, order, touched, record, count);
    EXPECT_TRUE(found.ok());
    for (const StoredRecord& each : *found) out.push_back(each.record);
    return out;
  };
  EXPECT_EQ(names(Order::kDown, ~std::uint64_t{0}, {}, 10), (std::vector{third, second, first}));
  EXPECT_EQ(names(Order::kDown, 7, third, 10), (std::vector{second, first}));
  EXPECT_EQ(names(Order::kDown, 4, second, 1), (std::vector{first}));
  EXPECT_EQ(names(Order::kUp, 0, {}, 10), (std::vector{first, second, third}));
  EXPECT_EQ(names(Order::kUp, 4, first, 10), (std::vector{second, third}));
  const StoredRecord stored = storage_->record(kSpace, third)->value();
  EXPECT_EQ(stored.touched, 7u);
  EXPECT_EQ(stored.state, Bytes{5});
  EXPECT_EQ(stored.live, Bytes{6});
  EXPECT_FALSE(storage_->record(kSpace, fourth)->has_value());
}

TEST_P(StorageConformance, KnowsWhichChangesetsWriteToARecord) {
  const RecordId record{{1}}, other{{2}};
  commit([&](StorageTransaction& t) {
    for (const std::uint64_t seq : {3, 1, 9, 3}) EXPECT_TRUE(t.put_record_place(kSpace, record, seq).ok());
    EXPECT_TRUE(t.put_record_place(kSpace, other, 2).ok());
    EXPECT_TRUE(t.put_record_place(kOther, record, 5).ok());
  });
  reopen();
  EXPECT_EQ(*storage_->record_places(kSpace, record, 0, 10), (std::vector<std::uint64_t>{1, 3, 9}));
  EXPECT_EQ(*storage_->record_places(kSpace, record, 1, 1), (std::vector<std::uint64_t>{3}));
  EXPECT_TRUE(storage_->record_places(kSpace, RecordId{{3}}, 0, 10)->empty());
}

TEST_P(StorageConformance, CountsWhatThereIs) {
  put_history();
  commit([](StorageTransaction& t) { EXPECT_TRUE(t.put_entry({}, 1, Bytes{1}).ok()); });
  const auto counts = storage_->counts();
  ASSERT_TRUE(counts.ok()) << counts.error().message();
  EXPECT_EQ(counts->spaces, 2u);
  EXPECT_EQ(counts->changesets, 4u);
  EXPECT_EQ(counts->changeset_bytes, 80u);
  EXPECT_EQ(counts->chain_entries, 1u);
  EXPECT_EQ(counts->records, 0u);
}

TEST_P(StorageConformance, ItsOwnReadsSeeWhatAnOpenTransactionHasChanged) {
  put_history();
  const RecordId record{{5}};
  commit([&](StorageTransaction& t) {
    EXPECT_TRUE(t.put_record(kSpace, {record, 4, Bytes{1}, Bytes{2}}).ok());
    EXPECT_TRUE(t.put_changeset(kSpace, changeset(4, kOla, 2)).ok());
    EXPECT_TRUE(t.put_validity(kSpace, 4, 3).ok());
    EXPECT_TRUE(t.put_erased(kSpace, 1, Bytes{9}).ok());
    EXPECT_EQ(storage_->record(kSpace, record)->value().state, Bytes{1});
    EXPECT_EQ(storage_->changeset_of(kSpace, kOla, 0)->value().validity, 3);
    EXPECT_EQ(storage_->writer_tips(kSpace)->back().seq, 4u);
    EXPECT_EQ(storage_->changesets_after(kSpace, 0, 1)->front().bytes, Bytes{9});
  });
  reopen();
  EXPECT_EQ(storage_->changeset_at(kSpace, 4)->value().validity, 3);
  EXPECT_EQ(storage_->changesets_after(kSpace, 0, 1)->front().bytes, Bytes{9});
}

TEST_P(StorageConformance, NamesEachWritersLastByWriter) {
  put_history();
  const auto tips = storage_->writer_tips(kSpace);
  ASSERT_EQ(tips->size(), 2u);
  EXPECT_EQ((*tips)[0].writer, kKari);
  EXPECT_EQ((*tips)[0].seq, 3u);
  EXPECT_EQ((*tips)[1].writer, kOla);
  EXPECT_TRUE(storage_->writer_tips(SpaceId{{9}})->empty());
}

TEST_P(StorageConformance, KeepsEmptyAndLargeBytesAsTheyAre) {
  Bytes large(768 * 1024);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  StoredChangeset big = changeset(1, kKari, 1, 0);
  big.bytes = large;
  commit([&](StorageTransaction& t) {
    EXPECT_TRUE(t.put_changeset(kSpace, big).ok());
    EXPECT_TRUE(t.put_changeset(kSpace, changeset(2, kOla, 1, 0)).ok());
    EXPECT_TRUE(t.put_record(kSpace, {}).ok());
  });
  reopen();
  const auto all = storage_->changesets_after(kSpace, 0, 1 << 20);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].bytes, large);
  EXPECT_EQ((*all)[1].bytes, Bytes{});
  EXPECT_EQ(storage_->record(kSpace, RecordId{})->value().state, Bytes{});
}

INSTANTIATE_TEST_SUITE_P(
    Each, StorageConformance,
    testing::Values(
        Implementation{"sqlite",
                       [](const TemporaryFolder& folder) { return (folder.path() / "server.db").string(); },
                       [](const std::string& place) { return open_sqlite_storage(place); }},
        Implementation{"postgres",
                       [](const TemporaryFolder&) { return test::PostgresCluster::shared().fresh_url(); },
                       [](const std::string& place) { return open_postgres_storage(place); }}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace storage_conformance_test
}  // namespace samla::server
