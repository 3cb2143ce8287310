// HR brings units in from CSV, follows what they submit, and takes the numbers out; over real replicas. The
// numbers are worked out from the story by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

/// Oslo has six local offices, of which one has become part of another, and Finnmark one: six units stand.
constexpr const char* kUnits =
    "number;name;type;fylke;kommune;language;headcount;successor\r\n"
    "0301;NAV Gamle Oslo;lokal;Oslo;Oslo;nb;80;\r\n"
    "0302;NAV Grünerløkka;lokal;Oslo;Oslo;nb;75;\r\n"
    "0303;NAV Sagene;lokal;Oslo;Oslo;nb;60;\r\n"
    "0304;NAV St. Hanshaugen;lokal;Oslo;Oslo;nb;55;\r\n"
    "0305;NAV Frogner;lokal;Oslo;Oslo;nb;70;\r\n"
    "0306;NAV Bygdøy;lokal;Oslo;Oslo;nb;5;0305\r\n"
    "2018;\"NAV Måsøy; Havøysund\";lokal;Finnmark;Måsøy;nb;4;\r\n";

class ReportStory : public ::testing::Test {
 protected:
  Json import(const std::string& text, bool dry_run = false, const std::string& kind = "units") {
    return people.hr->ask("org.import", {{"kind", kind}, {"text", text}, {"dry_run", dry_run}});
  }
  /// A leader's whole assessment, submitted.
  std::unique_ptr<Person> submit(const std::string& unit,
                                 const std::vector<std::array<const char*, 3>>& items) {
    auto leader = people.leader("leder" + unit, unit, "Telefon " + unit);
    const std::string id = leader->must("assessment.new", {{"unit", unit}})["assessment"]["id"];
    leader->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "=SUM(A1) \"" + unit + "\""}}}});
    for (const auto& [type, theme, text] : items) {
      Json parameters = {{"id", id}, {"type", type}, {"text", text}};
      if (*theme != '\0') parameters["theme"] = theme;
      leader->must("assessment.item.add", parameters);
    }
    leader->must("assessment.submit", {{"id", id}});
    leader->sync();
    return leader;
  }

  People people;
};

TEST_F(ReportStory, UnitsComeFromCsvCheckedComparedAndOnce) {
  const Json tried = import(kUnits, true);
  EXPECT_EQ(tried["changes"].size(), 7u);
  EXPECT_EQ(tried["applied"], false);
  EXPECT_EQ(people.hr->must("report.response")["units"], 0);
  EXPECT_EQ(import(kUnits)["applied"], true);
  EXPECT_EQ(people.hr->must("report.response")["units"], 6);
  const Json again = import(kUnits);
  EXPECT_EQ(again["changes"].size(), 0u);
  EXPECT_EQ(again["same"], 7);
  const Json changed =
      import("number,name,headcount\n0303,NAV Sagene og Torshov,61\n0304,NAV St. Hanshaugen,55\n");
  ASSERT_EQ(changed["changes"].size(), 2u) << changed.dump();
  EXPECT_EQ(changed["changes"][0]["field"], "headcount");
  EXPECT_EQ(changed["changes"][0]["before"], "60");
  EXPECT_EQ(changed["changes"][1]["after"], "NAV Sagene og Torshov");
  EXPECT_EQ(changed["same"], 1);
}

TEST_F(ReportStory, EveryMistakeIsNamedByItsLineAndNothingIsImported) {
  const std::string text =
      "number;name;headcount;successor;language\n"
      "1;En;ti;;nb\n"
      "2;;3;;nb\n"
      "3;Tre;3;9;nb\n"
      "3;Tre igjen;3;;nb\n"
      "4;Fire;3;5;dansk\n"
      "5;Fem;3;4;nb\n"
      "6;Seks;1;;nb;for mye\n";
  std::map<int, int> lines;
  const Json tried = import(text, true);
  for (const Json& each : tried["mistakes"]) ++lines[each["line"].get<int>()];
  // Line 6 has a wrong language and stands in a circle with line 7.
  EXPECT_EQ(lines, (std::map<int, int>{{2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 2}, {7, 1}, {8, 1}}));
  const Json refused = import(text);
  EXPECT_EQ(refused["error"]["code"], "invalid_argument");
  EXPECT_NE(refused["error"]["hint"].dump().find("line 2: headcount must be a whole number"),
            std::string::npos);
  EXPECT_EQ(people.hr->must("report.response")["units"], 0);
  EXPECT_EQ(import("number;navn\n1;x\n")["error"]["code"], "invalid_argument");
  EXPECT_EQ(import("")["ok"], false);
  import(kUnits);
  const std::string leaders =
      "user,name,unit,from\nkari,Kari Eksempel,0301,2016-01-01\nkari,Kari Eksempel,0302,\n";
  EXPECT_EQ(import(leaders, false, "leaders")["changes"].size(), 2u);
  EXPECT_EQ(import(leaders, false, "leaders")["same"], 2);
  const Json wrong = import("user,name,unit,from\nkari,Kari,9999,i fjor\n", true, "leaders");
  EXPECT_EQ(wrong["mistakes"].size(), 2u);
}

