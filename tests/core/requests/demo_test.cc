// The small demonstration, loaded the way that people would make it, over a real server.
#include <gtest/gtest.h>

#include "core/domain/demo_plan.h"
#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::LoopbackServer;
using test::Person;

std::map<std::string, int> statuses(const std::vector<domain::DemoUnit>& plan) {
  std::map<std::string, int> out;
  for (const domain::DemoUnit& each : plan) ++out[each.status];
  return out;
}

TEST(Demo, TheFullPlanHasTheFiguresOfTheProgrammeAndIsTheSameEachTime) {
  const auto plan = domain::plan_demo(domain::DemoSize::kFull);
  EXPECT_EQ(plan.size(), 565u);
  EXPECT_EQ(statuses(plan), (std::map<std::string, int>{{"ikke startet", 45},
                                                        {"kladd", 119},
                                                        {"medvirkning", 68},
                                                        {"sendt", 215},
                                                        {"returnert", 28},
                                                        {"godkjent", 90}}));
  std::map<std::string, int> offices;
  std::set<std::string> numbers;
  for (const domain::DemoUnit& each : plan) {
    if (each.type == "lokal") ++offices[each.fylke];
    EXPECT_TRUE(numbers.insert(each.number).second);
  }
  EXPECT_EQ(offices["Nordland"], 44);
  EXPECT_EQ(offices["Vestfold"], 14);
  EXPECT_EQ(offices.size(), 19u);
  const auto again = domain::plan_demo(domain::DemoSize::kFull);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    EXPECT_EQ(plan[i].leader_name, again[i].leader_name);
    EXPECT_EQ(plan[i].items.size(), again[i].items.size());
  }
}

TEST(Demo, TheReportsOfTheSmallOneEqualWhatWasPlanned) {
  samla::TemporaryFolder folder;
  LoopbackServer server;
  Person hr(folder.path() / "hr");
  const Json loaded = hr.must("demo.load", {{"server", server.url()}});
  const auto plan = domain::plan_demo(domain::DemoSize::kSmall);
  ASSERT_EQ(plan.size(), 10u);
  EXPECT_EQ(loaded["leaders"], 10);
  const Json response = hr.must("report.response", {{"by", "fylke"}});
  EXPECT_EQ(response["units"], 10);
  for (const auto& [status, count] : statuses(plan))
    EXPECT_EQ(response["by_status"][status], count) << status;
  EXPECT_EQ(response["groups"].size(), 3u);
  std::map<std::string, int> strengths;
  int measures = 0;
  int passed_on = 0;
  int reached = 0;
  for (const domain::DemoUnit& unit : plan) {
    measures += static_cast<int>(unit.measures.size());
    if (unit.has_passed_on) {
      ++passed_on;
      reached += unit.reached;
    }
    if (unit.status != "sendt" && unit.status != "returnert" && unit.status != "godkjent") continue;
    for (const domain::NewItem& item : unit.items) {
      if (item.type == "styrke") ++strengths[item.theme];
    }
  }
  for (const Json& row : hr.must_list("report.themes", "themes"))
    EXPECT_EQ(row["styrke"], strengths[row["theme"].is_null() ? "" : row["theme"].get<std::string>()]) << row;
  EXPECT_EQ(hr.must("report.measures")["measures"], measures);
  EXPECT_EQ(loaded["measures"], measures);
  const Json cascade = hr.must("report.cascade");
  EXPECT_EQ(cascade["by_status"]["gjennomført"], passed_on);
  EXPECT_EQ(cascade["reached"], reached);
  // The one small unit of Finnmark is hidden from others, and with it what would tell it.
  const Json others = hr.must("report.response", {{"by", "fylke"}, {"for", "others"}});
  for (const Json& group : others["groups"]) {
    if (group["group"] == "Troms") continue;
    for (const Json& count : group["by_status"]) EXPECT_TRUE(count.is_null()) << group.dump();
  }
  // A leader's profile is there to be opened, and holds what is the leader's own.
  Person leader(std::filesystem::path(loaded["people"].get<std::string>()) / plan[0].leader);
  EXPECT_EQ(leader.must("note.list")["notes"].size(), plan[0].notes.size());
  EXPECT_EQ(hr.must("note.list")["notes"].size(), 0u);
  EXPECT_EQ(hr.code("demo.load", {{"server", server.url()}}), "already_exists");
}

}  // namespace
}  // namespace samla::requests
