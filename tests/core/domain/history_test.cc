// History over real replicas: stamps that cannot be, and what waits.
#include "core/domain/history.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/domain/conflicts.h"
#include "core/domain/policies.h"
#include "tests/support/sample_fleet.h"

namespace samla::domain {
namespace {

using replica::Edit;
using replica::Replica;
using test::Fleet;

class SkewedClock final : public Clock {
 public:
  explicit SkewedClock(std::int64_t years) : skew_ms_(years * 365 * 24 * 3600 * 1000) {}
  std::uint64_t now_ms() const override {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(system_.now_ms()) + skew_ms_);
  }

 private:
  SystemClock system_;
  std::int64_t skew_ms_;
};

TEST(History, FlagsStampsThatLieAheadAndThoseBeforeWhatTheyKnewOf) {
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  const SkewedClock future(9), past(-27);
  fleet.clocks = {{"future", &future}, {"past", &past}};
  auto ahead = fleet.must_join("future", UserId{{1}});
  auto behind = fleet.must_join("past", UserId{{2}});
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(ahead->sync({}).ok());
    ASSERT_TRUE(behind->sync({}).ok());
  }
  const RecordId id = ahead->new_record_id(ahead->space_id(test::kTeamSpace, RecordId{{1}}));
  Edit edit;
  edit.create(id, ahead->space_id(test::kTeamSpace, RecordId{{1}}), "note",
              {{"title", {}, std::string("fra 2035")}});
  ASSERT_TRUE(ahead->commit(edit).ok());
  ASSERT_TRUE(ahead->sync({}).ok());
  ASSERT_TRUE(behind->sync({}).ok());
  Edit later;
  later.assign(id, "title", std::string("fra 1999"));
  ASSERT_TRUE(behind->commit(later).ok());
  Workspace workspace(*behind);
  const auto versions = versions_of(workspace, to_hex(id), "test");
  ASSERT_TRUE(versions.ok()) << versions.error().message();
  ASSERT_EQ(versions->size(), 2u);
  for (const Version& version : *versions) {
    const bool written_ahead = version.writer == ahead->writer();
    EXPECT_EQ(version.state, written_ahead ? "replaced" : "current");
    EXPECT_TRUE(version.doubtful_time);
  }
}

}  // namespace
}  // namespace samla::domain
