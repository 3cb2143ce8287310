// A leader group from HR's list of names to its own plan, which HR does not read; and notes that are shared
// in it and at gatherings, and taken back. Over real replicas.
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class GroupStory : public ::testing::Test {
 protected:
  void SetUp() override {
    people.hr->must("group.create",
                    {{"name", "Lederlaget"}, {"facilitator", "frida"}, {"members", {"kari", "ola"}}});
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1903", "Olas telefon");
    frida = people.join(people.invite("frida", "facilitator"), "Fridas maskin");
    for (Person* each : {kari.get(), ola.get(), frida.get()}) each->sync();
  }
  Json group(Person& person) { return person.must("group.show", {{"id", "Lederlaget"}})["group"]; }

  People people;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
  std::unique_ptr<Person> frida;
};

TEST_F(GroupStory, WritesAPlanTogetherThatHrDoesNotRead) {
  EXPECT_EQ(kari->code("group.create", {{"name", "Mitt"}}), "not_permitted");
  EXPECT_EQ(people.hr->code("group.create", {{"name", "Lederlaget"}}), "already_exists");
  EXPECT_EQ(people.hr->code("group.plan", {{"id", "Lederlaget"}, {"plan", "HRs plan"}}), "not_permitted");
  kari->must("group.plan", {{"id", "Lederlaget"}, {"plan", "Vi møtes i mars.\nVi prøver én ting."}});
  kari->must("group.status", {{"id", "Lederlaget"}, {"status", "i gang"}, {"note", "Første møte"}});
  kari->sync();
  for (Person* each : {ola.get(), frida.get()}) {
    each->sync();
    EXPECT_EQ(group(*each)["plan"], "Vi møtes i mars.\nVi prøver én ting.");
    EXPECT_EQ(group(*each)["status"], "i gang");
    EXPECT_EQ(group(*each)["members"], (Json{"kari", "ola"}));
  }
  // Two edit it without knowing of each other.
  ola->must("group.plan", {{"id", "Lederlaget"}, {"plan", "Vi møtes i april.\nVi prøver én ting."}});
  frida->must("group.plan",
              {{"id", "Lederlaget"}, {"plan", "Vi møtes i mars.\nVi prøver én ting, og måler."}});
  for (Person* each : {ola.get(), frida.get(), ola.get(), kari.get()}) each->sync();
  EXPECT_EQ(group(*kari)["plan"], "Vi møtes i april.\nVi prøver én ting, og måler.");
  EXPECT_EQ(group(*kari)["merged"], true);
  people.hr->sync();
  EXPECT_FALSE(group(*people.hr).contains("plan"));
  EXPECT_EQ(group(*people.hr)["member"], false);
  EXPECT_EQ(group(*people.hr)["status"], "planlagt");
  EXPECT_EQ(kari->code("space.grant", {{"id", "group Lederlaget"}, {"user", "hr"}}), "not_permitted");
}

TEST_F(GroupStory, LetsInWhomHrAddsAfterwards) {
  kari->must("group.plan", {{"id", "Lederlaget"}, {"plan", "Før Per kom"}});
  kari->sync();
  const auto per = people.leader("per", "1904", "Pers telefon");
  EXPECT_EQ(per->code("group.plan", {{"id", "Lederlaget"}, {"plan", "x"}}), "not_permitted");
  people.hr->must("group.edit", {{"id", "Lederlaget"}, {"add", {"per"}}});
  people.hr->sync();
  kari->sync();
  kari->sync();
  per->sync();
  per->sync();
  EXPECT_EQ(group(*per)["plan"], "Før Per kom");
}

