// HR publishes a version of a form; drafts keep the one that they began with until somebody moves them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;
using ::testing::HasSubstr;

class FormStory : public ::testing::Test {
 protected:
  Json definition_of(Person& person, const std::string& form) {
    return Json::parse(person.must("form.show", {{"form", form}})["definition"].get<std::string>());
  }
  /// The second version of the egenvurdering: one question renamed, one new and required.
  std::string second() {
    Json form = definition_of(*people.hr, "egenvurdering@1");
    form["sections"][0]["questions"][1]["id"] = "medvirkning";
    form["sections"][0]["questions"].push_back({{"id", "poeng"},
                                                {"type", "scale"},
                                                {"label", {{"nb", "Poeng"}, {"nn", "Poeng"}}},
                                                {"required", true},
                                                {"least", 0},
                                                {"most", 5}});
    return form.dump();
  }

  People people;
};

TEST_F(FormStory, APublishedVersionNeverChangesAndADraftIsMovedWithAllItsAnswers) {
  const auto kari = people.leader("kari", "1902", "Karis telefon");
  const std::string id = kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"];
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"situation", "Ny"}, {"participation", "Alle"}}}});

  EXPECT_EQ(kari->code("form.publish", {{"definition", second()}}), "not_permitted");
  Json broken = Json::parse(second());
  broken["sections"][0]["label"].erase("nn");
  const Json refused = people.hr->ask("form.publish", {{"definition", broken.dump()}});
  EXPECT_THAT(refused["error"]["hint"].get<std::string>(), HasSubstr("sections[0].label.nn"));
  EXPECT_FALSE(people.hr->must("form.lint", {{"definition", broken.dump()}})["valid"].get<bool>());

  const Json published = people.hr->must("form.publish", {{"definition", second()}})["form"];
  EXPECT_EQ(published["version"], 2);
  EXPECT_EQ(people.hr->must("form.publish", {{"definition", second()}})["form"], published)
      << "the same again";
  people.hr->sync();
  kari->sync();
  EXPECT_EQ(kari->must("form.show", {{"form", "egenvurdering@2"}})["form"]["id"], published["id"]);
  EXPECT_EQ(kari->must("form.show", {{"form", "egenvurdering@1"}})["form"]["status"], "erstattet");

  EXPECT_EQ(kari->must("assessment.show", {{"id", id}})["assessment"]["form_version"], 1);
  const Json preview = kari->must("form.rebase", {{"id", id}});
  EXPECT_FALSE(preview["applied"].get<bool>());
  std::map<std::string, std::string> places;
  for (const Json& each : preview["moves"]) places[each["question"]] = each["place"];
  EXPECT_EQ(places,
            (std::map<std::string, std::string>{
                {"situation", "kept"}, {"medvirkning", "new"}, {"poeng", "new"}, {"participation", "tray"}}));
  EXPECT_EQ(kari->must("assessment.show", {{"id", id}})["assessment"]["form_version"], 1) << "a preview";

  const Json moved = kari->must("form.rebase", {{"id", id}, {"apply", true}})["assessment"];
  EXPECT_EQ(moved["form_version"], 2);
  EXPECT_EQ(moved["answers"], (Json{{"situation", "Ny"}}));
  EXPECT_EQ(moved["tray"], (Json{{"participation", "Alle"}}));
  EXPECT_EQ(kari->code("assessment.submit", {{"id", id}}), "wrong_state") << "poeng is required";
  const Json doubtful = kari->must("assessment.fill", {{"id", id}, {"answers", {{"poeng", "6"}}}});
  EXPECT_EQ(doubtful["warnings"][0]["code"], "does_not_fit");
  kari->must("assessment.submit", {{"id", id}});
  kari->sync();
  people.hr->sync();
  const Json revision = people.hr->must("assessment.list")["assessments"].at(0);
  EXPECT_EQ(revision["form_version"], 2);
  EXPECT_EQ(revision["tray"], moved["tray"]) << "nothing is lost on the way to HR";
  EXPECT_EQ(people.hr->must("export.json", {{"what", "assessments"}})["rows"][0]["form_version"], 2);
}

TEST_F(FormStory, AnAssessmentIsWrittenAsTextAndOnlyWhatWasChangedIsWritten) {
  const auto kari = people.leader("kari", "1902", "Karis telefon");
  const std::string blank = kari->must("assessment.text", {{"unit", "1902"}})["text"];
  EXPECT_THAT(blank, HasSubstr("= situation\n"));
  const Json bad = kari->ask("assessment.new", {{"unit", "1902"}, {"text", "= situation\nJa\n= tull\n"}});
  EXPECT_THAT(bad["error"]["hint"].get<std::string>(), HasSubstr("line 3"));
  EXPECT_TRUE(kari->must_list("assessment.list", "assessments").empty()) << "nothing was begun";

  const Json begun = kari->must(
      "assessment.new",
      {{"unit", "1902"},
       {"text", "= situation\nNytt kontor.\n= items\n- styrke (ett-nav): Tett på\n"}})["assessment"];
  EXPECT_EQ(begun["answers"], (Json{{"situation", "Nytt kontor."}}));
  const std::string id = begun["id"];
  const std::string base = kari->must("assessment.text", {{"id", id}})["text"];
  // Meanwhile somebody answers another question; what was not touched in the editor stays as that one left
  // it.
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "Imens"}}}});
  std::string edited = base;
  edited.replace(edited.find("Nytt kontor."), 12, "Gammelt kontor.");
  edited.replace(edited.rfind(": Tett på"), 10, ": Nær");
  const Json written =
      kari->must("assessment.write", {{"id", id}, {"text", edited}, {"base", base}})["assessment"];
  EXPECT_EQ(written["answers"], (Json{{"situation", "Gammelt kontor."}, {"summary", "Imens"}}));
  ASSERT_EQ(written["items"].size(), 1u);
  EXPECT_EQ(written["items"][0]["text"], "Nær");
  EXPECT_EQ(written["items"][0]["id"], begun["items"][0]["id"]);
}

}  // namespace
}  // namespace samla::requests
