// HR reviews what a unit submits: returned, sent again, approved, locked, reopened; over real replicas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class ReviewStory : public ::testing::Test {
 protected:
  void SetUp() override {
    kari = people.leader("kari", "1902", "Karis telefon");
    id = kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"].get<std::string>();
    kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "Første utkast"}}}});
    add("styrke", "Tett på brukerne");
    add("svakhet", "For mange møter");
  }
  Json add(const std::string& type, const std::string& text) {
    return kari->must("assessment.item.add", {{"id", id}, {"type", type}, {"text", text}})["assessment"];
  }
  Json draft() { return kari->must("assessment.show", {{"id", id}})["assessment"]; }
  void exchange() {
    kari->sync();
    people.hr->sync();
    kari->sync();
  }
  Json submitted() {
    const Json list = people.hr->must("assessment.list")["assessments"];
    EXPECT_EQ(list.size(), 1u);
    return list.at(0);
  }
  void submit() {
    kari->must("assessment.submit", {{"id", id}});
    exchange();
  }
  int count(const std::string& status) {
    return people.hr->must("report.response")["by_status"][status].get<int>();
  }

  People people;
  std::unique_ptr<Person> kari;
  std::string id;
};

TEST_F(ReviewStory, ReturnedWithCommentsSentAgainApprovedLockedAndReopened) {
  submit();
  const Json first = submitted();
  EXPECT_EQ(first["status"], "sendt");
  const std::string weakness = first["items"][1]["id"];
  EXPECT_EQ(people.hr->code("assessment.return", {{"id", id}}), "invalid_argument");
  EXPECT_EQ(people.hr->code("assessment.return", {{"id", id}, {"comments", {{"nonsense", "x"}}}}),
            "invalid_argument");
  EXPECT_EQ(people.hr->code("assessment.lock", {{"id", id}}), "wrong_state");
  EXPECT_EQ(kari->code("assessment.return", {{"id", id}, {"comment", "x"}}), "not_permitted");
  EXPECT_EQ(kari->code("assessment.approve", {{"id", id}}), "not_permitted");
  people.hr->must("assessment.return",
                  {{"id", first["id"]},
                   {"comment", "Godt, men"},
                   {"comments", {{"summary", "Hva mener dere?"}, {weakness, "Hvilke?"}}}});
  exchange();
  EXPECT_EQ(count("returnert"), 1);

  Json mine = draft();
  EXPECT_EQ(mine["status"], "returnert");
  ASSERT_EQ(mine["comments"].size(), 3u);
  std::map<std::string, std::string> texts;
  for (const Json& each : mine["comments"]) {
    texts[each["target"]] = each["text"];
    EXPECT_EQ(each["status"], "åpen");
    EXPECT_EQ(each["author"], "hr");
    EXPECT_EQ(each["revision"], first["id"]);
    if (each["target"] == weakness) kari->must("assessment.comment.resolve", {{"id", each["id"]}});
  }
  EXPECT_EQ(texts, (std::map<std::string, std::string>{
                       {"", "Godt, men"}, {"summary", "Hva mener dere?"}, {weakness, "Hvilke?"}}));
  const Json validation = kari->must("assessment.validate", {{"id", id}});
  EXPECT_EQ(validation["valid"], true);
  EXPECT_NE(validation["warnings"].dump().find("2 of HR's comments are open"), std::string::npos);
  kari->must("assessment.item.edit",
             {{"id", weakness}, {"text", "For mange møter uten dagsorden"}, {"theme", "mindre-styring"}});
  submit();

  const Json second = submitted();
  EXPECT_EQ(second["status"], "sendt");
  EXPECT_EQ(second["previous"], Json::array({first["id"]}));
  EXPECT_EQ(count("sendt"), 1);
  EXPECT_EQ(people.hr->code("assessment.approve", {{"id", first["id"]}}), "wrong_state");
  const Json changes = people.hr->must("assessment.diff", {{"id", second["id"]}})["changes"];
  ASSERT_EQ(changes.size(), 2u) << changes.dump();
  EXPECT_EQ(changes[0]["part"], "text");
  EXPECT_EQ(changes[0]["before"], "For mange møter");
  EXPECT_EQ(changes[0]["after"], "For mange møter uten dagsorden");
  EXPECT_EQ(changes[1]["part"], "theme");
  people.hr->must("assessment.approve", {{"id", id}});
  people.hr->must("assessment.approve", {{"id", id}});
  exchange();
  EXPECT_EQ(draft()["status"], "godkjent");
  EXPECT_EQ(kari->code("assessment.submit", {{"id", id}}), "wrong_state");
  people.hr->must("assessment.lock", {{"id", id}});
  exchange();
  EXPECT_EQ(count("låst"), 1);
  EXPECT_EQ(kari->code("assessment.fill", {{"id", id}, {"answers", {{"summary", "x"}}}}), "wrong_state");
  EXPECT_EQ(kari->must("assessment.validate", {{"id", id}})["valid"], false);
  people.hr->must("assessment.reopen", {{"id", id}});
  exchange();
  EXPECT_EQ(draft()["status"], "returnert");
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "Andre utkast"}}}});
  submit();
  EXPECT_EQ(submitted()["status"], "sendt");
  EXPECT_EQ(submitted()["answers"]["summary"], "Andre utkast");

  std::vector<std::string> events;
  for (const Json& each :
       people.hr->must_list("assessment.history", "events", {{"id", submitted()["id"].get<std::string>()}}))
    events.push_back(each["event"]);
  EXPECT_EQ(events, (std::vector<std::string>{"kladd", "sendt", "returnert", "comment", "comment", "comment",
                                              "sendt", "godkjent", "låst", "returnert", "sendt"}));
}

