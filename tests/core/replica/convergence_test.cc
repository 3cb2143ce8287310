// Many devices, wrong clocks, edits apart: one state in the end, and every value somewhere to be found.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace convergence_test {

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

SpaceId team(const Replica& replica) { return replica.space_id(test::kTeamSpace, RecordId{{1}}); }

void must_sync(Replica& replica) {
  const auto report = replica.sync({});
  ASSERT_TRUE(report.ok()) << report.error().message();
  ASSERT_EQ(report->reached, "centre");
}

std::string body_of(Replica& replica, const RecordId& id) {
  const auto record = replica.records().read(id);
  return record.ok() && *record ? (*record)->text("body") : "(none)";
}

void write_body(Replica& replica, const RecordId& id, const std::string& text) {
  Edit edit;
  edit.assign(id, "body", text);
  ASSERT_TRUE(replica.commit(edit).ok());
}

TEST(Convergence, AnEditThatKnewOfAnotherReplacesItHoweverWrongTheClocksAre) {
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  const SkewedClock future(9), past(-27);
  fleet.clocks = {{"future", &future}, {"past", &past}};
  auto ahead = fleet.must_join("future", UserId{{1}});
  auto behind = fleet.must_join("past", UserId{{2}});
  must_sync(*ahead);
  must_sync(*behind);
  const RecordId id = ahead->new_record_id(team(*ahead));
  Edit edit;
  edit.create(id, team(*ahead), "note",
              {{"title", {}, std::string("x")}, {"body", {}, std::string("fra 2035")}});
  ASSERT_TRUE(ahead->commit(edit).ok());
  for (int round = 0; round < 3; ++round) {
    must_sync(*ahead);
    must_sync(*behind);
    const std::string later = "fra 1999, runde " + std::to_string(round);
    write_body(*behind, id, later);
    must_sync(*behind);
    must_sync(*ahead);
    EXPECT_EQ(body_of(*ahead, id), later);
    EXPECT_FALSE((*ahead->records().read(id))->contested());
    const std::string again = "fra 2035, runde " + std::to_string(round);
    write_body(*ahead, id, again);
    must_sync(*ahead);
    must_sync(*behind);
    EXPECT_EQ(body_of(*behind, id), again);
  }
}

TEST(Convergence, TenDevicesThatEditTheSameFieldsApartComeToOneStateAndLoseNoValue) {
  constexpr int kDevices = 10;
  const char* const given = std::getenv("SAMLA_TEN_DEVICES_RECORDS");
  const int kRecords = given == nullptr ? 40 : std::atoi(given);
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  std::vector<std::unique_ptr<Replica>> devices;
  for (int d = 0; d < kDevices; ++d) {
    devices.push_back(fleet.must_join("d" + std::to_string(d), UserId{{static_cast<std::uint8_t>(d + 1)}}));
  }
  for (auto& device : devices) must_sync(*devices.front()), must_sync(*device);
  std::vector<RecordId> ids;
  for (int r = 0; r < kRecords; ++r) {
    Edit edit;
    ids.push_back(devices[0]->new_record_id(team(*devices[0])));
    edit.create(ids.back(), team(*devices[0]), "note", {{"body", {}, std::string("utgangspunkt")}});
    ASSERT_TRUE(devices[0]->commit(edit).ok());
  }
  for (auto& device : devices) must_sync(*device);
  for (int d = 0; d < kDevices; ++d) {
    for (int r = 0; r < kRecords; ++r) {
      write_body(*devices[static_cast<std::size_t>(d)], ids[static_cast<std::size_t>(r)],
                 "enhet " + std::to_string(d) + " post " + std::to_string(r));
    }
  }
  for (int twice = 0; twice < 2; ++twice) {
    for (auto& device : devices) must_sync(*device);
  }
  // Every value that anyone wrote is a head, the first of which is shown; and all devices show the same.
  std::size_t accounted = 0;
  for (std::size_t r = 0; r < ids.size(); ++r) {
    const auto first = devices[0]->records().read(ids[r]);
    ASSERT_TRUE(first.ok() && *first);
    std::set<std::string> values;
    for (const view::HeadView& head : (*first)->fields.at(0).heads) {
      values.insert(std::get<std::string>(head.value));
    }
    for (int d = 0; d < kDevices; ++d) {
      accounted += values.count("enhet " + std::to_string(d) + " post " + std::to_string(r));
    }
    const resolve::RecordState state = **devices[0]->records().state(ids[r]);
    for (auto& device : devices) {
      ASSERT_EQ(**device->records().read(ids[r]), **first);
      ASSERT_EQ((*device->records().state(ids[r]))->encode(), state.encode());
    }
  }
  EXPECT_EQ(accounted, ids.size() * kDevices);
  EXPECT_EQ(*devices[0]->records().contested_count(), static_cast<std::size_t>(kRecords));
  // What all of them replaced is in the history.
  const auto history = devices[9]->history(ids.front());
  ASSERT_TRUE(history.ok());
  EXPECT_EQ(std::get<std::string>(history->front().content->fields.at(0).value), "utgangspunkt");
  EXPECT_EQ(history->size(), std::size_t{kDevices} + 1);
}

}  // namespace convergence_test
}  // namespace samla::replica
