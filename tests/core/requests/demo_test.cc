// The small demonstration, loaded the way that people would make it, over a real server.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/domain/demo_plan.h"
#include "core/view/word_forms.h"
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

/// Of the units that have submitted, those with the stem in one of their items.
std::size_t units_that_use(const std::vector<domain::DemoUnit>& plan, const std::string& stem) {
  return static_cast<std::size_t>(std::ranges::count_if(plan, [&](const domain::DemoUnit& unit) {
    const bool is_submitted =
        unit.status == "sendt" || unit.status == "returnert" || unit.status == "godkjent";
    return is_submitted && std::ranges::any_of(unit.items, [&](const domain::NewItem& item) {
             return std::ranges::any_of(view::words_of(item.text), [&](const view::Word& word) {
               return view::stem_of(word.lower) == stem;
             });
           });
  }));
}

TEST(Demo, TheFullPlanHasTheFiguresOfTheProgrammeAndIsTheSameEachTime) {
  const auto plan = domain::plan_demo(domain::DemoSize::kFull).units;
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
  const auto again = domain::plan_demo(domain::DemoSize::kFull).units;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    ASSERT_EQ(plan[i].leaders.size(), again[i].leaders.size());
    EXPECT_EQ(plan[i].leaders[0].name, again[i].leaders[0].name);
    EXPECT_EQ(plan[i].leaders[0].notes.size(), again[i].leaders[0].notes.size());
    EXPECT_EQ(plan[i].items.size(), again[i].items.size());
  }
}

TEST(Demo, TheFullPlanHasTheLeadersNotesMeasuresTasksAndConflictsOfTheProgramme) {
  std::map<std::string, std::size_t> counted;
  std::set<std::size_t> clusters;
  std::set<std::string> texts;
  const auto units = domain::plan_demo(domain::DemoSize::kFull).units;
  for (const domain::DemoUnit& unit : units) {
    counted[unit.type == "lokal"        ? "in offices"
            : unit.type == "Direktorat" ? "in the directorate"
                                        : "in others"] += unit.leaders.size();
    if (unit.status != "ikke startet") ++counted["form v" + std::to_string(unit.form_version)];
    if (unit.conflict != domain::DemoConflict::kNone) ++counted["conflicts"];
    for (const domain::DemoLeader& leader : unit.leaders) {
      counted["notes"] += leader.notes.size();
      ++counted["at " + domain::demo_gatherings(domain::DemoSize::kFull)[leader.gathering].name];
      if (!leader.has_attended) ++counted["absent"];
      for (const domain::DemoInput& each : leader.inputs) {
        ++counted["inputs " + each.theme];
        if (each.text.ends_with('!')) ++counted["repeats"];
        clusters.insert(each.cluster);
        EXPECT_TRUE(texts.insert(each.text).second) << each.text;
      }
      ++counted[leader.passing == domain::Passing::kDone      ? "done"
                : leader.passing == domain::Passing::kPlanned ? "planned"
                                                              : "overdue"];
    }
    for (const domain::DemoMeasure& each : unit.measures) {
      ++counted["measures " + each.status];
      if (each.deadline < domain::kDemoToday) ++counted["measures overdue"];
    }
  }
  EXPECT_EQ(counted, (std::map<std::string, std::size_t>{{"in offices", 1050},
                                                         {"in others", 440},
                                                         {"in the directorate", 110},
                                                         {"form v1", 322},
                                                         {"form v2", 198},
                                                         {"conflicts", 38},
                                                         {"notes", 4600},
                                                         {"done", 1136},
                                                         {"planned", 288},
                                                         {"overdue", 176},
                                                         {"measures planlagt", 484},
                                                         {"measures pågår", 288},
                                                         {"measures fullført", 102},
                                                         {"measures avbrutt", 56},
                                                         {"measures overdue", 130},
                                                         {"at Tromsø", 124},
                                                         {"at Bodø", 110},
                                                         {"at Trondheim", 230},
                                                         {"at Bergen", 193},
                                                         {"at Stavanger", 190},
                                                         {"at Gardermoen", 295},
                                                         {"at Oslo", 458},
                                                         {"absent", 32},
                                                         {"inputs ett-nav", 552},
                                                         {"inputs horisontal", 348},
                                                         {"inputs mindre-styring", 300},
                                                         {"repeats", 90}}));
  EXPECT_EQ(clusters.size(), 310u);
}

