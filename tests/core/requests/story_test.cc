// The main job over real replicas and a real server: what the demo tells, asserted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

std::vector<std::string> values_of(const Json& conflict) {
  std::vector<std::string> out;
  for (const Json& head : conflict["heads"]) out.push_back(head["value"].get<std::string>());
  return out;
}

class Story : public ::testing::Test {
 protected:
  /// Kari and Ola lead unit 1902; Kari came first and has let Ola in.
  void gather() {
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1902", "Olas telefon");
    kari->sync();
    ola->sync();
  }
  std::string begin() {
    return kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"].get<std::string>();
  }

  People people;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
};

TEST_F(Story, TwoLeadersFillOneAssessmentAndHrReadsWhatTheySubmit) {
  gather();
  const std::string id = begin();
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"situation", "Kontoret er nytt."}}}});
  kari->sync();
  people.hr->sync();
  Json response = people.hr->must("report.response");
  EXPECT_EQ(response["units"], 1);
  EXPECT_EQ(response["by_status"]["kladd"], 1) << response.dump();
  EXPECT_EQ(people.hr->must("assessment.list")["assessments"].size(), 0u);
  ola->sync();

  kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "Karis ord"}}}});
  kari->must("assessment.item.add",
             {{"id", id}, {"type", "styrke"}, {"text", "Tett på brukerne"}, {"theme", "ett-nav"}});
  ola->must("assessment.fill",
            {{"id", id}, {"answers", {{"summary", "Olas ord"}, {"situation", "Nytt, og ferskt."}}}});
  ola->must("assessment.item.add", {{"id", id}, {"type", "tiltak"}, {"text", "Lære mer"}});
  kari->sync();
  EXPECT_EQ(ola->sync()["conflicts"], 1);
  kari->sync();

  const Json seen_by_kari = kari->must("conflict.list")["conflicts"];
  const Json seen_by_ola = ola->must("conflict.list")["conflicts"];
  EXPECT_EQ(seen_by_kari, seen_by_ola);
  ASSERT_EQ(seen_by_kari.size(), 1u);
  const Json conflict = seen_by_kari[0];
  EXPECT_EQ(conflict["kind"], "hard");
  EXPECT_EQ(conflict["record"], id);
  EXPECT_EQ(conflict["field"], "summary");
  EXPECT_THAT(values_of(conflict), testing::UnorderedElementsAre("Karis ord", "Olas ord"));
  for (const Json& head : conflict["heads"]) {
    const bool by_kari = head["value"] == "Karis ord";
    EXPECT_EQ(head["user"], by_kari ? "kari" : "ola");
    EXPECT_EQ(head["device"], by_kari ? "Karis telefon" : "Olas telefon");
  }
  EXPECT_EQ(kari->code("conflict.resolve", {{"id", conflict["id"]}, {"both", true}}), "unsupported");
  EXPECT_EQ(kari->code("conflict.resolve", {{"id", conflict["id"]}, {"keep", 3}}), "invalid_argument");
  EXPECT_EQ(kari->code("conflict.resolve", {{"id", conflict["id"]}}), "invalid_argument");
  kari->must("conflict.resolve", {{"id", conflict["id"]}, {"value", "Begges ord"}});
  kari->sync();
  EXPECT_EQ(ola->sync()["conflicts"], 0);

  const Json draft = ola->must("assessment.show", {{"id", id}})["assessment"];
  EXPECT_EQ(draft["answers"], (Json{{"situation", "Nytt, og ferskt."}, {"summary", "Begges ord"}}));
  EXPECT_EQ(draft["items"].size(), 2u);
  const Json submitted = ola->must("assessment.submit", {{"id", id}})["assessment"];
  EXPECT_EQ(submitted["status"], "sendt");
  EXPECT_EQ(submitted["id"], id);
  ola->sync();
  people.hr->sync();
  const Json list = people.hr->must("assessment.list")["assessments"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["unit"], "1902");
  EXPECT_EQ(list[0]["status"], "sendt");
  EXPECT_EQ(list[0]["answers"], draft["answers"]);
  EXPECT_EQ(list[0]["items"], draft["items"]);
  EXPECT_EQ(list[0]["source"], id);
  EXPECT_EQ(list[0]["altered"], false);
  EXPECT_EQ(people.hr->code("assessment.show", {{"id", id}}), "not_found");
  response = people.hr->must("report.response");
  EXPECT_EQ(response["by_status"]["sendt"], 1);
  EXPECT_EQ(response["by_status"]["kladd"], 0);
  const Json themes = people.hr->must("report.themes")["themes"];
  ASSERT_EQ(themes.size(), 4u);
  EXPECT_EQ(themes[0]["theme"], "ett-nav");
  EXPECT_EQ(themes[0]["styrke"], 1);
  EXPECT_EQ(themes[3]["theme"], nullptr);
  EXPECT_EQ(themes[3]["tiltak"], 1);
  EXPECT_EQ(kari->code("report.response"), "not_permitted");
}

