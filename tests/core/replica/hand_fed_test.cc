// Devices that are given each other's changesets by hand: in any order, with gaps, in part, or made up.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/replica/history.h"
#include "core/replica/inbound.h"
#include "core/replica/outbound.h"
#include "core/replica/recovery.h"
#include "core/text/snapshot.h"
#include "core/view/content.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace hand_fed_test {

using change::Changeset;
using change::WriteType;
using test::Fleet;

/// One member's opened store.
class Member {
 public:
  Member(std::unique_ptr<LocalStore> store, SpaceId space) : store_(std::move(store)), space_(space) {}

  RecordId create(const std::string& body) {
    Edit edit;
    const auto id = store_->random.fixed<RecordId>();
    edit.create(id, space_, "note", {{"title", {}, std::string("t")}, {"body", {}, body}});
    commit(edit);
    return id;
  }
  void assign(const RecordId& id, const std::string& title) {
    Edit edit;
    edit.assign(id, "title", title);
    commit(edit);
  }
  void edit_text(const RecordId& id, const std::string& body) {
    Edit edit;
    edit.edit_text(id, "body", body);
    commit(edit);
  }
  void commit(const Edit& edit) {
    const auto done = Outbound(*store_).commit(edit);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }
  /// A snapshot of the text as a liar would have it.
  void put_snapshot(const RecordId& id, const FieldTag& tag, std::vector<change::WriteRef> frontier,
                    const text::Snapshot& snapshot) {
    const view::Content content{"note", {{"body", {}, view::TextEdits{text::encode_snapshot(snapshot)}}}};
    const Bytes encoded = view::encode(content);
    auto transaction = store_->begin();
    const auto refs = store_->tables->outbox.reserve(space_, store_->writer(), 1, encoded.size());
    ASSERT_TRUE(refs.ok());
    change::WriteHeader header;
    header.type = WriteType::kSnapshot;
    header.record = id;
    header.tags = {tag};
    header.time = store_->time.tick();
    header.prev = std::move(frontier);
    ASSERT_TRUE(store_->tables->outbox.append(space_, refs->front(), header, encoded).ok());
    ASSERT_TRUE(transaction->commit().ok());
  }
  /// What this member has written since the last call, each as it would be sent.
  std::vector<Changeset> write_out() {
    EXPECT_TRUE(Outbound(*store_).freeze(space_).ok());
    std::vector<Changeset> out;
    const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
      if (stored.seq > given_) out.push_back(*Changeset::decode(stored.bytes));
      return {};
    };
    if (given_ == 0) given_ = skip_placed();
    EXPECT_TRUE(store_->tables->changesets.each(space_, store_->writer(), take).ok());
    if (!out.empty()) given_ = out.back().header.seq;
    return out;
  }
  /// As what comes to a newcomer next.
  Result<void> feed(const std::vector<Changeset>& changesets) {
    SAMLA_ASSIGN(const Position cursor, store_->tables->cursors.get(space_));
    std::vector<wire::TailItem> items;
    for (const Changeset& changeset : changesets) {
      items.push_back({cursor.seq + items.size() + 1, 1, changeset.encode()});
    }
    return Inbound(*store_).take_tail(space_, cursor.incarnation, items, Inbound::LeavesOut::kMore);
  }

  view::RecordView read(const RecordId& id) { return **store_->records->read(id); }
  view::FieldView field(const RecordId& id, const std::string& name) {
    const view::RecordView record = read(id);
    return *std::ranges::find(record.fields, name, &view::FieldView::name);
  }
  std::set<change::WriteRef> ahead(const RecordId& id, const FieldTag& tag) {
    return *History(*store_).heads_ahead(space_, id, tag);
  }
  LocalStore& store() { return *store_; }
  const SpaceId& space() const { return space_; }

 private:
  /// Changesets that the server had before the members were parted.
  std::uint64_t skip_placed() {
    std::uint64_t last = 0;
    const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
      if (stored.server_seq) last = stored.seq;
      return {};
    };
    EXPECT_TRUE(store_->tables->changesets.each(space_, store_->writer(), take).ok());
    return last;
  }

  std::unique_ptr<LocalStore> store_;
  SpaceId space_;
  std::uint64_t given_ = 0;
};

class HandFedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    std::vector<std::unique_ptr<Replica>> joined;
    const std::vector<std::string> names = {"kari", "ola", "per"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      joined.push_back(fleet.must_join(names[i], UserId{{static_cast<std::uint8_t>(i + 1)}}));
    }
    for (int round = 0; round < 2; ++round) {
      for (auto& each : joined) ASSERT_EQ(each->sync({})->reached, "centre");
    }
    const SpaceId space = joined[0]->space_id(test::kTeamSpace, RecordId{{1}});
    joined.clear();
    fleet.server.stop();
    for (auto [member, name] : {std::pair(&kari, "kari"), std::pair(&ola, "ola"), std::pair(&per, "per")}) {
      auto opened = LocalStore::open(fleet.options(name));
      ASSERT_TRUE(opened.ok()) << opened.error().message();
      member->emplace(std::move(*opened), space);
    }
  }
  /// A note of Kari's with so many edits that a snapshot is due, and some after it.
  RecordId write_long() {
    const RecordId id = kari->create("linje 0\n");
    body = "linje 0\n";
    for (int i = 1; i < 300; ++i) {
      body += "linje " + std::to_string(i) + "\n";
      kari->edit_text(id, body);
    }
    return id;
  }
  /// Without the text edits before the first snapshot, as a pack for a newcomer leaves them out.
  static std::vector<Changeset> without_log(const std::vector<Changeset>& all) {
    std::vector<Changeset> out;
    bool before = true;
    for (const Changeset& changeset : all) {
      std::vector<bool> kept(changeset.leaves.size(), true);
      for (std::size_t i = 0; i < kept.size(); ++i) {
        const WriteType type = change::header_of(changeset.leaves[i])->type;
        if (type == WriteType::kSnapshot) before = false;
        kept[i] = type != WriteType::kAppend || !before;
      }
      if (std::ranges::count(kept, true) == 0) kept[0] = true;
      out.push_back(changeset.partial(kept));
    }
    return out;
  }

  Fleet fleet;
  std::optional<Member> kari, ola, per;
  std::string body;
};

TEST_F(HandFedTest, ALongLogGetsASnapshotThatWhoeverHasTheLogFindsRight) {
  const RecordId id = write_long();
  const std::vector<Changeset> written = kari->write_out();
  std::size_t snapshots = 0;
  for (const Changeset& changeset : written) {
    for (const change::Leaf& leaf : changeset.leaves) {
      snapshots += change::header_of(leaf)->type == WriteType::kSnapshot ? 1 : 0;
    }
  }
  EXPECT_EQ(snapshots, 1u);
  ASSERT_TRUE(ola->feed(written).ok());
  EXPECT_EQ(ola->read(id), kari->read(id));
  EXPECT_EQ(ola->read(id).text("body"), body);
  EXPECT_TRUE(ola->field(id, "body").false_snapshots.empty());
  EXPECT_FALSE(ola->field(id, "body").unchecked);
}

TEST_F(HandFedTest, ATextBeginsWithASnapshotWhereTheLogWasKeptBack) {
  const RecordId id = write_long();
  const std::vector<Changeset> written = kari->write_out();
  ASSERT_TRUE(ola->feed(without_log(written)).ok());
  EXPECT_EQ(ola->read(id).text("body"), body);
  EXPECT_TRUE(ola->field(id, "body").unchecked);
  // It goes on from there, in both directions.
  ola->edit_text(id, body + "og Olas\n");
  ASSERT_TRUE(kari->feed(ola->write_out()).ok());
  EXPECT_EQ(kari->read(id).text("body"), body + "og Olas\n");
  kari->edit_text(id, "Karis\n" + body + "og Olas\n");
  ASSERT_TRUE(ola->feed(kari->write_out()).ok());
  EXPECT_EQ(ola->read(id).text("body"), kari->read(id).text("body"));
}

