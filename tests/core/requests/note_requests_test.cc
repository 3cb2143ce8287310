// Notes through requests, on one device; and the profile's own requests.
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;

class NoteRequests : public ::testing::Test {
 protected:
  Json add(Json parameters) { return people.hr->must("note.add", std::move(parameters))["note"]; }

  People people;
};

TEST_F(NoteRequests, EditTagDeleteAndRestoreReplyWithTheWholeNote) {
  const Json note = add({{"title", "Blåbær"}, {"tags", {"b", "a", "b"}}});
  EXPECT_EQ(note["tags"], (Json{"a", "b"}));
  EXPECT_EQ(note["body"], "");
  const Json id = note["id"];
  Json edited = people.hr->must("note.edit", {{"id", id}, {"body", "ny\n"}})["note"];
  EXPECT_EQ(edited["title"], "Blåbær");
  EXPECT_EQ(edited["body"], "ny\n");
  edited = people.hr->must("note.edit", {{"id", id}, {"title", ""}})["note"];
  EXPECT_EQ(edited["title"], "");
  EXPECT_EQ(people.hr->code("note.edit", {{"id", id}}), "invalid_argument");
  EXPECT_EQ(people.hr->must("note.tag", {{"id", id}, {"add", {"c"}}, {"remove", {"a", "x"}}})["note"]["tags"],
            (Json{"b", "c"}));
  people.hr->must("note.delete", {{"id", id}});
  EXPECT_EQ(people.hr->code("note.show", {{"id", id}}), "not_found");
  EXPECT_EQ(people.hr->must("note.list")["notes"].size(), 0u);
  EXPECT_EQ(people.hr->must("note.restore", {{"id", id}})["note"]["body"], "ny\n");
  EXPECT_EQ(people.hr->code("note.restore", {{"id", id}}), "wrong_state");
  EXPECT_EQ(people.hr->must("note.show", {{"id", id}})["note"]["tags"], (Json{"b", "c"}));
}

TEST_F(NoteRequests, AreFoundByIdsThatBeginUniquely) {
  const std::string one = add({{"title", "en"}})["id"];
  const std::string two = add({{"title", "to"}})["id"];
  std::size_t shared = 0;
  while (one[shared] == two[shared]) ++shared;
  EXPECT_EQ(people.hr->must("note.show", {{"id", one.substr(0, shared + 1)}})["note"]["title"], "en");
  EXPECT_EQ(people.hr->code("note.show", {{"id", one.substr(0, 4)}}), "ambiguous");
  EXPECT_EQ(people.hr->code("note.show", {{"id", one.substr(0, 3)}}), "invalid_argument");
  EXPECT_EQ(people.hr->code("note.show", {{"id", "ffff"}}), "not_found");
  EXPECT_EQ(people.hr->code("note.show", {{"id", "ikke et id"}}), "invalid_argument");
  EXPECT_EQ(people.hr->code("note.show", {{"id", one + "00"}}), "invalid_argument");
}

TEST_F(NoteRequests, AreListedNewestFirstWithLimitAndTag) {
  for (const char* title : {"1", "2", "3"})
    add({{"title", title}, {"tags", {title == std::string("2") ? "x" : "y"}}});
  const Json all = people.hr->must("note.list")["notes"];
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0]["title"], "3");
  EXPECT_EQ(people.hr->must("note.list", {{"limit", 2}})["notes"].size(), 2u);
  const Json tagged = people.hr->must("note.list", {{"limit", 1}, {"tag", "x"}})["notes"];
  ASSERT_EQ(tagged.size(), 1u);
  EXPECT_EQ(tagged[0]["title"], "2");
}

TEST_F(NoteRequests, AreFoundByTheirWordsWithNorwegianLettersApart) {
  add({{"title", "Møte"}, {"body", "Vi gjør det på vår måte i Tromsø."}});
  add({{"title", "Mat"}, {"body", "Hun er min mate."}});
  const Json found = people.hr->must("note.search", {{"query", "måte"}})["notes"];
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["title"], "Møte");
  EXPECT_NE(found[0]["snippet"].get<std::string>().find("«måte»"), std::string::npos);
  EXPECT_EQ(people.hr->must("note.search", {{"query", "\" ( * OR ! ''"}})["ok"], true);
}

TEST_F(NoteRequests, SurviveClosingAndAnotherPassphrase) {
  add({{"title", "varig"}});
  EXPECT_EQ(people.hr->code("key.passphrase.change", {{"new", ""}}), "invalid_argument");
  people.hr->must("key.passphrase.change", {{"new", "et annet"}});
  EXPECT_TRUE(people.hr->client().proves("et annet"));
  EXPECT_FALSE(people.hr->client().proves("passord"));
  EXPECT_EQ(people.hr->must("scrub")["damaged"], 0);
  people.hr->close();
  const auto refused = Client::open({people.folder() / "hr", "passord"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::wrong_passphrase);
  auto opened = Client::open({people.folder() / "hr", "et annet"});
  ASSERT_TRUE(opened.ok());
  EXPECT_NE((*opened)->request(R"({"request":"note.list"})").find("varig"), std::string::npos);
}

TEST_F(NoteRequests, TellWhatChangedAsEvents) {
  while (people.hr->client().next_event(std::chrono::milliseconds(0))) {
  }
  const Json note = add({{"title", "ny"}});
  const auto event = people.hr->client().next_event(std::chrono::milliseconds(0));
  ASSERT_TRUE(event);
  const Json json = Json::parse(*event);
  EXPECT_EQ(json["event"], "record.changed");
  EXPECT_EQ(json["id"], note["id"]);
}

}  // namespace
}  // namespace samla::requests