TEST_F(Story, ALaterSubmissionReplacesTheOneBeforeAndTheSameAgainChangesNothing) {
  gather();
  const std::string id = begin();
  EXPECT_EQ(kari->code("assessment.submit", {{"id", id}}), "wrong_state");
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "første"}}}});
  kari->must("assessment.submit", {{"id", id}});
  kari->must("assessment.submit", {{"id", id}});
  kari->sync();
  people.hr->sync();
  const Json first = people.hr->must("assessment.list")["assessments"];
  ASSERT_EQ(first.size(), 1u);
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "andre"}}}});
  kari->must("assessment.submit", {{"id", id}});
  kari->sync();
  people.hr->sync();
  const Json second = people.hr->must("assessment.list")["assessments"];
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0]["answers"]["summary"], "andre");
  EXPECT_EQ(second[0]["previous"], Json::array({first[0]["id"]}));
  EXPECT_EQ(people.hr->must("assessment.show", {{"id", first[0]["id"]}})["assessment"]["answers"]["summary"],
            "første");
  EXPECT_EQ(kari->code("assessment.fill", {{"id", second[0]["id"]}, {"answers", {{"summary", "x"}}}}),
            "wrong_state");
}

TEST_F(Story, NotesWrittenOfflineReachTheOtherDeviceByteForByteAndNobodyElse) {
  const std::string phone_invite = people.invite("kari", "leader", "1902");
  kari = people.join(phone_invite, "Karis telefon");
  const auto laptop = people.join(people.invite("kari", "leader", "1902"), "Karis PC");
  people.server.stop();
  const std::vector<std::string> bodies = {"",
                                           "æøåÆØÅ é ß",
                                           "🎉👩‍🚀 e\xcc\x81",
                                           "a\r\nb\nc\rd\te \n",
                                           "\"\\/",
                                           std::string(64 * 1024, 'k'),
                                           std::string(256 * 1024, 'z')};
  for (const std::string& body : bodies)
    kari->must("note.add", {{"title", "Tromsø"}, {"body", body}, {"tags", {"å", "samarbeid"}}});
  EXPECT_EQ(kari->code("note.add", {{"body", std::string(256 * 1024 + 1, 'z')}}), "too_large");
  const Json offline = kari->must("sync.now");
  EXPECT_EQ(offline["reached"], "none");
  EXPECT_GT(kari->must("status")["changes"]["device"], 0);
  people.server.start();

  kari->sync();
  laptop->sync();
  EXPECT_EQ(laptop->must("note.list")["notes"].size(), 0u);
  const Json devices = kari->must("device.list")["devices"];
  std::string waiting;
  for (const Json& device : devices) {
    if (device["status"] == "awaiting approval") waiting = device["id"].get<std::string>();
  }
  ASSERT_FALSE(waiting.empty()) << devices.dump();
  kari->must("device.approve", {{"id", waiting}});
  kari->sync();
  laptop->sync();
  const Json mine = kari->must("note.list")["notes"];
  const Json theirs = laptop->must("note.list")["notes"];
  EXPECT_EQ(mine, theirs);
  ASSERT_EQ(theirs.size(), bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    EXPECT_EQ(theirs[theirs.size() - 1 - i]["body"].get<std::string>(), bodies[i]) << i;
  }
  EXPECT_EQ(theirs[0]["tags"], (Json{"samarbeid", "å"}));
  EXPECT_EQ(theirs[0]["author"], "kari");
  EXPECT_EQ(theirs[0]["space"], "notebook");
  EXPECT_EQ(kari->must("status")["changes"]["device"], 0);
  people.hr->sync();
  EXPECT_EQ(people.hr->must("note.list")["notes"].size(), 0u);
}

