// Forms: read from JSON with everything that is wrong, checked against answers, compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/domain/form_check.h"
#include "core/domain/form_diff.h"
#include "core/domain/form_json.h"
#include "core/domain/kinds.h"

namespace samla::domain {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Form built_in(std::string_view id) {
  for (const std::string_view text : built_in_form_texts()) {
    ReadForm read = read_form(text);
    if (read.form.id == id) return read.form;
  }
  ADD_FAILURE() << id;
  return {};
}

std::string form_with(const std::string& questions) {
  return R"({"form": "prove", "name": {"nb": "Prøve", "nn": "Prøve"}, "sections": [{"id": "en",
    "label": {"nb": "En", "nn": "Ein"}, "questions": [)" +
         questions + "]}]}";
}

std::string question(const std::string& id, const std::string& rest) {
  return R"({"id": ")" + id + R"(", "label": {"nb": "Hva?", "nn": "Kva?"}, )" + rest + "}";
}

std::vector<std::string> problems_of(const std::string& json) {
  std::vector<std::string> out;
  for (const FormProblem& each : read_form(json).problems) out.push_back(each.where + " " + each.message);
  return out;
}

TEST(Forms, ThoseBuiltInAreWithoutFaultAndKeepTheIdsThatScriptsUse) {
  ASSERT_EQ(built_in_form_texts().size(), 3u);
  for (const std::string_view text : built_in_form_texts()) {
    const ReadForm read = read_form(text);
    EXPECT_TRUE(read.problems.empty())
        << read.form.id << ": " << read.problems.front().where << " " << read.problems.front().message;
    EXPECT_EQ(read_form(json_of(read.form)).form, read.form);
  }
  const Form form = built_in("egenvurdering");
  EXPECT_NE(form.find("situation"), nullptr);
  EXPECT_NE(form.find("summary"), nullptr);
  EXPECT_EQ(built_in("caf-lett").find("ledelse-check")->most, 5);
  EXPECT_TRUE(built_in("samlingsnotat").find("gathering")->required);
}

TEST(Forms, AMissingLanguageIsRefusedAndNamed) {
  const std::string json = form_with(R"({"id": "a", "type": "text", "label": {"nb": "Hva?"}}, )" +
                                     question("b", R"("type": "text")"));
  EXPECT_THAT(problems_of(json), ElementsAre(HasSubstr("sections[0].questions[0].label.nn")));
  EXPECT_FALSE(read_form(json).usable());
}

TEST(Forms, EverythingThatIsWrongIsToldAtOnce) {
  const auto problems = problems_of(form_with(
      question("Stor", R"("type": "text")") + "," + question("period", R"("type": "text")") + "," +
      question("x", R"("type": "guess")") + "," + question("y", R"("type": "scale", "least": 5, "most": 1)") +
      "," + question("z", R"("type": "text", "choices": [])") + "," +
      question("z", R"("type": "text", "requierd": true)")));
  EXPECT_THAT(problems, Contains(HasSubstr("questions[0].id must be 1 to 40")));
  EXPECT_THAT(problems, Contains(HasSubstr("period is a name that every assessment has")));
  EXPECT_THAT(problems, Contains(HasSubstr("questions[2].type must be")));
  EXPECT_THAT(problems, Contains(HasSubstr("questions[3] least must be less")));
  EXPECT_THAT(problems,
              Contains(HasSubstr("questions[4].choices is nothing that a question of this type has")));
  EXPECT_THAT(problems, Contains(HasSubstr("questions[5].requierd is no member")));
  EXPECT_THAT(problems, Contains(HasSubstr("z two questions have this id")));
}

TEST(Forms, OnlyAnEarlierChoiceOrNumberDecidesWhatIsAsked) {
  const std::string choice =
      question("valg", R"("type": "choice", "choices": [{"id": "ja", "label": {"nb": "Ja", "nn": "Ja"}}])");
  const auto asked_when = [](const std::string& when) {
    return question("b", R"("type": "text", "when": )" + when);
  };
  EXPECT_TRUE(
      problems_of(form_with(choice + "," + asked_when(R"({"question": "valg", "is": ["ja"]})"))).empty());
  EXPECT_THAT(problems_of(form_with(choice + "," + asked_when(R"({"question": "valg", "is": ["nei"]})"))),
              ElementsAre(HasSubstr("'nei' is no choice")));
  EXPECT_THAT(problems_of(form_with(asked_when(R"({"question": "valg", "is": ["ja"]})") + "," + choice)),
              ElementsAre(HasSubstr("no earlier question")));
  EXPECT_THAT(problems_of(form_with(asked_when(R"({"question": "b", "is": ["ja"]})"))),
              ElementsAre(HasSubstr("no earlier question")));
}

TEST(Forms, ATruncatedOrHostileTextIsAProblemNeverAForm) {
  const std::string whole(built_in_form_texts()[0]);
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7)
    EXPECT_FALSE(read_form(whole.substr(0, size)).usable()) << size;
  EXPECT_FALSE(read_form(std::string(kFormBytesMax + 1, ' ')).usable());
  EXPECT_FALSE(read_form(std::string(5000, '[')).usable());
  EXPECT_FALSE(read_form("{\"form\": \"a\xff\"}").usable());
  for (const char* text :
       {"null", "[]", "{}", "1", "\"form\"", "{\"form\": {}, \"name\": [], \"sections\": 1}"})
    EXPECT_FALSE(read_form(text).usable()) << text;
}

