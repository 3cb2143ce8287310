// Measures and cascade tasks between a unit's leaders and HR, over real replicas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class MeasureStory : public ::testing::Test {
 protected:
  void SetUp() override {
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1902", "Olas telefon");
    kari->sync();
    exchange();
  }
  void exchange() {
    kari->sync();
    ola->sync();
    people.hr->sync();
    kari->sync();
  }
  Json add(Person& person, Json parameters) {
    return person.must("measure.add", std::move(parameters))["measure"];
  }

  People people;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
};

TEST_F(MeasureStory, AProposalInAnAssessmentBecomesAMeasureThatIsFollowedUpToItsEffect) {
  const std::string id = kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"];
  const Json draft =
      kari->must("assessment.item.add",
                 {{"id", id}, {"type", "tiltak"}, {"text", "Felles mottak"}, {"theme", "ett-nav"}});
  const std::string item = draft["assessment"]["items"][0]["id"];
  kari->must("assessment.submit", {{"id", id}});
  exchange();
  // HR has no key to the draft and knows the item by the revision that it is in.
  const Json made = add(*people.hr, {{"origin", item}, {"deadline", "2016-06-01"}});
  EXPECT_EQ(made["title"], "Felles mottak");
  EXPECT_EQ(made["unit"], "1902");
  EXPECT_EQ(made["origin_kind"], "item");
  EXPECT_EQ(made["origin"], item);
  EXPECT_EQ(made["theme"], "ett-nav");
  EXPECT_EQ(made["status"], "foreslått");
  EXPECT_EQ(made["owner"], nullptr);
  exchange();
  const Json measure_id = made["id"];
  kari->must("measure.assign", {{"id", measure_id}, {"owner", "ola"}});
  EXPECT_EQ(kari->code("measure.assign", {{"id", measure_id}, {"owner", "nobody"}}), "not_found");
  kari->must("measure.status", {{"id", measure_id}, {"status", "pågår"}, {"note", "I gang"}});
  EXPECT_EQ(kari->code("measure.review", {{"id", measure_id}, {"effect", "x"}}), "wrong_state");
  EXPECT_EQ(kari->code("measure.status", {{"id", measure_id}, {"status", "effekt vurdert"}}),
            "invalid_argument");
  exchange();
  const auto overdue = [&](Person& person, const char* today) {
    return person.must("measure.list", {{"overdue", true}, {"today", today}})["measures"].size();
  };
  EXPECT_EQ(overdue(*people.hr, "2016-06-01"), 0u);
  EXPECT_EQ(overdue(*people.hr, "2016-06-02"), 1u);
  ola->must("measure.status", {{"id", measure_id}, {"status", "fullført"}});
  ola->must("measure.review", {{"id", measure_id}, {"effect", "Kortere ventetid"}});
  exchange();
  const Json seen = people.hr->must("measure.show", {{"id", measure_id}})["measure"];
  EXPECT_EQ(seen["status"], "effekt vurdert");
  EXPECT_EQ(seen["owner"], "ola");
  ASSERT_EQ(seen["log"].size(), 3u);
  EXPECT_EQ(seen["log"][0]["author"], "kari");
  EXPECT_EQ(seen["log"][2]["note"], "Kortere ventetid");
  EXPECT_EQ(overdue(*people.hr, "2017-01-01"), 0u);
  EXPECT_EQ(people.hr->must("measure.list", {{"owner", "ola"}})["measures"].size(), 1u);
  EXPECT_EQ(people.hr->must("measure.list", {{"owner", "kari"}})["measures"].size(), 0u);
}

TEST_F(MeasureStory, StatusesSetByTwoAtOnceAreBothInTheLogAndAskNobody) {
  const Json id = add(*kari, {{"unit", "1902"}, {"title", "Opplæring"}})["id"];
  exchange();
  ola->sync();
  kari->must("measure.status", {{"id", id}, {"status", "planlagt"}});
  ola->must("measure.status", {{"id", id}, {"status", "pågår"}});
  kari->sync();
  ola->sync();
  kari->sync();
  const Json seen = kari->must("measure.show", {{"id", id}})["measure"];
  EXPECT_EQ(seen["log"].size(), 2u);
  EXPECT_EQ(seen["status"], ola->must("measure.show", {{"id", id}})["measure"]["status"]);
  EXPECT_EQ(kari->must("conflict.list")["conflicts"].size(), 0u);
  kari->must("measure.status", {{"id", id}, {"status", "vedtatt"}});
  EXPECT_EQ(kari->must("measure.show", {{"id", id}})["measure"]["status"], "vedtatt");
}

