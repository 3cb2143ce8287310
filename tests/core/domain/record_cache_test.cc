// The cache against the store: whatever is written, here or elsewhere, it lists what the store lists.
#include "core/domain/record_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "core/domain/conflict_tally.h"
#include "core/domain/immutable.h"
#include "core/domain/kinds.h"
#include "tests/support/sample_fleet.h"

namespace samla::domain {
namespace {

using replica::Edit;
using replica::Replica;
using test::Fleet;

const std::vector<std::string> kCachedKinds = {"note", "measure", "measure_status"};

/// What the store has, in the cache's order.
std::vector<view::RecordView> stored(Replica& replica, const std::string& kind,
                                     const std::optional<SpaceId>& space) {
  view::Query query;
  query.kind = kind;
  query.space = space;
  query.include_erased = true;
  auto out = replica.records().list(query);
  EXPECT_TRUE(out.ok());
  std::ranges::sort(*out, {},
                    [](const auto& each) { return std::tuple(each.created_ms, each.id, each.space); });
  return *out;
}

/// A device, the cache that follows it, and what it writes at random.
class Writer {
 public:
  Writer(Replica& replica, std::mt19937& random) : replica_(replica), random_(random), cache_(replica) {
    spaces_ = {replica.space_id(test::kAllSpace, {}), replica.space_id(test::kTeamSpace, RecordId{{1}})};
    std::erase_if(spaces_, [&](const SpaceId& space) {
      const auto info = replica.space(space);
      return !info || !info->readable;
    });
  }

  void write() {
    Edit edit;
    const SpaceId& space = spaces_[random_() % spaces_.size()];
    const auto all = stored(replica_, "note", space);
    const view::RecordView* some = all.empty() ? nullptr : &all[random_() % all.size()];
    const std::string text = "ord " + std::to_string(random_() % 1000);
    switch (random_() % 8) {
      case 0:
      case 1:
        edit.create(replica_.new_record_id(space), space, random_() % 2 == 0 ? "note" : "measure",
                    {{"title", {}, text}, {"body", {}, text}});
        break;
      case 2:
        add_entry(edit, space, text);
        break;
      case 3:
        if (some != nullptr) edit.assign(some->id, "title", text);
        break;
      case 4:
        if (some != nullptr && !some->erased) edit.edit_text(some->id, "body", some->text("body") + text);
        break;
      case 5:
        if (some != nullptr) edit.resolve(some->id, "title", text);
        break;
      case 6:
        if (some != nullptr) some->erased ? edit.restore(some->id) : edit.erase(some->id);
        break;
      default:
        alter_entry(edit, space, text);
    }
    if (edit.empty()) return;
    ASSERT_TRUE(replica_.commit(edit).ok());
  }

  void expect_same() {
    ConflictTally anew;
    const auto counted = tally_.count(replica_);
    const auto recounted = anew.count(replica_);
    ASSERT_TRUE(counted.ok() && recounted.ok());
    EXPECT_EQ(counted->merged, recounted->merged);
    EXPECT_EQ(counted->resolved, recounted->resolved);
    resolved = recounted->resolved;
    for (const std::string& kind : kCachedKinds) {
      std::vector<std::optional<SpaceId>> scopes(spaces_.begin(), spaces_.end());
      if (random_() % 3 == 0) scopes.emplace_back();
      for (const auto& space : scopes) {
        const auto listed = cache_.list(kind, space);
        ASSERT_TRUE(listed.ok());
        const auto truth = stored(replica_, kind, space);
        ASSERT_EQ(listed->size(), truth.size()) << kind;
        for (std::size_t i = 0; i < truth.size(); ++i) {
          EXPECT_EQ(static_cast<const view::RecordView&>(*(*listed)[i]), truth[i]) << kind;
          const bool can_be = find_kind(kind)->immutable;
          EXPECT_EQ((*listed)[i]->unaltered, can_be && is_unaltered(replica_, truth[i])) << kind;
        }
      }
    }
  }

