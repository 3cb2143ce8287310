#include "tests/core/requests/planned_reports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "core/view/word_forms.h"

namespace samla::test {
namespace {

using domain::DemoLeader;
using domain::DemoMeasure;
using domain::DemoPlan;
using domain::DemoUnit;
using domain::NewItem;

const std::string kToday(domain::kDemoToday);

bool has_submitted(const DemoUnit& unit) {
  return unit.status == "sendt" || unit.status == "returnert" || unit.status == "godkjent";
}

/// A filter as a request says it, and as the plan can be asked.
struct Choice {
  Json parameters = Json::object();
  std::function<bool(const DemoUnit&)> holds = [](const DemoUnit&) { return true; };
};

std::vector<Choice> choices(const DemoPlan& plan) {
  std::vector<Choice> out = {Choice()};
  std::set<std::string> fylker;
  std::set<std::string> types;
  for (const DemoUnit& each : plan.units) {
    fylker.insert(each.fylke);
    types.insert(each.type);
  }
  for (const std::string& fylke : fylker)
    out.push_back({{{"fylke", fylke}}, [fylke](const DemoUnit& each) { return each.fylke == fylke; }});
  for (const std::string& type : types)
    out.push_back({{{"type", type}}, [type](const DemoUnit& each) { return each.type == type; }});
  const std::string number = plan.units[plan.units.size() / 2].number;
  out.push_back({{{"unit", number}}, [number](const DemoUnit& each) { return each.number == number; }});
  return out;
}

using Counted = std::map<std::string, std::int64_t>;

Counted by_status(const DemoPlan& plan, const std::function<bool(const DemoUnit&)>& holds) {
  Counted out;
  for (const DemoUnit& each : plan.units) {
    if (holds(each)) ++out[each.status];
  }
  return out;
}

/// Every word of `reply` has the count of `expected`, none where that has none.
void expect_words(const Json& reply, const Counted& expected) {
  std::int64_t sum = 0;
  for (const auto& [word, count] : reply.items()) {
    const auto found = expected.find(word);
    EXPECT_EQ(count, found == expected.end() ? 0 : found->second) << word;
    sum += count.get<std::int64_t>();
  }
  std::int64_t all = 0;
  for (const auto& [word, count] : expected) all += count;
  EXPECT_EQ(sum, all) << reply.dump();
}

void expect_response(Person& hr, const DemoPlan& plan, const Choice& choice) {
  Json asked = choice.parameters;
  asked["by"] = "fylke";
  const Json reply = hr.must("report.response", asked);
  expect_words(reply["by_status"], by_status(plan, choice.holds));
  std::int64_t submitted = 0;
  std::set<std::string> missing;
  for (const DemoUnit& each : plan.units) {
    if (!choice.holds(each)) continue;
    has_submitted(each) ? void(++submitted) : void(missing.insert(each.number));
  }
  std::set<std::string> said;
  for (const Json& each : reply["missing"]) said.insert(each["unit"].get<std::string>());
  EXPECT_EQ(said, missing);
  std::int64_t weeks = 0;
  for (const Json& each : reply["by_week"]) weeks += each.get<std::int64_t>();
  EXPECT_EQ(weeks, submitted);
  for (const Json& group : reply["groups"]) {
    const std::string fylke = group["group"];
    expect_words(group["by_status"], by_status(plan, [&](const DemoUnit& each) {
                   return choice.holds(each) && each.fylke == fylke;
                 }));
  }
}

void expect_themes(Person& hr, const DemoPlan& plan, const Choice& choice, bool by_driver) {
  std::map<std::string, Counted> expected;
  for (const DemoUnit& unit : plan.units) {
    if (!choice.holds(unit) || !has_submitted(unit)) continue;
    for (const NewItem& item : unit.items) ++expected[item.type][by_driver ? item.driver : item.theme];
  }
  Json asked = choice.parameters;
  asked["by"] = by_driver ? "driver" : "theme";
  std::map<std::string, Counted> said;
  for (const Json& row : hr.must_list("report.themes", by_driver ? "drivers" : "themes", asked)) {
    const Json& key = row[by_driver ? "driver" : "theme"];
    EXPECT_NE(row["name"], "") << row;
    for (const char* type : {"styrke", "svakhet", "tiltak"}) {
      if (row[type] != 0) said[type][key.is_null() ? "" : key.get<std::string>()] = row[type];
    }
  }
  EXPECT_EQ(said, expected) << asked.dump();
}

void expect_measures(Person& hr, const DemoPlan& plan, const Choice& choice) {
  Counted statuses;
  std::int64_t overdue = 0;
  std::int64_t ended = 0;
  for (const DemoUnit& unit : plan.units) {
    if (!choice.holds(unit)) continue;
    for (const DemoMeasure& each : unit.measures) {
      ++statuses[each.status];
      const bool has_ended = each.status == "fullført" || each.status == "avbrutt";
      ended += has_ended ? 1 : 0;
      overdue += !has_ended && each.deadline < kToday ? 1 : 0;
    }
  }
  Json asked = choice.parameters;
  asked["today"] = kToday;
  const Json reply = hr.must("report.measures", asked);
  expect_words(reply["by_status"], statuses);
  EXPECT_EQ(reply["overdue"], overdue);
  EXPECT_EQ(reply["ended"], ended);
  EXPECT_EQ(reply["effect_reviewed"], 0);
  EXPECT_EQ(reply["programme"], domain::demo_figures(plan.size).chosen);
}

void expect_cascade(Person& hr, const DemoPlan& plan, const Choice& choice) {
  Counted statuses;
  std::int64_t overdue = 0;
  std::int64_t reached = 0;
  for (const DemoUnit& unit : plan.units) {
    if (!choice.holds(unit)) continue;
    for (const DemoLeader& each : unit.leaders) {
      ++statuses[each.passing == domain::Passing::kDone      ? "gjennomført"
                 : each.passing == domain::Passing::kPlanned ? "planlagt"
                                                             : "tildelt"];
      overdue += each.passing == domain::Passing::kOverdue ? 1 : 0;
      reached += each.reached;
    }
  }
  Json asked = choice.parameters;
  asked["today"] = kToday;
  const Json reply = hr.must("report.cascade", asked);
  expect_words(reply["by_status"], statuses);
  EXPECT_EQ(reply["overdue"], overdue);
  EXPECT_EQ(reply["reached"], reached);
  const std::int64_t done = statuses["gjennomført"];
  std::int64_t tasks = 0;
  for (const auto& [word, count] : statuses) tasks += count;
  EXPECT_EQ(reply["done"], done);
  EXPECT_NEAR(reply["share_done"].get<double>(),
              100.0 * static_cast<double>(done) / static_cast<double>(tasks), 0.5);
}

struct Uses {
  std::int64_t count = 0;
  std::set<std::string> units;
};

/// By stem.
std::map<std::string, Uses> words_of(const DemoPlan& plan, const Choice& choice, const std::string& type) {
  std::map<std::string, Uses> out;
  for (const DemoUnit& unit : plan.units) {
    if (!choice.holds(unit) || !has_submitted(unit)) continue;
    for (const NewItem& item : unit.items) {
      if (item.type != type) continue;
      for (const view::Word& word : view::words_of(item.text)) {
        Uses& uses = out[view::stem_of(word.lower)];
        ++uses.count;
        uses.units.insert(unit.number);
      }
    }
  }
  return out;
}

void expect_text(Person& hr, const DemoPlan& plan, const Choice& choice) {
  for (const char* type : {"styrke", "svakhet", "tiltak"}) {
    const auto expected = words_of(plan, choice, type);
    Json asked = choice.parameters;
    asked["part"] = type;
    asked["limit"] = 1000;
    std::size_t told = 0;
    for (const Json& row : hr.must_list("report.text", "words", asked)) {
      const auto found = expected.find(row["stem"]);
      ASSERT_NE(found, expected.end()) << row;
      EXPECT_EQ(row["count"], found->second.count) << row;
      EXPECT_EQ(row["units"], found->second.units.size()) << row;
      EXPECT_FALSE(row["quotes"].empty()) << row;
      ++told;
    }
    EXPECT_LE(told, expected.size());
    EXPECT_GE(2 * told, expected.size()) << "words of the trade alone are left out";
    asked["for"] = "others";
    for (const Json& row : hr.must_list("report.text", "words", asked)) {
      EXPECT_FALSE(row.contains("quotes") || row.contains("units")) << row;
      EXPECT_GE(words_of(plan, Choice(), type)[row["stem"]].units.size(), 5u) << row;
    }
  }
}

void expect_inputs(Person& hr, const DemoPlan& plan) {
  std::map<std::pair<std::string, std::string>, std::int64_t> expected;
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      for (const domain::DemoInput& each : leader.inputs)
        ++expected[{domain::demo_gatherings(plan.size)[leader.gathering].name, each.theme}];
    }
  }
  std::map<std::pair<std::string, std::string>, std::int64_t> said;
  for (const Json& row : hr.must_list("report.inputs", "rows"))
    said[{row["gathering"], row["theme"]}] = row["inputs"];
  EXPECT_EQ(said, expected);
}