TEST_F(MeasureStory, IsListedByDeadlineAndRefusesWhatIsNoDayAndNoTitle) {
  add(*kari, {{"unit", "1902"}, {"title", "uten"}});
  add(*kari, {{"unit", "1902"}, {"title", "sist"}, {"deadline", "2016-12-24"}});
  add(*kari, {{"unit", "1902"}, {"title", "først"}, {"deadline", "2016-02-29"}});
  std::vector<std::string> titles;
  for (const Json& each : kari->must_list("measure.list", "measures")) titles.push_back(each["title"]);
  EXPECT_EQ(titles, (std::vector<std::string>{"først", "sist", "uten"}));
  for (const char* date : {"2015-02-29", "24.12.2016", "2016-13-01", "2016-1-1", "2016-01-0x"}) {
    EXPECT_EQ(kari->code("measure.add", {{"unit", "1902"}, {"title", "x"}, {"deadline", date}}),
              "invalid_argument")
        << date;
  }
  EXPECT_EQ(kari->code("measure.add", {{"unit", "1902"}}), "invalid_argument");
  EXPECT_EQ(kari->code("measure.add", {{"title", "hovedtiltak"}}), "not_permitted");
  EXPECT_EQ(add(*people.hr, {{"title", "hovedtiltak"}})["unit"], nullptr);
  exchange();
  EXPECT_EQ(kari->must("measure.list")["measures"].size(), 4u);
}

TEST_F(MeasureStory, WhatWasSaidAtAGatheringIsPassedOnAndAcknowledged) {
  const Json asked = people.hr->must(
      "cascade.assign", {{"unit", "1902"}, {"gathering", "Tromsø"}, {"due", "2016-03-01"}})["tasks"];
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(people.hr->must("cascade.assign",
                            {{"unit", "1902"}, {"gathering", "Tromsø"}, {"due", "2016-03-01"}})["tasks"],
            asked);
  EXPECT_EQ(kari->code("cascade.assign", {{"unit", "1902"}, {"gathering", "x"}}), "not_permitted");
  EXPECT_EQ(people.hr->code("cascade.assign", {{"unit", "1902"}, {"gathering", "x"}, {"leader", "hr"}}),
            "not_found");
  exchange();
  const Json mine = kari->must("cascade.list", {{"leader", "kari"}, {"today", "2016-03-02"}})["tasks"];
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0]["status"], "tildelt");
  EXPECT_EQ(mine[0]["overdue"], true);
  const Json id = mine[0]["id"];
  EXPECT_EQ(people.hr->code("cascade.done", {{"id", id}}), "not_permitted");
  EXPECT_EQ(people.hr->code("cascade.acknowledge", {{"id", id}}), "wrong_state");
  kari->must("cascade.plan", {{"id", id}, {"method", "Personalmøte"}});
  kari->must("cascade.done", {{"id", id}, {"reached", 23}, {"feedback", "Godt mottatt"}});
  exchange();
  people.hr->must("cascade.acknowledge", {{"id", id}});
  exchange();
  const Json done = kari->must("cascade.list", {{"status", "kvittert"}})["tasks"];
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0]["reached"], 23);
  EXPECT_EQ(done[0]["method"], "Personalmøte");
  EXPECT_EQ(kari->code("cascade.done", {{"id", id}}), "wrong_state");
  EXPECT_EQ(kari->must("cascade.list", {{"overdue", true}, {"today", "2016-03-02"}})["tasks"].size(), 1u);
}

TEST_F(MeasureStory, OfStaffReachedTheGreaterOfTwoReportsStandsAndACorrectionReplacesIt) {
  const Json tasks = people.hr->must("cascade.assign", {{"unit", "1902"}, {"gathering", "Bodø"}})["tasks"];
  const Json id = tasks[0]["id"];
  exchange();
  ola->sync();
  kari->must("cascade.done", {{"id", id}, {"reached", 23}});
  ola->must("cascade.done", {{"id", id}, {"reached", 20}});
  exchange();
  ola->sync();
  const auto reached = [&](Person& person) {
    const Json done = person.must("cascade.list", {{"status", "gjennomført"}})["tasks"];
    return done.size() == 1 ? done[0]["reached"].get<int>() : -1;
  };
  for (Person* each : {kari.get(), ola.get(), people.hr.get()}) {
    EXPECT_EQ(reached(*each), 23);
    EXPECT_EQ(each->must("conflict.list")["conflicts"].size(), 0u);
  }
  ola->must("cascade.done", {{"id", id}, {"reached", 12}});
  ola->sync();
  exchange();
  EXPECT_EQ(reached(*kari), 12);
  EXPECT_EQ(people.hr->must("report.cascade")["reached"], 12);
}

}  // namespace
}  // namespace samla::requests
