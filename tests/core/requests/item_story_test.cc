// Items that two leaders add, move, edit and delete at once, over real replicas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class ItemStory : public ::testing::Test {
 protected:
  void SetUp() override {
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1902", "Olas telefon");
    kari->sync();
    ola->sync();
    id = kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"].get<std::string>();
  }
  void add(Person& person, const std::string& text) {
    person.must("assessment.item.add", {{"id", id}, {"type", "styrke"}, {"text", text}});
  }
  void exchange() {
    kari->sync();
    ola->sync();
    kari->sync();
  }
  Json items(Person& person) { return person.must("assessment.show", {{"id", id}})["assessment"]["items"]; }
  std::string item(Person& person, const std::string& text) {
    for (const Json& each : items(person)) {
      if (each["text"] == text) return each["id"];
    }
    return "absent";
  }
  std::vector<std::string> texts(Person& person) {
    std::vector<std::string> out;
    for (const Json& each : items(person)) out.push_back(each["text"]);
    return out;
  }

  People people;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
  std::string id;
};

TEST_F(ItemStory, AreMovedEditedAndDeleted) {
  for (const char* text : {"a", "b", "c", "d"}) add(*kari, text);
  kari->must("assessment.item.move", {{"id", item(*kari, "d")}, {"before", item(*kari, "a")}});
  EXPECT_EQ(texts(*kari), (std::vector<std::string>{"d", "a", "b", "c"}));
  kari->must("assessment.item.move", {{"id", item(*kari, "a")}, {"after", item(*kari, "b")}});
  EXPECT_EQ(texts(*kari), (std::vector<std::string>{"d", "b", "a", "c"}));
  kari->must("assessment.item.delete", {{"id", item(*kari, "b")}});
  EXPECT_EQ(texts(*kari), (std::vector<std::string>{"d", "a", "c"}));
  const std::string a = item(*kari, "a");
  kari->must("assessment.item.edit", {{"id", a}, {"type", "tiltak"}, {"driver", "kompetanse"}});
  const Json changed = items(*kari)[1];
  EXPECT_EQ(changed["type"], "tiltak");
  EXPECT_EQ(changed["driver"], "kompetanse");
  EXPECT_EQ(changed["text"], "a");
  EXPECT_EQ(kari->code("assessment.item.move", {{"id", a}}), "invalid_argument");
  EXPECT_EQ(kari->code("assessment.item.move", {{"id", a}, {"before", a}}), "invalid_argument");
  EXPECT_EQ(kari->code("assessment.item.edit", {{"id", a}, {"driver", "fart"}}), "invalid_argument");
  EXPECT_EQ(kari->code("assessment.item.edit", {{"id", a}, {"text", ""}}), "invalid_argument");
}

TEST_F(ItemStory, EvidenceThatTwoWriteAtOnceHoldsBothTheirWords) {
  add(*kari, "a");
  exchange();
  kari->must("assessment.item.edit", {{"id", item(*kari, "a")}, {"evidence", "Brukerne sier det."}});
  exchange();
  kari->must("assessment.item.edit", {{"id", item(*kari, "a")}, {"evidence", "Alle brukerne sier det."}});
  ola->must("assessment.item.edit", {{"id", item(*ola, "a")}, {"evidence", "Brukerne sier det selv."}});
  exchange();
  const std::string merged = items(*kari)[0]["evidence"];
  EXPECT_EQ(merged, items(*ola)[0]["evidence"]);
  EXPECT_NE(merged.find("Alle"), std::string::npos) << merged;
  EXPECT_NE(merged.find("selv"), std::string::npos) << merged;
}

TEST_F(ItemStory, MovedByBothAtOnceHasOnePlaceAndAsksNobody) {
  for (const char* text : {"a", "b", "c"}) add(*kari, text);
  exchange();
  kari->must("assessment.item.move", {{"id", item(*kari, "c")}, {"before", item(*kari, "a")}});
  ola->must("assessment.item.move", {{"id", item(*ola, "c")}, {"before", item(*ola, "b")}});
  exchange();
  EXPECT_EQ(texts(*kari), (std::vector<std::string>{"a", "c", "b"}));
  EXPECT_EQ(texts(*ola), texts(*kari));
  EXPECT_EQ(kari->must("conflict.list")["conflicts"].size(), 0u);
  kari->must("assessment.item.move", {{"id", item(*kari, "c")}, {"before", item(*kari, "a")}});
  exchange();
  EXPECT_EQ(texts(*ola), (std::vector<std::string>{"c", "a", "b"}));
}

TEST_F(ItemStory, WhateverTwoDoAtOnceEveryItemIsThereOnceAndInOneOrder) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  exchange();
  std::set<std::string> expected;
  int made = 0;
  for (int round = 0; round < 6; ++round) {
    std::set<std::string> deleted;
    std::set<std::string> moved;
    for (Person* person : {kari.get(), ola.get()}) {
      for (int step = 0; step < 8; ++step) {
        const auto present = texts(*person);
        const auto any = [&] { return present[random() % present.size()]; };
        if (present.size() < 4 || random() % 3 == 0) {
          const std::string text = "nr " + std::to_string(++made);
          add(*person, text);
          expected.insert(text);
        } else if (random() % 6 == 0) {
          // What the other one has moved meanwhile would come back, as it should; that is another test.
          const std::string text = any();
          if (moved.contains(text)) continue;
          person->must("assessment.item.delete", {{"id", item(*person, text)}});
          deleted.insert(text);
        } else {
          const std::string text = any();
          const std::string beside = any();
          if (text == beside || deleted.contains(text)) continue;
          moved.insert(text);
          person->must(
              "assessment.item.move",
              {{"id", item(*person, text)}, {random() % 2 == 0 ? "before" : "after", item(*person, beside)}});
        }
      }
    }
    for (const std::string& text : deleted) expected.erase(text);
    exchange();
    ASSERT_EQ(texts(*kari), texts(*ola));
    ASSERT_THAT(texts(*kari), testing::UnorderedElementsAreArray(expected));
  }
  EXPECT_EQ(kari->must("conflict.list")["conflicts"].size(), 0u);
}

}  // namespace
}  // namespace samla::requests