Assessment answered(std::map<std::string, std::string> answers) {
  Assessment out;
  out.answers = std::move(answers);
  return out;
}

std::vector<std::string> codes(const std::vector<Warning>& warnings, std::string_view about) {
  std::vector<std::string> out;
  for (const Warning& each : warnings) {
    if (each.message.find(about) != each.message.npos) out.push_back(each.code);
  }
  return out;
}

TEST(FormCheck, OnlyWhatIsRequiredAndAskedIsMissing) {
  const Form form = built_in("caf-lett");
  const auto missing = missing_answers(form, answered({}));
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_THAT(missing[0].message, HasSubstr("summary"));
  EXPECT_TRUE(missing_answers(form, answered({{"summary", "Bra"}})).empty());
}

TEST(FormCheck, DoubtsAreWarningsAndFollowWhatIsAsked) {
  const Form form = built_in("caf-lett");
  const auto doubts = doubts_about(form, answered({{"ledelse-plan", "6"},
                                                   {"ledelse-do", "fem"},
                                                   {"ledelse-act", "5"},
                                                   {"maler", "kanskje"},
                                                   {"brukerresultater", "3"},
                                                   {"gammelt", "svar"}}));
  EXPECT_THAT(codes(doubts, "ledelse-plan"), ElementsAre("does_not_fit"));
  EXPECT_THAT(codes(doubts, "ledelse-do"), ElementsAre("does_not_fit"));
  EXPECT_TRUE(codes(doubts, "ledelse-act").empty());
  EXPECT_THAT(codes(doubts, "maler"), ElementsAre("does_not_fit"));
  EXPECT_THAT(codes(doubts, "brukerresultater"), ElementsAre("not_asked"));
  EXPECT_TRUE(codes(doubts, "samfunnsresultater").empty()) << "nobody asks for it";
  EXPECT_THAT(codes(doubts, "gammelt"), ElementsAre("in_tray"));
  EXPECT_THAT(codes(doubts, "medvirkende"), ElementsAre("unanswered"));
}

TEST(FormDiff, SaysWhatIsAskedOtherwise) {
  const Form before = built_in("egenvurdering");
  EXPECT_TRUE(diff_forms(before, before).empty());
  Form after = before;
  after.sections[0].questions[0].label.nn = "Kva er nytt?";
  after.sections[0].questions[1].id = "medvirkning";
  std::vector<std::string> seen;
  for (const FormChange& each : diff_forms(before, after))
    seen.push_back(each.question + " " + each.change + " " + each.part);
  EXPECT_THAT(seen,
              ElementsAre("situation changed label.nn", "medvirkning added ", "participation removed "));
}

TEST(FormDiff, APreviewKeepsEveryAnswer) {
  const Form before = built_in("egenvurdering");
  Form after = before;
  after.sections[0].questions[0].type = QuestionType::kScale;
  after.sections[0].questions[0].least = 0;
  after.sections[0].questions[0].most = 5;
  after.sections[0].questions[1].id = "medvirkning";
  const std::map<std::string, std::string> answers = {
      {"situation", "Godt"}, {"participation", "Alle"}, {"summary", "Fint"}};
  std::vector<std::string> seen;
  for (const AnswerMove& each : preview_moves(before, after, answers))
    seen.push_back(each.question + " " + each.place);
  EXPECT_THAT(seen,
              ElementsAre("situation doubtful", "medvirkning new", "summary kept", "participation tray"));
}

}  // namespace
}  // namespace samla::domain
