// From approved clusters to main measures: the forum votes and decides, HR publishes, leaders pass it on;
// over real replicas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/domain/kinds.h"
#include "core/domain/rounds.h"
#include "core/domain/workspace.h"
#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class RoundStory : public ::testing::Test {
 protected:
  void SetUp() override {
    Person& hr = *people.hr;
    hr.must("gathering.create", {{"name", "Oslo"}, {"from", "2016-03-02"}});
    hr.sync();
    for (const char* user : {"kari", "ola", "ukjent"})
      hr.must("gathering.join", {{"id", "Oslo"}, {"user", user}});
    hr.must("gathering.join", {{"id", "Oslo"}, {"user", "tove"}, {"role", "TV"}});
    hr.must("gathering.status", {{"id", "Oslo"}, {"status", "publisert"}});
    for (const auto& [text, theme] :
         {std::pair("Felles mottak", "ett-nav"), std::pair("Hospitering", "horisontal"),
          std::pair("Færre rapporter", "mindre-styring"), std::pair("Lokale tiltak", "mindre-styring")}) {
      const Json input =
          hr.must("input.add", {{"gathering", "Oslo"}, {"text", text}, {"theme", theme}})["input"];
      hr.must("input.moderate", {{"id", input["id"]}});
      const Json cluster = hr.must("input.cluster", {{"inputs", {input["id"]}}})["cluster"];
      clusters.push_back(cluster["id"]);
      inputs.push_back(input["id"]);
    }
  }
  void approve() {
    for (const std::string& each : clusters) people.hr->must("cluster.approve", {{"id", each}});
  }
  std::unique_ptr<Person> of_forum(const std::string& user) {
    auto person = people.stranger(user);
    person->must("join", {{"invite", people.invite(user, "forum")}, {"device", user + " sin maskin"}});
    return person;
  }
  Json open(Json parameters) {
    parameters["candidates"] = clusters;
    return people.hr->must("round.open", std::move(parameters))["round"];
  }
  /// Another member's device writes over every ballot that it holds, below the requests.
  void write_over_votes(Person& person, const std::string& folder, const std::string& ballot) {
    person.close();
    replica::OpenOptions options;
    options.directory = people.folder() / folder;
    options.passphrase = "passord";
    options.search_fields = domain::search_fields();
    {
      auto opened = replica::Replica::open(options);
      ASSERT_TRUE(opened.ok()) << opened.error().message();
      domain::Workspace workspace(**opened);
      view::Query query;
      query.kind = domain::kind::kVote;
      const auto votes = workspace.records().list(query);
      ASSERT_TRUE(votes.ok());
      replica::Edit edit;
      for (const view::RecordView& each : *votes) edit.resolve(each.id, "ballot", ballot);
      ASSERT_TRUE(workspace.commit(std::move(edit), {votes->front().space}).ok());
    }
    person.open();
  }

  People people;
  std::vector<std::string> clusters;
  std::vector<std::string> inputs;
};

