// A gathering from its making to its end, over real replicas: HR makes it, a facilitator runs it, leaders
// come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class GatheringStory : public ::testing::Test {
 protected:
  void SetUp() override {
    people.hr->must("gathering.create", {{"name", "Tromsø"},
                                         {"place", "Scandic Ishavshotel"},
                                         {"from", "2016-01-20"},
                                         {"to", "2016-01-21"},
                                         {"capacity", 5}});
    people.hr->sync();
  }
  /// HR asks them; each joins with an invite that already opens the gathering.
  void gather() {
    for (const auto& [user, role] : {std::pair("frida", "prosessveileder"), std::pair("kari", "deltaker"),
                                     std::pair("ola", "deltaker"), std::pair("tove", "TV")})
      people.hr->must("gathering.join", {{"id", "Tromsø"}, {"user", user}, {"role", role}});
    people.hr->must("gathering.status", {{"id", "Tromsø"}, {"status", "publisert"}});
    frida = people.join(people.invite("frida", "facilitator"), "Fridas maskin");
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1903", "Olas telefon");
  }
  std::string status_of(Person& person, const std::string& user) {
    const Json shown = person.must("gathering.show", {{"id", "Tromsø"}});
    for (const Json& each : shown["gathering"]["participants"]) {
      if (each["user"] == user) return each["status"];
    }
    return "-";
  }

  People people;
  std::unique_ptr<Person> frida;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
};

TEST_F(GatheringStory, IsADraftOfHrsUntilPublishedAndHasOneName) {
  kari = people.leader("kari", "1902", "Karis telefon");
  EXPECT_EQ(kari->must("gathering.list")["gatherings"].size(), 0u);
  EXPECT_EQ(kari->code("gathering.show", {{"id", "Tromsø"}}), "not_found");
  EXPECT_EQ(kari->code("gathering.create", {{"name", "Bodø"}}), "not_permitted");
  EXPECT_EQ(people.hr->code("gathering.create", {{"name", "Tromsø"}}), "already_exists");
  EXPECT_EQ(people.hr->code("gathering.create", {{"name", "x"}, {"from", "2016-02-30"}}), "invalid_argument");
  EXPECT_EQ(people.hr->code("gathering.edit", {{"id", "Tromsø"}, {"to", "2016-01-19"}}), "invalid_argument");
  people.hr->must("gathering.edit", {{"id", "Tromsø"}, {"place", ""}, {"to", "2016-01-22"}});
  people.hr->must("gathering.status", {{"id", "Tromsø"}, {"status", "publisert"}});
  people.hr->sync();
  kari->sync();
  const Json seen = kari->must("gathering.list")["gatherings"];
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0]["place"], "");
  EXPECT_EQ(seen[0]["to"], "2016-01-22");
  EXPECT_EQ(seen[0]["status"], "publisert");
  EXPECT_EQ(seen[0]["member"], false);
  // She reads of it in the directory and is not in it.
  EXPECT_EQ(kari->must("gathering.show", {{"id", "Tromsø"}})["gathering"]["participants"].size(), 0u);
  EXPECT_EQ(kari->code("gathering.join", {{"id", "Tromsø"}}), "awaiting_grant");
  EXPECT_EQ(kari->code("gathering.report", {{"id", "Tromsø"}}), "not_permitted");
}

TEST_F(GatheringStory, ItsSpaceIsThereAfterASyncAndSaysSoBefore) {
  people.hr->must("gathering.create", {{"name", "Bodø"}});
  const Json early = people.hr->ask("gathering.join", {{"id", "Bodø"}, {"user", "kari"}});
  EXPECT_EQ(early["error"]["code"], "awaiting_grant");
  EXPECT_NE(early["error"]["hint"].get<std::string>().find("sync"), std::string::npos);
  people.hr->sync();
  EXPECT_EQ(people.hr->must("gathering.join", {{"id", "Bodø"}, {"user", "kari"}})["participant"]["status"],
            "invitert");
}

