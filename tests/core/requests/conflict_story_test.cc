// Conflicts as people meet them: settled apart, by the kinds' policies, over restarts; notes merged by
// machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class ConflictStory : public ::testing::Test {
 protected:
  void SetUp() override {
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1902", "Olas telefon");
    kari->sync();
    ola->sync();
  }
  void exchange() {
    for (int round = 0; round < 2; ++round) {
      for (Person* each : {kari.get(), ola.get(), people.hr.get()}) each->sync();
    }
  }
  std::string note(const std::string& body) {
    const Json made = kari->must("note.add", {{"title", "Felles"}, {"body", body}, {"space", "unit 1902"}});
    exchange();
    return made["note"]["id"].get<std::string>();
  }
  std::string contested_title() {
    const std::string id = note("");
    kari->must("note.edit", {{"id", id}, {"title", "Karis"}});
    ola->must("note.edit", {{"id", id}, {"title", "Olas"}});
    exchange();
    return id;
  }
  static Json conflicts(Person& person) { return person.must("conflict.list")["conflicts"]; }
  static std::string title(Person& person, const std::string& id) {
    return person.must("note.show", {{"id", id}})["note"]["title"].get<std::string>();
  }
  static bool merged(Person& person, const std::string& id) {
    for (const Json& each : person.must_list("note.list", "notes")) {
      if (each["id"] == id) return each["merged"].get<bool>();
    }
    ADD_FAILURE() << "no note " << id;
    return false;
  }

  People people;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
};

TEST_F(ConflictStory, SettledByTwoAtOnceInTheSameWayIsSettled) {
  const std::string id = contested_title();
  const Json open = conflicts(*kari);
  ASSERT_EQ(open.size(), 1u);
  for (Person* each : {kari.get(), ola.get()}) {
    each->must("conflict.resolve", {{"id", open[0]["id"]}, {"value", "Begges"}});
  }
  exchange();
  for (Person* each : {kari.get(), ola.get()}) {
    EXPECT_TRUE(conflicts(*each).empty());
    EXPECT_EQ(title(*each, id), "Begges");
  }
}

TEST_F(ConflictStory, SettledByTwoAtOnceOtherwiseIsOneConflictOfTheirTwoWordsOnBothDevices) {
  const std::string id = contested_title();
  const Json first = conflicts(*kari)[0]["id"];
  kari->must("conflict.resolve", {{"id", first}, {"value", "Karis dom"}});
  ola->must("conflict.resolve", {{"id", first}, {"value", "Olas dom"}});
  exchange();
  const Json open = conflicts(*kari);
  EXPECT_EQ(open, conflicts(*ola));
  ASSERT_EQ(open.size(), 1u);
  std::vector<std::string> values;
  for (const Json& head : open[0]["heads"]) values.push_back(head["value"]);
  EXPECT_THAT(values, testing::UnorderedElementsAre("Karis dom", "Olas dom"));
  ola->must("conflict.resolve", {{"id", open[0]["id"]}, {"keep", 2}});
  exchange();
  EXPECT_TRUE(conflicts(*kari).empty());
  EXPECT_EQ(title(*kari, id), values[1]);
}

TEST_F(ConflictStory, SurvivesRestartsAndItsSettlingCanBeTakenBackAfterOne) {
  const std::string id = contested_title();
  const Json open = conflicts(*kari);
  const std::string shown = title(*kari, id);
  kari->close();
  kari->open();
  EXPECT_EQ(conflicts(*kari), open);
  kari->must("conflict.resolve", {{"id", open[0]["id"]}, {"value", "valgt"}});
  kari->close();
  kari->open();
  EXPECT_TRUE(conflicts(*kari).empty());
  EXPECT_EQ(kari->must("conflict.undo", {{"id", open[0]["id"]}})["value"], shown);
  exchange();
  EXPECT_EQ(title(*ola, id), shown);
}

TEST_F(ConflictStory, AllOfOneKindAreSettledAlikeAndTheOthersStay) {
  const std::string one = contested_title();
  const std::string other = contested_title();
  const std::string text = note("Vi møtes i Tromsø.");
  kari->must("note.edit", {{"id", text}, {"body", "Vi møtes i Bodø."}});
  ola->must("note.edit", {{"id", text}, {"body", "Vi møtes i Bergen."}});
  exchange();
  ASSERT_EQ(conflicts(*kari).size(), 3u);
  EXPECT_EQ(kari->must("conflict.resolve.all", {{"kind", "hard"}, {"keep", 1}})["resolved"].size(), 2u);
  const Json left = conflicts(*kari);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]["kind"], "text");
  // Each one's word stands whole in what is shown meanwhile.
  const std::string merged = left[0]["merged"];
  EXPECT_THAT(merged, testing::HasSubstr("Bodø"));
  EXPECT_THAT(merged, testing::HasSubstr("Bergen"));
  const Json shown = kari->must("conflict.show", {{"id", left[0]["id"]}})["conflict"];
  EXPECT_EQ(shown["base"], "Vi møtes i Tromsø.");
  EXPECT_EQ(shown["heads"][0]["diff"][1]["change"], "removed");
}