TEST_F(RoundStory, IsVotedClosedDecidedAndPublishedToEverybody) {
  EXPECT_EQ(people.hr->code("round.open", {{"title", "x"}, {"candidates", clusters}}), "wrong_state");
  approve();
  EXPECT_EQ(people.hr->code("round.open", {{"title", "x"}, {"candidates", {clusters[0], clusters[0]}}}),
            "invalid_argument");
  const Json round = open({{"title", "Hovedtiltak 2016"}, {"dots", 3}});
  EXPECT_EQ(round["status"], "åpen");
  // What people vote on does not change under their hands.
  people.hr->must("cluster.edit", {{"id", clusters[3]}, {"text", "Noe helt annet"}});
  const std::string id = round["id"];
  people.hr->sync();
  auto finn = of_forum("finn");
  auto fia = of_forum("fia");
  auto kari = people.leader("kari", "1902", "Karis telefon");
  auto ola = people.leader("ola", "1903", "Olas telefon");
  EXPECT_EQ(kari->code("round.show", {{"id", id}}), "not_found");
  const auto ballot = [&](std::initializer_list<std::pair<int, const char*>> given) {
    Json out = Json::object();
    for (const auto& [candidate, dots] : given)
      out[clusters[static_cast<std::size_t>(candidate)].substr(0, 20)] = dots;
    return Json{{"id", id}, {"ballot", out}};
  };
  EXPECT_EQ(people.hr->code("round.vote", ballot({{0, "1"}})), "not_permitted");
  EXPECT_EQ(finn->code("round.vote", ballot({{0, "4"}})), "invalid_argument");
  EXPECT_EQ(finn->code("round.vote", ballot({{0, "tre"}})), "invalid_argument");
  EXPECT_EQ(finn->code("round.vote", {{"id", id}, {"ballot", {{"ffff0000", "1"}}}}), "not_found");
  finn->must("round.vote", ballot({{0, "3"}}));
  const Json again = finn->must("round.vote", ballot({{0, "2"}, {1, "1"}}))["round"];
  // Keyed by ids, whose order within one millisecond is by chance: what counts is each one's dots.
  EXPECT_EQ(again["own"].size(), 2u);
  EXPECT_EQ(again["own"][clusters[0]], 2);
  EXPECT_EQ(again["own"][clusters[1]], 1);
  EXPECT_EQ(again["voters"], 1);
  EXPECT_EQ(again["candidates"][0]["place"], nullptr);
  fia->must("round.vote", ballot({{1, "1"}, {2, "2"}}));
  finn->sync();
  fia->sync();
  EXPECT_EQ(fia->code("round.decide", {{"id", id}, {"chosen", {clusters[0]}}, {"rationale", "x"}}),
            "wrong_state");
  // One vote a person: she has voted, changes her mind after it was closed, and that is late.
  const Json closed = fia->must("round.close", {{"id", id}})["round"];
  EXPECT_EQ(closed["voters"], 2);
  EXPECT_EQ(closed["electorate"], 2);
  ASSERT_EQ(closed["candidates"].size(), 4u);
  std::map<std::string, std::string> places;
  for (const Json& each : closed["candidates"]) {
    places[each["text"]] = each["place"].dump() + (each["tied"] == true ? "=" : ".") + each["points"].dump();
  }
  EXPECT_THAT(places,
              ::testing::ElementsAre(std::pair("Felles mottak", "1=2"), std::pair("Færre rapporter", "1=2"),
                                     std::pair("Hospitering", "1=2"), std::pair("Lokale tiltak", "4.0")));
  finn->must("round.vote", ballot({{3, "3"}}));
  finn->sync();
  fia->sync();
  finn->sync();
  EXPECT_EQ(finn->code("round.vote", ballot({{3, "3"}})), "wrong_state");
  const Json late = fia->must("round.show", {{"id", id}})["round"];
  EXPECT_EQ(late["late"], 1);
  EXPECT_EQ(late["candidates"][3]["points"], 0) << "a late ballot moved the result";

  EXPECT_EQ(fia->code("round.publish", {{"id", id}}), "not_permitted");
  EXPECT_EQ(fia->code("round.decide", {{"id", id}, {"chosen", {clusters[2]}}, {"rationale", ""}}),
            "invalid_argument");
  fia->must("round.decide", {{"id", id}, {"chosen", {clusters[2]}}, {"rationale", "Først"}});
  const Json decided = fia->must("round.decide", {{"id", id},
                                                  {"chosen", {clusters[2], clusters[0]}},
                                                  {"rationale", "Mindre styring – mer ledelse"}})["round"];
  EXPECT_EQ(decided["status"], "vedtatt");
  fia->sync();
  kari->sync();
  ola->sync();
  people.hr->sync();
  const Json published = people.hr->must("round.publish", {{"id", id}, {"due", "2016-05-01"}});
  EXPECT_EQ(published["round"]["status"], "publisert");
  EXPECT_EQ(published["measures"].size(), 2u);
  EXPECT_EQ(published["assessed"], 4);
  EXPECT_EQ(published["tasks"], 2) << "the two leaders; TV has no staff";
  EXPECT_EQ(published["skipped"], Json::array({"ukjent"}));
  EXPECT_EQ(people.hr->code("round.publish", {{"id", id}}), "wrong_state");
  EXPECT_EQ(people.hr->must("input.show", {{"id", inputs[3]}})["input"]["status"], "vurdert");
  people.hr->sync();
  kari->sync();
  const Json decisions = kari->must("round.decisions")["decisions"];
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0]["rationale"], "Mindre styring – mer ledelse");
  EXPECT_EQ(decisions[0]["voters"], 2);
  EXPECT_EQ(decisions[0]["candidates"].size(), 4u);
  const Json measures = kari->must("measure.list", {{"status", "vedtatt"}})["measures"];
  ASSERT_EQ(measures.size(), 2u);
  for (const Json& each : measures) {
    EXPECT_EQ(each["unit"], nullptr);
    EXPECT_EQ(each["origin_kind"], "round");
    EXPECT_EQ(each["origin"], id);
    EXPECT_TRUE(each["title"] == "Færre rapporter" || each["title"] == "Felles mottak");
  }
  const Json tasks = kari->must("cascade.list")["tasks"];
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks[0]["gathering"], "Hovedtiltak 2016");
  EXPECT_EQ(tasks[0]["due"], "2016-05-01");
  // What was said at the gathering itself is passed on as well, by all who were not absent.
  people.hr->must("gathering.checkin", {{"id", "Oslo"}, {"user", "ola"}, {"status", "ikke møtt"}});
  const Json asked = people.hr->must("cascade.assign", {{"gathering", "Oslo"}});
  ASSERT_EQ(asked["tasks"].size(), 1u) << asked.dump();
  EXPECT_EQ(asked["tasks"][0]["leader"], "kari");
  EXPECT_EQ(people.hr->must("cascade.assign", {{"gathering", "Oslo"}})["tasks"], asked["tasks"]);
  EXPECT_EQ(people.hr->code("cascade.assign", {{"gathering", "Narvik"}}), "not_found");
  EXPECT_EQ(kari->code("cascade.assign", {{"gathering", "Oslo"}}), "not_permitted");
}