TEST_F(GroupStory, SharesANoteAndTakesItBack) {
  people.hr->must("gathering.create", {{"name", "Bodø"}, {"from", "2016-01-27"}});
  people.hr->sync();
  for (const char* user : {"kari", "ola"})
    people.hr->must("gathering.join", {{"id", "Bodø"}, {"user", user}, {"role", "deltaker"}});
  people.hr->must("gathering.status", {{"id", "Bodø"}, {"status", "publisert"}});
  const Json session = people.hr->must(
      "gathering.session.add",
      {{"gathering", "Bodø"}, {"title", "Brukermøtet"}, {"from", "2016-01-27 09:00"}})["session"];
  people.hr->sync();
  people.hr->sync();
  for (Person* each : {kari.get(), ola.get(), kari.get()}) each->sync();
  const Json note = kari->must(
      "note.add",
      {{"title", "Fra Bodø"}, {"body", "Hemmelig ingrediens"}, {"session", session["id"]}})["note"];
  EXPECT_EQ(note["gathering"], "Bodø");
  EXPECT_EQ(note["session"], session["id"]);
  kari->must("note.add", {{"title", "Et annet sted"}});
  EXPECT_EQ(kari->must("note.list", {{"gathering", "Bodø"}})["notes"].size(), 1u);
  for (const char* space : {"group Lederlaget", "gathering Bodø"})
    kari->must("note.share", {{"id", note["id"]}, {"to", space}});
  kari->sync();
  ola->sync();
  EXPECT_EQ(ola->must("note.search", {{"query", "ingrediens"}})["notes"].size(), 2u);
  const std::string copy = ola->must("note.search", {{"query", "ingrediens"}})["notes"][0]["id"];
  EXPECT_EQ(ola->must("note.show", {{"id", copy}})["note"]["gathering"], "Bodø");
  EXPECT_EQ(ola->code("note.withdraw", {{"id", copy}}), "not_permitted");
  EXPECT_EQ(kari->must("note.withdraw", {{"id", note["id"]}, {"reason", "For tidlig"}})["notes"].size(), 2u);
  EXPECT_EQ(kari->code("note.withdraw", {{"id", note["id"]}}), "wrong_state");
  kari->sync();
  ola->sync();
  EXPECT_EQ(ola->must("note.search", {{"query", "ingrediens"}})["notes"].size(), 0u);
  EXPECT_EQ(ola->must("search", {{"query", "ingrediens"}})["results"].size(), 0u);
  EXPECT_EQ(ola->must("note.list")["notes"].size(), 0u);
  const Json gone = ola->must("note.show", {{"id", copy}})["note"];
  EXPECT_EQ(gone["status"], "tilbakekalt");
  EXPECT_EQ(gone["body"], "");
  // What she has herself is as it was, and shared again it is there again.
  EXPECT_EQ(kari->must("note.show", {{"id", note["id"]}})["note"]["body"], "Hemmelig ingrediens");
  kari->must("note.share", {{"id", note["id"]}, {"to", "group Lederlaget"}});
  kari->sync();
  ola->sync();
  EXPECT_EQ(ola->must("note.search", {{"query", "ingrediens"}})["notes"].size(), 1u);
}

TEST(ProgrammeStory, HasAPeriodAKAndALibraryForEverybody) {
  People people;
  const auto kari = people.leader("kari", "1902", "Karis telefon");
  const auto frida = people.join(people.invite("frida", "facilitator"), "Fridas maskin");
  const Json at_first = people.hr->must("programme.show")["programme"];
  EXPECT_EQ(at_first["nb"], "NAV PULS (oppdiktet)");
  EXPECT_EQ(at_first["anonymity"], 5);
  EXPECT_EQ(at_first["status"], "planlagt");
  EXPECT_EQ(people.hr->code("programme.edit", {{"anonymity", 2}}), "invalid_argument");
  EXPECT_EQ(people.hr->code("programme.edit", {{"from", "2016-09-01"}, {"to", "2016-01-01"}}),
            "invalid_argument");
  EXPECT_EQ(kari->code("programme.edit", {{"nb", "Mitt"}}), "not_permitted");
  people.hr->must("programme.edit",
                  {{"nb", "Puls"}, {"nn", "Puls"}, {"from", "2016-01-01"}, {"anonymity", 7}});
  people.hr->must("programme.status", {{"status", "aktiv"}});
  people.hr->sync();
  frida->sync();
  const Json guide = frida->must(
      "library.add",
      {{"kind", "guide"}, {"title", "IGP"}, {"values", {{"method", "IGP"}, {"minutes", "20"}}}})["item"];
  EXPECT_EQ(frida->code("library.add", {{"kind", "guide"}, {"title", "x"}, {"values", {{"url", "y"}}}}),
            "invalid_argument");
  EXPECT_EQ(frida->code("library.edit", {{"id", guide["id"]}, {"values", {{"minutes", "tjue"}}}}),
            "invalid_argument");
  const Json practice = people.hr->must(
      "library.add",
      {{"kind", "practice"}, {"title", "Ring først"}, {"values", {{"what_works", "Ett kall"}}}})["item"];
  people.hr->must("library.adopt", {{"id", practice["id"]}, {"unit", "1902"}});
  people.hr->sync();
  frida->sync();
  kari->sync();
  EXPECT_EQ(kari->must("programme.show")["programme"]["anonymity"], 7);
  EXPECT_EQ(kari->must("programme.show")["programme"]["status"], "aktiv");
  const Json library = kari->must("library.list")["items"];
  ASSERT_EQ(library.size(), 2u);
  EXPECT_EQ(library[0]["minutes"], "20");
  EXPECT_EQ(library[1]["adopters"], Json{"1902"});
  EXPECT_EQ(kari->code("library.add", {{"kind", "practice"}, {"title", "x"}}), "not_permitted");
}

}  // namespace
}  // namespace samla::requests