TEST_F(ConflictStory, AMergedNoteCarriesItsBadgeUntilItIsLookedAtOnThatDevice) {
  const std::string id = note("Først.\n\nMidt.\n\nSist.");
  const auto edit_apart = [&](const std::string& first, const std::string& last) {
    kari->must("note.edit", {{"id", id}, {"body", first + "\n\nMidt.\n\nSist."}});
    ola->must("note.edit", {{"id", id}, {"body", "Først.\n\nMidt.\n\n" + last}});
    exchange();
  };
  edit_apart("Først, av Kari.", "Sist, av Ola.");
  EXPECT_TRUE(conflicts(*kari).empty());
  EXPECT_TRUE(merged(*kari, id));
  EXPECT_TRUE(merged(*ola, id));
  kari->close();
  kari->open();
  EXPECT_TRUE(merged(*kari, id));
  // The one who looks sees it once more.
  EXPECT_EQ(kari->must("note.show", {{"id", id}})["note"]["merged"], true);
  EXPECT_FALSE(merged(*kari, id));
  EXPECT_TRUE(merged(*ola, id));
  kari->close();
  kari->open();
  EXPECT_FALSE(merged(*kari, id));
  EXPECT_EQ(kari->must("note.show", {{"id", id}})["note"]["body"],
            "Først, av Kari.\n\nMidt.\n\nSist, av Ola.");
  // More that is merged brings it back.
  ola->must("note.edit", {{"id", id}, {"body", "Først, av Kari.\n\nMidt, av Ola.\n\nSist, av Ola."}});
  kari->must("note.edit", {{"id", id}, {"body", "Aller først.\n\nMidt.\n\nSist, av Ola."}});
  exchange();
  EXPECT_TRUE(merged(*kari, id));
}

TEST_F(ConflictStory, LookingAtATextConflictTakesTheBadgeAndLeavesTheConflict) {
  const std::string id = note("Vi møtes i Tromsø.");
  kari->must("note.edit", {{"id", id}, {"body", "Vi møtes i Bodø."}});
  ola->must("note.edit", {{"id", id}, {"body", "Vi møtes i Bergen."}});
  exchange();
  EXPECT_TRUE(merged(*ola, id));
  ola->must("conflict.show", {{"id", conflicts(*ola)[0]["id"]}});
  EXPECT_FALSE(merged(*ola, id));
  EXPECT_EQ(conflicts(*ola).size(), 1u);
}

TEST_F(ConflictStory, AnEraseAgainstUnseenEditsLosesNeitherField) {
  const std::string id = note("kropp");
  kari->must("note.delete", {{"id", id}});
  ola->must("note.edit", {{"id", id}, {"title", "Olas tittel"}, {"body", "kropp og mer"}});
  exchange();
  for (Person* each : {kari.get(), ola.get()}) {
    ASSERT_EQ(conflicts(*each).size(), 1u);
    EXPECT_EQ(conflicts(*each)[0]["kind"], "erase");
    const Json shown = each->must("note.show", {{"id", id}})["note"];
    EXPECT_EQ(shown["title"], "Olas tittel");
    EXPECT_EQ(shown["body"], "kropp og mer");
  }
  kari->must("conflict.resolve", {{"id", conflicts(*kari)[0]["id"]}, {"keep", 1}});
  exchange();
  EXPECT_TRUE(conflicts(*ola).empty());
  EXPECT_EQ(ola->must("note.show", {{"id", id}})["note"]["body"], "kropp og mer");
}

/// Before any policy settles them, server and device count the same heads: doctor compares the two lists.
TEST_F(ConflictStory, HeadsThatPoliciesSettleAreOnTheServersListAndAskNobody) {
  const Json task =
      people.hr->must("cascade.assign", {{"unit", "1902"}, {"gathering", "Tromsø"}})["tasks"][0];
  const std::string id = note("");
  exchange();
  kari->must("cascade.done", {{"id", task["id"]}, {"reached", 40}});
  ola->must("cascade.done", {{"id", task["id"]}, {"reached", 30}});  // later, and less
  for (Person* each : {kari.get(), ola.get()}) {
    each->must("note.edit", {{"id", id}, {"title", "likt"}});
    each->must("note.tag", {{"id", id}, {"add", {"ny"}}});
  }
  exchange();
  for (Person* each : {kari.get(), ola.get(), people.hr.get()}) {
    EXPECT_EQ(each->sync()["conflicts"], 0);
    std::int64_t reached = 0;
    for (const Json& row : each->must_list("cascade.list", "tasks")) {
      if (row["id"] == task["id"]) reached = row["reached"].get<std::int64_t>();
    }
    EXPECT_EQ(reached, 40);
  }
  for (const Json& check : kari->must_list("doctor", "checks")) {
    if (check["check"] == "heads") {
      EXPECT_EQ(check["ok"], true) << check.dump();
    }
  }
  // Whoever sees what it came to and corrects it downwards has the last word.
  ola->must("cascade.done", {{"id", task["id"]}, {"reached", 35}});
  exchange();
  for (const Json& row : kari->must_list("cascade.list", "tasks")) {
    if (row["id"] == task["id"]) {
      EXPECT_EQ(row["reached"], 35);
    }
  }
}

TEST_F(ConflictStory, AnyVersionOfATextIsShownAndCanBeHadBack) {
  const std::string id = note("én");
  ola->must("note.edit", {{"id", id}, {"body", "én to"}});
  exchange();
  kari->must("note.edit", {{"id", id}, {"body", "tre"}});
  exchange();
  const Json versions = ola->must("note.history", {{"id", id}})["versions"];
  std::vector<std::string> bodies;
  Json number;
  for (const Json& each : versions) {
    if (each["field"] != "body") continue;
    bodies.push_back(each["value"]);
    if (each["value"] == "én to") {
      number = each["n"];
      EXPECT_EQ(each["user"], "ola");
      EXPECT_EQ(each["doubtful_time"], false);
    }
  }
  EXPECT_EQ(bodies, (std::vector<std::string>{"én", "én to", "tre"}));
  kari->must("history.restore", {{"id", id}, {"version", number}});
  exchange();
  EXPECT_EQ(ola->must("note.show", {{"id", id}})["note"]["body"], "én to");
}

}  // namespace
}  // namespace samla::requests