TEST_F(RoundStory, ABallotThatAnotherMemberWritesOverIsVoidAndMendedByItsVoter) {
  approve();
  const Json round = open({{"title", "Kortliste"}, {"method", "rank"}});
  people.hr->sync();
  auto finn = of_forum("finn");
  auto fia = of_forum("fia");
  const Json ballot = {{"id", round["id"]}, {"ballot", {{clusters[0], "1"}, {clusters[1], "2"}}}};
  fia->must("round.vote", ballot);
  fia->sync();
  finn->sync();
  write_over_votes(*finn, "finn", clusters[3] + "=1");
  finn->sync();
  fia->sync();
  const Json seen = fia->must("round.show", {{"id", round["id"]}})["round"];
  EXPECT_EQ(seen["void"], 1);
  EXPECT_EQ(seen["voters"], 0);
  EXPECT_EQ(seen["own"], nullptr);
  EXPECT_EQ(fia->code("round.close", {{"id", round["id"]}}), "wrong_state");
  EXPECT_EQ(fia->must("round.vote", ballot)["round"]["voters"], 1);
  const Json closed = fia->must("round.close", {{"id", round["id"]}})["round"];
  EXPECT_EQ(closed["candidates"][0]["id"], clusters[0]);
  EXPECT_EQ(closed["void"], 0);
  fia->must("round.reopen", {{"id", round["id"]}, {"note", "Finn rakk det ikke"}});
  fia->sync();
  finn->sync();
  finn->must("round.vote", {{"id", round["id"]}, {"ballot", {{clusters[1], "1"}}}});
  finn->sync();
  fia->sync();
  const Json both = fia->must("round.close", {{"id", round["id"]}})["round"];
  EXPECT_EQ(both["voters"], 2);
  EXPECT_EQ(both["candidates"][0]["id"], clusters[1]);
  EXPECT_EQ(both["candidates"][0]["points"], 10);
}

TEST(RoundRights, AreOfTheForumAndHrAndPublishingIsHrs) {
  using domain::Role;
  const auto code = [](Role role, std::string_view from, std::string_view to) {
    const auto checked = domain::check_round_step(role, from, to, "test");
    return checked ? std::string() : std::string(error_name(checked.error().code));
  };
  EXPECT_EQ(code(Role::kForum, "åpen", "lukket"), "");
  EXPECT_EQ(code(Role::kForum, "lukket", "åpen"), "");
  EXPECT_EQ(code(Role::kForum, "åpen", "vedtatt"), "wrong_state");
  EXPECT_EQ(code(Role::kForum, "vedtatt", "publisert"), "not_permitted");
  EXPECT_EQ(code(Role::kHr, "vedtatt", "publisert"), "");
  EXPECT_EQ(code(Role::kHr, "publisert", "vedtatt"), "wrong_state");
  EXPECT_EQ(code(Role::kHr, "vedtatt", "åpen"), "wrong_state");
  for (const Role role : {Role::kLeader, Role::kFacilitator, Role::kObserver, Role::kNone})
    EXPECT_EQ(code(role, "åpen", "lukket"), "not_permitted");
  EXPECT_TRUE(domain::may_make(domain::kind::kVote, Role::kForum));
  EXPECT_FALSE(domain::may_make(domain::kind::kVote, Role::kHr));
}

}  // namespace
}  // namespace samla::requests