 private:
  void add_entry(Edit& edit, const SpaceId& space, const std::string& text) {
    std::vector<Edit::Field> fields = {{"of", {}, text}, {"status", {}, std::string("pågår")}};
    const auto id = content_id(replica_, space, "measure_status", fields);
    ASSERT_TRUE(id.ok());
    const auto present = replica_.records().read(*id);
    if (present.ok() && !*present) edit.create(*id, space, "measure_status", std::move(fields));
  }
  void alter_entry(Edit& edit, const SpaceId& space, const std::string& text) {
    const auto all = stored(replica_, "measure_status", space);
    if (!all.empty()) edit.assign(all[random_() % all.size()].id, "status", text);
  }

  Replica& replica_;
  std::mt19937& random_;
  RecordCache cache_;
  ConflictTally tally_;
  std::vector<SpaceId> spaces_;

 public:
  std::size_t resolved = 0;  ///< when it was compared last
};

TEST(RecordCache, ListsWhatTheStoreListsWhateverIsWrittenHereAndElsewhere) {
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  const auto kari = fleet.must_join("kari", UserId{{1}});
  const auto ola = fleet.must_join("ola", UserId{{2}});
  for (const auto* each : {&kari, &ola, &kari, &ola}) ASSERT_TRUE((*each)->sync({}).ok());
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::vector<std::pair<Replica*, Writer>> writers;
  for (Replica* each : {fleet.admin.get(), kari.get(), ola.get()})
    writers.emplace_back(each, Writer(*each, random));
  for (int step = 0; step < 150; ++step) {
    auto& [replica, writer] = writers[random() % writers.size()];
    writer.write();
    if (random() % 4 == 0) {
      ASSERT_TRUE(replica->sync({}).ok());
    }
    if (random() % 3 == 0) writer.expect_same();
  }
  // What two wrote at once and somebody settled is counted.
  const RecordId disputed = kari->new_record_id(kari->space_id(test::kAllSpace, {}));
  Edit made;
  made.create(disputed, kari->space_id(test::kAllSpace, {}), "note", {{"title", {}, std::string("tittel")}});
  ASSERT_TRUE(kari->commit(made).ok());
  for (Replica* each : {kari.get(), ola.get()}) ASSERT_TRUE(each->sync({}).ok());
  for (Replica* each : {kari.get(), ola.get()}) {
    Edit edit;
    edit.assign(disputed, "title", each == kari.get() ? std::string("Karis") : std::string("Olas"));
    ASSERT_TRUE(each->commit(edit).ok());
  }
  for (Replica* each : {kari.get(), ola.get(), kari.get()}) ASSERT_TRUE(each->sync({}).ok());
  Edit settles;
  settles.resolve(disputed, "title", std::string("begges"));
  ASSERT_TRUE(kari->commit(settles).ok());
  writers[1].second.expect_same();
  EXPECT_GT(writers[1].second.resolved, 0u);
  // Erased for good by the administrator: rows are forgotten and built anew.
  const auto notes = stored(*fleet.admin, "note", std::nullopt);
  ASSERT_FALSE(notes.empty());
  ASSERT_TRUE(fleet.admin->sync({}).ok());
  replica::ErasureScope scope;
  scope.records = {notes.front().id, notes.back().id};
  ASSERT_TRUE(fleet.admin->erase_writes(scope, false, {}).ok());
  for (auto& [replica, writer] : writers) {
    ASSERT_TRUE(replica->sync({}).ok());
    writer.expect_same();
  }
  // A device that is revoked: what it wrote afterwards counts no more.
  writers[2].second.write();
  ASSERT_TRUE(fleet.admin->revoke_device(ola->device(), {}).ok());
  for (std::size_t each : {0u, 1u}) {
    ASSERT_TRUE(writers[each].first->sync({}).ok());
    writers[each].second.expect_same();
  }
}

}  // namespace
}  // namespace samla::domain