TEST_F(ReviewStory, WhatIsReturnedAndSentAgainUnchangedIsARevisionOfItsOwn) {
  submit();
  const Json first = submitted();
  people.hr->must("assessment.return", {{"id", id}, {"comment", "Sikker?"}});
  exchange();
  submit();
  const Json second = submitted();
  EXPECT_EQ(second["status"], "sendt");
  EXPECT_NE(second["id"], first["id"]);
  EXPECT_EQ(second["answers"], first["answers"]);
  EXPECT_EQ(people.hr->must("assessment.diff", {{"id", second["id"]}})["changes"].size(), 0u);
}

TEST_F(ReviewStory, OfTwoDecisionsThatDidNotKnowOfEachOtherTheReturnCounts) {
  const auto berit = people.join(people.invite("berit", "hr"), "Berits PC");
  submit();
  berit->sync();
  people.hr->must("assessment.approve", {{"id", id}});
  berit->must("assessment.return", {{"id", id}, {"comment", "Vent"}});
  people.hr->sync();
  berit->sync();
  exchange();
  EXPECT_EQ(submitted()["status"], "returnert");
  EXPECT_EQ(draft()["status"], "returnert");
  // One who knows of both decides for good.
  people.hr->must("assessment.approve", {{"id", id}});
  exchange();
  berit->sync();
  EXPECT_EQ(draft()["status"], "godkjent");
  EXPECT_EQ(berit->must_list("assessment.list", "assessments")[0]["status"], "godkjent");
}

TEST_F(ReviewStory, WhoTookPartIsAWordForHrUntilItIsSubmitted) {
  const Json mine =
      kari->must("assessment.participation",
                 {{"id", id}, {"process", "To møter"}, {"add", {"Verneombudet", "Alle ansatte"}}});
  EXPECT_EQ(mine["assessment"]["status"], "medvirkning");
  exchange();
  EXPECT_EQ(count("medvirkning"), 1);
  EXPECT_EQ(people.hr->must("assessment.list")["assessments"].size(), 0u);
  kari->must("assessment.participation", {{"id", id}, {"remove", {"Verneombudet"}}, {"add", {"TV"}}});
  submit();
  EXPECT_EQ(submitted()["participants"], (Json{"Alle ansatte", "TV"}));
  EXPECT_EQ(submitted()["process"], "To møter");
  EXPECT_EQ(kari->code("assessment.participation", {{"id", id}}), "invalid_argument");
}

TEST_F(ReviewStory, AnEmptyDraftIsRefusedAndAThinOneWarnedOf) {
  const std::string empty = kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"];
  const Json found = kari->must("assessment.validate", {{"id", empty}});
  EXPECT_EQ(found["valid"], false);
  EXPECT_EQ(found["refusals"][0]["code"], "empty");
  EXPECT_EQ(kari->code("assessment.submit", {{"id", empty}}), "wrong_state");
  const Json thin = kari->must("assessment.validate", {{"id", id}});
  EXPECT_EQ(thin["valid"], true);
  std::map<std::string, int> codes;
  for (const Json& each : thin["warnings"]) ++codes[each["code"]];
  EXPECT_EQ(codes, (std::map<std::string, int>{{"unanswered", 4}, {"no_items", 1}, {"no_theme", 1}}));
}

TEST_F(ReviewStory, AnAssessmentIsPrintedInBothLanguages) {
  const std::string nb = kari->must("assessment.print", {{"id", id}})["text"];
  EXPECT_NE(nb.find("## Svakheter\n\n- For mange møter\n"), std::string::npos) << nb;
  const std::string nn =
      kari->must("assessment.print", {{"id", id}, {"format", "html"}, {"language", "nn"}})["text"];
  EXPECT_NE(nn.find("<h2>Veikskapar</h2>"), std::string::npos) << nn;
}

}  // namespace
}  // namespace samla::requests