TEST_F(GatheringStory, ThoseWhoAreAskedComeInByTheirInviteOrAtTheNextSync) {
  gather();
  // By the invite: kari was asked before she was invited.
  EXPECT_EQ(kari->must("gathering.join", {{"id", "Tromsø"}})["participant"]["status"], "påmeldt");
  EXPECT_EQ(kari->code("gathering.join", {{"id", "Tromsø"}, {"table", 3}}), "not_permitted");
  EXPECT_EQ(kari->code("gathering.join", {{"id", "Tromsø"}, {"user", "per"}}), "not_permitted");
  // Later: the facilitator asks somebody who has long joined, and lets him in at her next sync.
  auto per = people.leader("per", "1904", "Pers telefon");
  EXPECT_EQ(per->code("gathering.checkin", {{"id", "Tromsø"}}), "awaiting_grant");
  frida->sync();
  frida->must("gathering.join", {{"id", "Tromsø"}, {"user", "per"}, {"table", 2}});
  frida->sync();
  frida->sync();
  per->sync();
  EXPECT_EQ(per->must("gathering.show", {{"id", "Tromsø"}})["gathering"]["member"], true);
  EXPECT_EQ(status_of(*per, "kari"), "invitert");
  kari->sync();
  per->sync();
  EXPECT_EQ(status_of(*per, "kari"), "påmeldt");
  // Asked before anybody knew her name, she is called by it now.
  const Json shown = per->must("gathering.show", {{"id", "Tromsø"}})["gathering"]["participants"];
  ASSERT_EQ(shown.size(), 5u);
  EXPECT_EQ(shown[1]["name"], "kari Eksempel");
  // Five are asked: frida, kari, ola, tove, per.
  frida->sync();
  EXPECT_EQ(frida->code("gathering.join", {{"id", "Tromsø"}, {"user", "siv"}}), "wrong_state");
}

TEST_F(GatheringStory, RunsFromCheckInToItsReport) {
  gather();
  EXPECT_EQ(kari->code("gathering.session.add",
                       {{"gathering", "Tromsø"}, {"title", "x"}, {"from", "2016-01-20 09:00"}}),
            "not_permitted");
  EXPECT_EQ(
      frida->code("gathering.session.add", {{"gathering", "Tromsø"}, {"title", "x"}, {"from", "20.1."}}),
      "invalid_argument");
  frida->must("gathering.session.add", {{"gathering", "Tromsø"},
                                        {"title", "Kafébord"},
                                        {"from", "2016-01-20 13:00"},
                                        {"theme", "ett-nav"},
                                        {"prompt", "Hva virker hos dere?"}});
  const Json first = frida->must("gathering.session.add", {{"gathering", "Tromsø"},
                                                           {"title", "Åpning"},
                                                           {"from", "2016-01-20 09:00"},
                                                           {"to", "2016-01-20 10:00"},
                                                           {"speaker", "Direktøren"}})["session"];
  EXPECT_EQ(frida->code("gathering.session.edit", {{"id", first["id"]}, {"to", "2016-01-20 08:00"}}),
            "invalid_argument");
  frida->must("gathering.session.edit", {{"id", first["id"]}, {"status", "ferdig"}});
  frida->must("gathering.status", {{"id", "Tromsø"}, {"status", "pågår"}});
  frida->must("gathering.seat", {{"id", "Tromsø"}, {"size", 2}});
  frida->sync();
  kari->sync();
  const Json agenda = kari->must("gathering.agenda", {{"id", "Tromsø"}})["sessions"];
  ASSERT_EQ(agenda.size(), 2u);
  EXPECT_EQ(agenda[0]["title"], "Åpning");
  EXPECT_EQ(agenda[0]["status"], "ferdig");
  EXPECT_EQ(agenda[1]["prompt"], "Hva virker hos dere?");
  // Without the net: she checks in on her phone, frida does it as well, and ola is noted as absent.
  kari->must("gathering.checkin", {{"id", "Tromsø"}});
  EXPECT_EQ(kari->code("gathering.checkin", {{"id", "Tromsø"}, {"user", "ola"}}), "not_permitted");
  frida->must("gathering.checkin", {{"id", "Tromsø"}, {"user", "kari"}});
  frida->must("gathering.checkin", {{"id", "Tromsø"}, {"user", "ola"}, {"status", "ikke møtt"}});
  EXPECT_EQ(frida->code("gathering.checkin", {{"id", "Tromsø"}, {"user", "ukjent"}}), "not_found");
  const std::string note =
      kari->must("note.add", {{"title", "Dag 1"}, {"body", "Mye å ta med hjem"}})["note"]["id"];
  EXPECT_EQ(kari->must("note.share", {{"id", note}, {"to", "gathering Tromsø"}})["note"]["space"],
            "gathering Tromsø");
  kari->sync();
  frida->sync();
  kari->sync();
  people.hr->sync();
  EXPECT_EQ(people.hr->must("conflict.list")["conflicts"].size(), 0u);
  EXPECT_EQ(people.hr->must("gathering.show", {{"id", "Tromsø"}})["gathering"]["status"], "pågår");
  frida->must("gathering.status", {{"id", "Tromsø"}, {"status", "avsluttet"}, {"note", "Takk for nå"}});
  const Json report = frida->must("gathering.report", {{"id", "Tromsø"}});
  EXPECT_EQ(report["attendance"], (Json{{"asked", 4}, {"signed_up", 0}, {"attended", 1}, {"absent", 1}}));
  ASSERT_EQ(report["by_role"].size(), 3u);
  EXPECT_EQ(report["by_role"][0]["role"], "deltaker");
  EXPECT_EQ(report["by_role"][0]["attended"], 1);
  EXPECT_EQ(report["by_role"][2]["role"], "TV");
  EXPECT_EQ(report["tables"], (Json{{"1", 2}, {"2", 2}}));
  EXPECT_EQ(report["sessions"]["ferdig"], 1);
  EXPECT_EQ(report["sessions"]["planlagt"], 1);
  EXPECT_EQ(report["notes"], 1);
  frida->sync();
  people.hr->sync();
  const Json log = people.hr->must("gathering.show", {{"id", "Tromsø"}})["gathering"]["log"];
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[2]["note"], "Takk for nå");
  EXPECT_EQ(log[2]["author"], "frida");
  EXPECT_EQ(frida->code("gathering.status", {{"id", "Tromsø"}, {"status", "pågår"}}), "not_permitted");
  people.hr->must("gathering.status", {{"id", "Tromsø"}, {"status", "pågår"}, {"note", "For tidlig"}});
}