TEST_F(HandFedTest, ALyingSnapshotIsFoundByWhoeverHasTheLogAndChangesNothing) {
  const RecordId id = write_long();
  ASSERT_TRUE(ola->feed(kari->write_out()).ok());
  const view::FieldView before = ola->field(id, "body");
  kari->put_snapshot(id, before.tag, {before.heads.front().ref}, {{}, "løgn"});
  ASSERT_TRUE(ola->feed(kari->write_out()).ok());
  const view::FieldView after = ola->field(id, "body");
  EXPECT_EQ(std::get<std::string>(after.value()), body);
  ASSERT_EQ(after.false_snapshots.size(), 1u);
  EXPECT_EQ(after.false_snapshots.begin()->writer, kari->store().writer());
  // And whatever becomes of the record, also where it is built anew.
  auto transaction = ola->store().begin();
  ASSERT_TRUE(History(ola->store()).rebuild(ola->read(id).space, {id}).ok());
  ASSERT_TRUE(transaction->commit().ok());
  EXPECT_EQ(ola->field(id, "body"), after);
}

/// Else a member could show its own text in the place of one that is here whole.
TEST_F(HandFedTest, ASnapshotOfEditsThatNobodyMadeReplacesNoText) {
  const RecordId id = write_long();
  ASSERT_TRUE(ola->feed(kari->write_out()).ok());
  const FieldTag tag = ola->field(id, "body").tag;
  const WriterId author = kari->store().writer();
  for (const change::WriteRef& made_up :
       {change::WriteRef{author, 1'000'000, 0}, change::WriteRef{author, 1, 4000},
        change::WriteRef{per->store().writer(), 77, 0}}) {
    kari->put_snapshot(id, tag, {made_up}, {{}, "løgn"});
    ASSERT_TRUE(ola->feed(kari->write_out()).ok());
    EXPECT_EQ(ola->read(id).text("body"), body);
    EXPECT_FALSE(ola->field(id, "body").unchecked);
  }
  ola->edit_text(id, body + "videre");
  EXPECT_EQ(ola->read(id).text("body"), body + "videre");
}

/// Kari's, which Per's replaced, which Ola's replaced; Per's is missing.
TEST_F(HandFedTest, AWriteThatComesAfterWhatReplacedItByWayOfAMissingOneIsNoConflict) {
  const RecordId id = kari->create("x");
  const std::vector<Changeset> base = kari->write_out();
  for (Member* member : {&*ola, &*per}) ASSERT_TRUE(member->feed(base).ok());
  kari->assign(id, "Karis");
  const auto first = kari->write_out();
  ASSERT_TRUE(per->feed(first).ok());
  per->assign(id, "Pers");
  const auto second = per->write_out();
  // A device of its own for each order of arrival would need a server; the one that is left is Kari's.
  ASSERT_TRUE(ola->feed(first).ok());
  ASSERT_TRUE(ola->feed(second).ok());
  ola->assign(id, "Olas");
  const auto third = ola->write_out();
  ASSERT_TRUE(kari->feed(third).ok());
  const view::FieldView title = kari->field(id, "title");
  EXPECT_EQ(title.heads.size(), 2u);
  const std::set<change::WriteRef> ahead = kari->ahead(id, title.tag);
  ASSERT_EQ(ahead.size(), 1u);
  EXPECT_EQ(ahead.begin()->writer, ola->store().writer());
  ASSERT_TRUE(kari->feed(second).ok());
  EXPECT_EQ(kari->field(id, "title").heads.size(), 1u);
  EXPECT_EQ(kari->read(id).text("title"), "Olas");
  EXPECT_TRUE(kari->ahead(id, title.tag).empty());
}

TEST_F(HandFedTest, WhatIsNamedHereAndNobodyHasAnyMoreIsKnownToBeMissingFromTheDeviceThatWroteIt) {
  const RecordId id = kari->create("av Kari");
  ASSERT_TRUE(ola->feed(kari->write_out()).ok());
  ola->assign(id, "av Ola");
  ASSERT_TRUE(per->feed(ola->write_out()).ok());
  // The server comes back empty, and neither Kari's device nor Ola's ever does.
  const Incarnation life{{9}};
  Recovery recovery(per->store());
  ASSERT_TRUE(recovery.accept_frontier({per->space(), {life, 0, {}}, {}}, life).ok());
  const auto report = recovery.finish();
  ASSERT_TRUE(report.ok());
  const std::vector<std::pair<DeviceId, std::uint64_t>> wanted = {{kari->store().keys.device_id(), 1}};
  EXPECT_EQ(report->missing, wanted);
  const auto kept = last_recovery(per->store());
  ASSERT_TRUE(kept.ok() && kept->has_value());
  EXPECT_EQ((*kept)->missing, wanted);
}

}  // namespace hand_fed_test
}  // namespace samla::replica