TEST_F(ReportStory, NumbersAreThoseOfTheStoryAndHiddenFromOthersWhereTheyRestOnFew) {
  import(kUnits);
  using Items = std::vector<std::array<const char*, 3>>;
  const Items common = {{"styrke", "ett-nav", "Tett på brukerne"}, {"svakhet", "", "For mange møter"}};
  const auto a = submit("0301", common);
  const auto b = submit("0302", common);
  const auto c = submit("0303", common);
  const auto d = submit("0304", common);
  // Bygdøy has become part of Frogner and counts there.
  const auto e = submit("0306", {{"styrke", "horisontal", "=cmd"}, {"tiltak", "horisontal", "Hospitering"}});
  people.hr->sync();
  people.hr->must("measure.add", {{"unit", "0301"}, {"title", "Felles mottak"}, {"deadline", "2016-06-01"}});
  people.hr->must("cascade.assign", {{"unit", "0301"}, {"gathering", "Oslo"}, {"due", "2016-06-01"}});

  const Json response = people.hr->must("report.response", {{"by", "fylke"}});
  EXPECT_EQ(response["units"], 6);
  EXPECT_EQ(response["by_status"]["sendt"], 5);
  EXPECT_EQ(response["by_status"]["ikke startet"], 1);
  ASSERT_EQ(response["missing"].size(), 1u);
  EXPECT_EQ(response["missing"][0]["unit"], "2018");
  ASSERT_EQ(response["groups"].size(), 2u);
  EXPECT_EQ(response["groups"][0]["group"], "Finnmark");
  EXPECT_EQ(response["groups"][0]["by_status"]["ikke startet"], 1);
  EXPECT_EQ(response["groups"][1]["by_status"]["sendt"], 5);
  int weeks = 0;
  for (const Json& each : response["by_week"]) weeks += each.get<int>();
  EXPECT_EQ(weeks, 5);

  const Json others = people.hr->must("report.response", {{"by", "fylke"}, {"for", "others"}});
  // One unit of six has not begun: told with the others, all six together.
  EXPECT_EQ(others["by_status"]["sendt"], nullptr);
  EXPECT_EQ(others["by_status"]["ikke startet"], nullptr);
  EXPECT_EQ(others["by_status"]["låst"], 0);
  ASSERT_EQ(others["joined"].size(), 1u);
  EXPECT_EQ(others["joined"][0]["words"], (Json{"ikke startet", "kladd", "medvirkning", "sendt"}));
  EXPECT_EQ(others["joined"][0]["count"], 6);
  EXPECT_FALSE(others.contains("missing"));
  // Finnmark alone is one unit, and Oslo would tell it by subtraction.
  for (const Json& group : others["groups"]) {
    for (const Json& each : group["by_status"]) EXPECT_EQ(each, nullptr) << group.dump();
  }

  const Json themes = people.hr->must("report.themes", {{"fylke", "Oslo"}})["themes"];
  ASSERT_EQ(themes.size(), 4u);
  EXPECT_EQ(themes[0]["styrke"], 4);
  EXPECT_EQ(themes[1]["styrke"], 1);
  EXPECT_EQ(themes[1]["tiltak"], 1);
  EXPECT_EQ(themes[3]["svakhet"], 4);
  EXPECT_EQ(people.hr->must("report.themes", {{"fylke", "Finnmark"}})["themes"][0]["styrke"], 0);
  EXPECT_EQ(people.hr->code("report.themes", {{"fylke", "Atlantis"}}), "not_found");
  const Json measures = people.hr->must("report.measures", {{"today", "2016-06-02"}});
  EXPECT_EQ(measures["measures"], 1);
  EXPECT_EQ(measures["overdue"], 1);
  EXPECT_EQ(people.hr->must("report.measures", {{"for", "others"}})["measures"], nullptr);
  const Json cascade = people.hr->must("report.cascade", {{"today", "2016-06-02"}});
  EXPECT_EQ(cascade["by_status"]["tildelt"], 1);
  EXPECT_EQ(cascade["overdue"], 1);
  EXPECT_EQ(a->code("report.measures"), "not_permitted");
  EXPECT_EQ(a->code("export.csv", {{"what", "items"}}), "not_permitted");
  EXPECT_EQ(people.hr->code("export.csv", {{"what", "items"}, {"for", "others"}}), "not_permitted");

  const Json rows = people.hr->must("export.json", {{"what", "items"}})["rows"];
  ASSERT_EQ(rows.size(), 10u);
  for (const Json& row : rows) EXPECT_EQ(row["form_version"], 1);
  const std::string csv = people.hr->must("export.csv", {{"what", "items"}, {"separator", ";"}})["text"];
  EXPECT_TRUE(csv.starts_with("\xef\xbb\xbfunit;name;fylke;type;status;form;form_version;")) << csv;
  EXPECT_NE(csv.find(";'=cmd;"), std::string::npos) << "a formula went out as one";
  EXPECT_EQ(std::ranges::count(csv, '\n'), 11);
  const std::string path = people.folder() / "utdrag.xlsx";
  EXPECT_EQ(people.hr->must("export.xlsx", {{"what", "assessments"}, {"path", path}})["rows"], 5);
  EXPECT_EQ(people.hr->code("export.xlsx", {{"what", "assessments"}, {"path", path}}), "already_exists");
  EXPECT_EQ(people.hr->code("export.xlsx", {{"what", "items"}, {"path", path + "/x/y.xlsx"}}), "io");
  std::ifstream file(path, std::ios::binary);
  std::string magic(2, ' ');
  file.read(magic.data(), 2);
  EXPECT_EQ(magic, "PK");
}

}  // namespace
}  // namespace samla::requests