TEST(Demo, TheReportsOfTheSmallOneEqualWhatWasPlanned) {
  samla::TemporaryFolder folder;
  LoopbackServer server;
  Person hr(folder.path() / "hr");
  const Json loaded = hr.must("demo.load", {{"server", server.url()}});
  const auto plan = domain::plan_demo(domain::DemoSize::kSmall).units;
  ASSERT_EQ(plan.size(), 10u);
  EXPECT_EQ(loaded["leaders"], 11);
  EXPECT_EQ(loaded["conflicts"], 1);
  EXPECT_EQ(loaded["inputs"], 12);
  EXPECT_EQ(loaded["clusters"], 4);
  EXPECT_EQ(hr.must("round.list")["rounds"].size(), 1u);
  const Json response = hr.must("report.response", {{"by", "fylke"}});
  EXPECT_EQ(response["units"], 10);
  for (const auto& [status, count] : statuses(plan))
    EXPECT_EQ(response["by_status"][status], count) << status;
  EXPECT_EQ(response["groups"].size(), 3u);
  std::map<std::string, int> strengths;
  int measures = 0;
  int passed_on = 0;
  int overdue = 0;
  int late = 0;
  int reached = 0;
  for (const domain::DemoUnit& unit : plan) {
    measures += static_cast<int>(unit.measures.size());
    for (const domain::DemoLeader& each : unit.leaders) {
      if (each.passing == domain::Passing::kDone) ++passed_on;
      if (each.passing == domain::Passing::kOverdue) ++overdue;
      reached += each.reached;
    }
    for (const domain::DemoMeasure& each : unit.measures) late += each.deadline < domain::kDemoToday ? 1 : 0;
    if (unit.status != "sendt" && unit.status != "returnert" && unit.status != "godkjent") continue;
    for (const domain::NewItem& item : unit.items) {
      if (item.type == "styrke") ++strengths[item.theme];
    }
  }
  for (const Json& row : hr.must_list("report.themes", "themes"))
    EXPECT_EQ(row["styrke"], strengths[row["theme"].is_null() ? "" : row["theme"].get<std::string>()]) << row;
  const Json today = {{"today", std::string(domain::kDemoToday)}};
  EXPECT_EQ(hr.must("report.measures", today)["measures"], measures);
  EXPECT_EQ(hr.must("report.measures", today)["overdue"], late);
  EXPECT_EQ(loaded["measures"], measures);
  const Json cascade = hr.must("report.cascade", today);
  EXPECT_EQ(cascade["overdue"], overdue);
  EXPECT_EQ(cascade["by_status"]["gjennomført"], passed_on);
  EXPECT_EQ(cascade["reached"], reached);
  const Json words = hr.must("report.text", {{"part", "styrke"}});
  ASSERT_FALSE(words["words"].empty());
  EXPECT_FALSE(words["words"][0]["quotes"].empty());
  for (const Json& each : hr.must_list("report.text", "words", {{"for", "others"}})) {
    EXPECT_FALSE(each.contains("quotes") || each.contains("units")) << each;
    EXPECT_GE(units_that_use(plan, each["stem"]), 5u) << each;
  }
  for (const Json& each : hr.must_list("report.text", "words", {{"limit", 1000}}))
    EXPECT_EQ(each["units"], units_that_use(plan, each["stem"])) << each;
  // The one small unit of Finnmark is hidden from others, and with it what would tell it.
  const Json others = hr.must("report.response", {{"by", "fylke"}, {"for", "others"}});
  for (const Json& group : others["groups"]) {
    if (group["group"] == "Troms") continue;
    for (const Json& count : group["by_status"]) EXPECT_TRUE(count.is_null()) << group.dump();
  }
  // A leader's profile is there to be opened, and holds what is the leader's own.
  Person leader(std::filesystem::path(loaded["people"].get<std::string>()) / plan[0].leaders[0].handle);
  std::size_t own = 0;
  for (const Json& each : leader.must_list("note.list", "notes")) own += each["status"] == "kladd" ? 1 : 0;
  EXPECT_EQ(own, plan[0].leaders[0].notes.size());
  const auto in_conflict =
      std::ranges::find(plan, domain::DemoConflict::kSameField, &domain::DemoUnit::conflict);
  ASSERT_NE(in_conflict, plan.end());
  Person second(std::filesystem::path(loaded["people"].get<std::string>()) / in_conflict->leaders[1].handle);
  EXPECT_EQ(second.must("conflict.list")["conflicts"].size(), 1u);
  EXPECT_EQ(second.must("report.conflicts")["open"], 1);
  EXPECT_EQ(hr.must("note.list")["notes"].size(), 0u);
  EXPECT_EQ(hr.code("demo.load", {{"server", server.url()}}), "already_exists");
}

}  // namespace
}  // namespace samla::requests