void expect_exports(Person& hr, const DemoPlan& plan) {
  std::map<std::string, std::size_t> expected;
  for (const DemoUnit& unit : plan.units) {
    expected["cascade"] += unit.leaders.size();
    expected["measures"] += unit.measures.size();
    if (!has_submitted(unit)) continue;
    ++expected["assessments"];
    expected["items"] += unit.items.size();
  }
  std::map<std::string, std::int64_t> version;
  for (const DemoUnit& unit : plan.units) version[unit.number] = unit.form_version;
  for (const auto& [what, count] : expected) {
    const Json rows = hr.must("export.json", {{"what", what}})["rows"];
    EXPECT_EQ(rows.size(), count) << what;
    for (const Json& row : rows) {
      if (what != "assessments" && what != "items") continue;
      EXPECT_EQ(row["form_version"], version[row["unit"]]) << row;
    }
  }
}

}  // namespace

void expect_planned_reports(Person& hr, const DemoPlan& plan) {
  for (const Choice& choice : choices(plan)) {
    SCOPED_TRACE(choice.parameters.dump());
    expect_response(hr, plan, choice);
    expect_themes(hr, plan, choice, false);
    expect_themes(hr, plan, choice, true);
    expect_measures(hr, plan, choice);
    expect_cascade(hr, plan, choice);
    expect_text(hr, plan, choice);
  }
  expect_inputs(hr, plan);
  expect_exports(hr, plan);
  EXPECT_EQ(hr.must("report.conflicts")["open"], 0);
}

}  // namespace samla::test
