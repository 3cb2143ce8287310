// The small demonstration, loaded the way that people would make it, over a real server.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/domain/demo_plan.h"
#include "tests/core/requests/planned_reports.h"
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
  const auto plan = domain::plan_demo(domain::DemoSize::kFull);
  const auto& units = plan.units;
  for (const domain::DemoUnit& unit : units) {
    counted[unit.type == "lokal"        ? "in offices"
            : unit.type == "Direktorat" ? "in the directorate"
                                        : "in others"] += unit.leaders.size();
    if (unit.status != "ikke startet") ++counted["form v" + std::to_string(unit.form_version)];
    if (unit.conflict != domain::DemoConflict::kNone) ++counted["conflicts"];
    for (const domain::DemoLeader& leader : unit.leaders) {
      counted["notes"] += leader.notes.size();
      for (const domain::DemoNote& each : leader.notes) {
        if (each.readers == domain::NoteReaders::kGroup) ++counted["notes of groups"];
        if (each.readers == domain::NoteReaders::kGathering) ++counted["notes shared"];
      }
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
                                                         {"notes of groups", 920},
                                                         {"notes shared", 1150},
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
  const domain::DemoFigures& figures = domain::demo_figures(domain::DemoSize::kFull);
  EXPECT_EQ(figures.candidates, 42u);
  EXPECT_EQ(figures.shortlisted, 12u);
  EXPECT_EQ(figures.chosen, 5u);
  ASSERT_EQ(plan.forum.size(), figures.voters);
  for (const domain::DemoVoter& each : plan.forum)
    EXPECT_EQ(std::accumulate(each.dots.begin(), each.dots.end(), std::int64_t{0}), 5);
}

/// Loads it, and compares every report, and what the people's devices hold, with the plan.
class LoadedDemo {
 public:
  explicit LoadedDemo(domain::DemoSize size)
      : plan(domain::plan_demo(size)),
        loaded(hr.must("demo.load", {{"server", server_.url()},
                                     {"size", size == domain::DemoSize::kFull ? "full" : "small"}})) {}

  Person leader(const domain::DemoLeader& who) const {
    return Person(std::filesystem::path(loaded["people"].get<std::string>()) / who.handle);
  }

 private:
  samla::TemporaryFolder folder_;
  LoopbackServer server_;

 public:
  Person hr{folder_.path() / "hr"};
  domain::DemoPlan plan;
  Json loaded;
};

void expect_counts(const Json& loaded, const domain::DemoPlan& plan) {
  std::map<std::string, std::size_t> sums;
  for (const domain::DemoUnit& unit : plan.units) {
    sums["measures"] += unit.measures.size();
    sums["leaders"] += unit.leaders.size();
    if (unit.conflict != domain::DemoConflict::kNone) ++sums["conflicts"];
    for (const domain::DemoLeader& each : unit.leaders) {
      sums["notes"] += each.notes.size();
      for (const domain::DemoNote& note : each.notes) {
        if (note.readers == domain::NoteReaders::kGroup) ++sums["grouped"];
        if (note.readers == domain::NoteReaders::kGathering) ++sums["shared"];
      }
    }
  }
  const domain::DemoFigures& figures = domain::demo_figures(plan.size);
  EXPECT_EQ(loaded["units"], plan.units.size());
  EXPECT_EQ(loaded["groups"], plan.units.size());
  EXPECT_EQ(loaded["tasks"], sums["leaders"]);
  EXPECT_EQ(loaded["inputs"], figures.inputs);
  EXPECT_EQ(loaded["clusters"], figures.clusters);
  EXPECT_EQ(loaded["shortlisted"], figures.shortlisted);
  EXPECT_EQ(loaded["main_measures"], figures.chosen);
  for (const auto& [name, sum] : sums) EXPECT_EQ(loaded[name], sum) << name;
}

/// The small one; the full one takes ten minutes of two processors, and is for `./run soak`.
domain::DemoSize size_asked() {
  const char* given = std::getenv("SAMLA_DEMO_SIZE");
  return given != nullptr && std::string_view(given) == "full" ? domain::DemoSize::kFull
                                                               : domain::DemoSize::kSmall;
}

TEST(Demo, TheReportsEqualWhatWasPlanned) {
  LoadedDemo demo(size_asked());
  expect_counts(demo.loaded, demo.plan);
  test::expect_planned_reports(demo.hr, demo.plan);
  if (demo.plan.size == domain::DemoSize::kFull) return;  // what follows names units of the small plan
  const auto& plan = demo.plan.units;
  ASSERT_EQ(plan.size(), 10u);
  const Json rounds = demo.hr.must("round.list")["rounds"];
  ASSERT_EQ(rounds.size(), 2u);
  EXPECT_EQ(rounds[0]["status"], "publisert");
  // The one small unit of Finnmark is hidden from others, and with it what would tell it.
  const Json others = demo.hr.must("report.response", {{"by", "fylke"}, {"for", "others"}});
  for (const Json& group : others["groups"]) {
    if (group["group"] == "Troms") continue;
    for (const Json& count : group["by_status"]) EXPECT_TRUE(count.is_null()) << group.dump();
  }
  // A leader's profile is there to be opened, and holds what is the leader's own.
  Person leader = demo.leader(plan[0].leaders[0]);
  std::size_t own = 0;
  for (const Json& each : leader.must_list("note.list", "notes")) own += each["status"] == "kladd" ? 1 : 0;
  EXPECT_EQ(own, plan[0].leaders[0].notes.size());
  const auto in_conflict =
      std::ranges::find(plan, domain::DemoConflict::kSameField, &domain::DemoUnit::conflict);
  ASSERT_NE(in_conflict, plan.end());
  Person second = demo.leader(in_conflict->leaders[1]);
  EXPECT_EQ(second.must("conflict.list")["conflicts"].size(), 1u);
  EXPECT_EQ(second.must("report.conflicts")["open"], 1);
  // HR reads what was shared at a gathering, and nothing of notebooks and leader groups.
  for (const Json& each : demo.hr.must_list("note.list", "notes")) EXPECT_EQ(each["status"], "delt") << each;
  EXPECT_EQ(demo.hr.must("note.list")["notes"].size(), demo.loaded["shared"]);
  EXPECT_EQ(demo.hr.code("demo.load", {{"server", "ws://127.0.0.1:1/#x"}}), "already_exists");
}

}  // namespace
}  // namespace samla::requests