TEST_F(GatheringStory, WhoOnlyReadsIsShownItAndWritesNothing) {
  gather();
  auto tove = people.join(people.invite("tove", "observer"), "Toves telefon");
  EXPECT_EQ(tove->must("gathering.show", {{"id", "Tromsø"}})["gathering"]["participants"].size(), 4u);
  EXPECT_EQ(tove->code("gathering.checkin", {{"id", "Tromsø"}}), "not_permitted");
}

TEST_F(GatheringStory, ComesFromCsvCheckedComparedAndOnce) {
  const auto import = [&](const std::string& kind, const std::string& text, bool dry_run = false) {
    return people.hr->ask("org.import", {{"kind", kind}, {"text", text}, {"dry_run", dry_run}});
  };
  const std::string gatherings =
      "name;place;from;to;type;capacity\r\n"
      "Tromsø;Scandic Ishavshotel;2016-01-20;2016-01-21;ledersamling;124\r\n"
      "Bodø;Radisson;2016-01-27;2016-01-28;ledersamling;2\r\n";
  const Json tried = import("gatherings", gatherings, true);
  EXPECT_EQ(tried["applied"], false);
  EXPECT_EQ(tried["changes"].size(), 3u) << tried.dump();
  EXPECT_EQ(import("gatherings", gatherings)["applied"], true);
  EXPECT_EQ(import("gatherings", gatherings)["same"], 2);
  const std::string asked = "gathering,user,role,table\nBodø,kari,,4\nBodø,ola,prosessveileder,\n";
  const Json early = import("participants", asked, true);
  ASSERT_EQ(early["mistakes"].size(), 2u);
  EXPECT_NE(early["mistakes"][0]["message"].get<std::string>().find("sync"), std::string::npos);
  people.hr->sync();
  EXPECT_EQ(import("participants", asked)["changes"].size(), 2u);
  EXPECT_EQ(import("participants", asked)["same"], 2);
  const Json moved = import("participants", "gathering,user,role,table\nBodø,kari,,5\nBodø,ola,,\n");
  ASSERT_EQ(moved["changes"].size(), 1u) << moved.dump();
  EXPECT_EQ(moved["changes"][0]["field"], "table");
  EXPECT_EQ(moved["changes"][0]["before"], "4");
  const Json wrong = import("participants",
                            "gathering,user,role,status,table\n"
                            "Bodø,siv,,,\n"        // one more than it takes
                            "Atlantis,siv,,,\n"    // nowhere
                            "Bodø,kari,sjef,,\n"   // no such role
                            "Bodø,ola,,borte,\n"   // no such status
                            "Tromsø,siv,,,fire\n"  // no number
                            "Tromsø,,,,\n"         // nobody
                            "Tromsø,per,,,\nTromsø,per,,,\n",
                            true);
  std::vector<int> lines;
  for (const Json& each : wrong["mistakes"]) lines.push_back(each["line"]);
  EXPECT_THAT(lines, ::testing::ElementsAre(2, 3, 4, 5, 6, 7, 9)) << wrong.dump();
  EXPECT_EQ(import("gatherings", "name,from,capacity\nA,i morgen,\nB,,mange\nA,,\n", true)["mistakes"].size(),
            3u);
}

}  // namespace
}  // namespace samla::requests