TEST_F(Story, ADeletionAgainstAnEditIsAConflictThatAPersonSettlesEitherWay) {
  gather();
  for (const int keep : {1, 2}) {
    const Json note =
        kari->must("note.add", {{"title", "Felles"}, {"body", "tekst"}, {"space", "unit 1902"}})["note"];
    kari->sync();
    ola->sync();
    kari->must("note.delete", {{"id", note["id"]}});
    ola->must("note.edit", {{"id", note["id"]}, {"body", "ny tekst"}});
    kari->sync();
    ola->sync();
    kari->sync();
    const Json conflicts = kari->must("conflict.list")["conflicts"];
    EXPECT_EQ(conflicts, ola->must("conflict.list")["conflicts"]);
    ASSERT_EQ(conflicts.size(), 1u);
    EXPECT_EQ(conflicts[0]["kind"], "erase");
    EXPECT_EQ(conflicts[0]["heads"][0]["user"], "ola");
    EXPECT_EQ(conflicts[0]["heads"][1]["user"], "kari");
    EXPECT_EQ(conflicts[0]["heads"][1]["value"], nullptr);
    kari->must("conflict.resolve", {{"id", conflicts[0]["id"]}, {"keep", keep}});
    kari->sync();
    EXPECT_EQ(ola->sync()["conflicts"], 0);
    EXPECT_EQ(ola->code("note.show", {{"id", note["id"]}}), keep == 1 ? "" : "not_found");
  }
}

TEST_F(Story, BothTextsOfANoteCanBeKept) {
  gather();
  const Json note =
      kari->must("note.add", {{"title", "Felles"}, {"body", "tekst"}, {"space", "unit 1902"}})["note"];
  kari->sync();
  ola->sync();
  kari->must("note.edit", {{"id", note["id"]}, {"body", "Karis"}});
  ola->must("note.edit", {{"id", note["id"]}, {"body", "Olas"}});
  kari->sync();
  ola->sync();
  const Json conflict = ola->must("conflict.list")["conflicts"][0];
  EXPECT_EQ(conflict["kind"], "text");
  ola->must("conflict.resolve", {{"id", conflict["id"]}, {"both", true}});
  ola->sync();
  EXPECT_EQ(kari->sync()["conflicts"], 0);
  const std::vector<std::string> values = values_of(conflict);
  EXPECT_EQ(kari->must("note.show", {{"id", note["id"]}})["note"]["body"], values[0] + "\n\n" + values[1]);
}

TEST_F(Story, WhoIsLetInWhereFollowsFromTheRole) {
  gather();
  const auto siri = people.join(people.invite("siri", "facilitator"), "Siris PC");
  EXPECT_EQ(people.hr->code("invite.create",
                            {{"user", "u"}, {"name", "U"}, {"role", "observer"}, {"unit", "1902"}}),
            "invalid_argument");
  EXPECT_EQ(siri->code("assessment.new", {{"unit", "1902"}}), "not_found");
  EXPECT_EQ(siri->code("assessment.new", {{"unit", "9999"}}), "not_found");
  EXPECT_EQ(siri->code("invite.create", {{"user", "u"}, {"name", "U"}, {"role", "observer"}}),
            "not_permitted");
  EXPECT_EQ(kari->code("note.add", {{"title", "x"}, {"space", "directory"}}), "not_permitted");
  std::vector<std::string> spaces;
  for (const Json& space : kari->must_list("space.list", "spaces")) {
    if (space["readable"].get<bool>()) spaces.push_back(space["name"].get<std::string>());
  }
  EXPECT_THAT(spaces, testing::UnorderedElementsAre("directory", "programme", "notebook", "unit 1902",
                                                    "unit-hr 1902"));
  for (const Json& space : people.hr->must_list("space.list", "spaces")) {
    if (space["name"] == "unit 1902") {
      EXPECT_FALSE(space["readable"].get<bool>());
    }
  }
  std::vector<std::string> members;
  for (const Json& member : kari->must_list("space.members", "members", {{"id", "unit 1902"}})) {
    members.push_back(member["user"].get<std::string>());
  }
  EXPECT_THAT(members, testing::UnorderedElementsAre("kari", "ola"));
}

TEST_F(Story, SharingPublishesACopyThatNeverChangesAndWarnsOfNumbersOfPeople) {
  gather();
  const Json note = kari->must("note.add", {{"title", "Til alle"}, {"body", "Ring 91234567"}});
  EXPECT_FALSE(note.contains("warnings"));
  const Json id = note["note"]["id"];
  const Json shared = kari->must("note.share", {{"id", id}, {"to", "unit 1902"}});
  EXPECT_EQ(shared["warnings"][0]["code"], "phone_number");
  EXPECT_EQ(shared["note"]["source"], id);
  EXPECT_EQ(kari->must("note.share", {{"id", id}, {"to", "unit 1902"}})["note"]["id"], shared["note"]["id"]);
  kari->sync();
  ola->sync();
  const Json seen = ola->must("note.list")["notes"];
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0]["body"], "Ring 91234567");
  EXPECT_EQ(seen[0]["author"], "kari");
  EXPECT_EQ(ola->code("note.edit", {{"id", seen[0]["id"]}, {"body", "x"}}), "wrong_state");
}

TEST_F(Story, InvitesAreListedRevokedAndWorkOnce) {
  const std::string invite = people.invite("kari", "leader", "1902");
  const std::string other = people.invite("ola", "leader", "1902");
  Json invites = people.hr->must("invite.list")["invites"];
  ASSERT_EQ(invites.size(), 2u);
  for (const Json& each : invites) {
    if (each["user"] == "ola") people.hr->must("invite.revoke", {{"id", each["id"]}});
  }
  kari = people.join(invite, "Karis telefon");
  people.hr->sync();
  for (const Json& each : people.hr->must_list("invite.list", "invites")) {
    EXPECT_EQ(each["status"], each["user"] == "ola" ? "revoked" : "used");
    EXPECT_EQ(each["role"], "leader");
  }
  auto thief = people.stranger("tyv");
  EXPECT_EQ(thief->code("join", {{"invite", invite}, {"device", "d"}}), "invite_used");
  EXPECT_EQ(thief->code("join", {{"invite", other}, {"device", "d"}}), "invite_revoked");
  EXPECT_EQ(thief->code("join", {{"invite", "samla:abc"}, {"device", "d"}}), "invite_mangled");
  EXPECT_EQ(thief->code("note.list"), "store_missing");
  EXPECT_EQ(kari->code("join", {{"invite", other}, {"device", "d"}}), "already_exists");
  std::map<std::string, std::string> names;
  for (const Json& device : people.hr->must_list("device.list", "devices"))
    names[device["name"]] = device["user"];
  EXPECT_EQ(names, (std::map<std::string, std::string>{{"HR", "hr"}, {"Karis telefon", "kari"}}));
}

}  // namespace
}  // namespace samla::requests
