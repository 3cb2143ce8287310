// Form text: what a person reads in the editor, and back.
#include "core/domain/form_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/domain/form_json.h"

namespace samla::domain {
namespace {

using ::testing::HasSubstr;

Form form_of(std::string_view id) {
  for (const std::string_view text : built_in_form_texts()) {
    ReadForm read = read_form(text);
    if (read.form.id == id) return read.form;
  }
  return {};
}

std::string refusal(const Form& form, const std::string& text) {
  const auto read = read_form_text(form, {}, text, "test");
  return read ? std::string() : read.error().hint;
}

TEST(FormText, ABlankOneSaysWhatIsAskedInBothLanguagesAndHoldsNoAnswer) {
  const Form form = form_of("caf-lett");
  const std::string nynorsk = text_of_form(form, {}, {}, "nn");
  EXPECT_THAT(nynorsk, HasSubstr("\n= ledelse-do\n# Gjennomfører: gjer vi det som vi har planlagt?\n"));
  EXPECT_THAT(nynorsk, HasSubstr("# Skriv eit heilt tal frå 0 til 5.\n"));
  EXPECT_THAT(text_of_form(form, {}, {}, "nb"), HasSubstr("# Bare hvis maler = ja / delvis.\n"));
  const auto read = read_form_text(form, {}, nynorsk, "test");
  ASSERT_TRUE(read.ok()) << read.error().hint;
  EXPECT_TRUE(read->items.empty());
  EXPECT_TRUE(std::ranges::all_of(read->answers, [](const auto& each) { return each.second.empty(); }));
}

TEST(FormText, AFilledOneIsReadAsAPersonMeansIt) {
  const Form form = form_of("egenvurdering");
  const auto read =
      read_form_text(form, {},
                     "# skrevet på toget\n= situation\n# Hva …\n\nKontoret er nytt.\n\nVi er ti.\n\n"
                     "= items\n- styrke (ett-nav): Tett på brukerne\n  hver dag\n- svakhet: For lite tid\n",
                     "test");
  ASSERT_TRUE(read.ok()) << read.error().hint;
  EXPECT_EQ(read->answers.at("situation"), "Kontoret er nytt.\n\nVi er ti.");
  EXPECT_EQ(read->answers.size(), 1u);
  ASSERT_EQ(read->items.size(), 2u);
  EXPECT_EQ(read->items[0], (TextItem{"", "styrke", "ett-nav", "Tett på brukerne\nhver dag"}));
  EXPECT_EQ(read->items[1], (TextItem{"", "svakhet", "", "For lite tid"}));
}

TEST(FormText, WhatCannotBeReadIsNamedByItsLine) {
  const Form form = form_of("egenvurdering");
  EXPECT_THAT(refusal(form, "løs tekst\n"), HasSubstr("line 1: no question stands above"));
  EXPECT_THAT(refusal(form, "= situation\nJa\n= tull\n"),
              HasSubstr("line 3: the form has no question 'tull'"));
  EXPECT_THAT(refusal(form, "= situation\n= situation\n"), HasSubstr("line 2: 'situation' is there twice"));
  EXPECT_THAT(refusal(form, "= items\nTett på\n"), HasSubstr("line 2: an item is written"));
  EXPECT_THAT(refusal(form, "= items\n- ide: Tett på\n"), HasSubstr("line 2: 'ide' is no kind of item here"));
  EXPECT_THAT(refusal(form, "= items\n- styrke:\n"), HasSubstr("line 2: the item has no text"));
}

TEST(FormText, LineEndsOfWindowsAreNoPartOfAnAnswer) {
  const auto read =
      read_form_text(form_of("egenvurdering"), {}, "# a\r\n= situation\r\nJa\r\nog nei\r\n", "test");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->answers.at("situation"), "Ja\nog nei");
}

/// Of the characters that mean something to the text.
std::string random_text(std::mt19937& random) {
  constexpr std::string_view kPieces[] = {"\n", "\n", "#", "=", "\\", "- ",  "  ",
                                          " ",  ":",  "[", ")", "æ",  "ord", "\t"};
  std::string out;
  for (std::size_t i = random() % 12; i > 0; --i) out += kPieces[random() % std::size(kPieces)];
  return out;
}

TEST(FormText, WhatWasWrittenIsReadAgainWhateverItHolds) {
  const std::uint32_t base = std::random_device()();
  const Form form = form_of("egenvurdering");
  for (std::uint32_t round = 0; round < 3000; ++round) {
    const std::uint32_t seed = base + round;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::map<std::string, std::string> answers;
    for (const char* id : {"situation", "summary", "gammelt"}) answers[id] = random_text(random);
    std::vector<AssessmentItem> items(random() % 3);
    for (AssessmentItem& item : items) {
      item.id = random() % 2 == 0 ? "" : "0123456789ab";
      item.type = random() % 2 == 0 ? "styrke" : "tiltak";
      item.theme = random() % 2 == 0 ? "" : "ett-nav";
      item.text = random_text(random) + "x";
    }
    const std::string text = text_of_form(form, answers, items, "nb");
    const auto read = read_form_text(form, {"gammelt"}, text, "test");
    ASSERT_TRUE(read.ok()) << read.error().hint << "\n" << text;
    for (const auto& [id, answer] : answers) ASSERT_EQ(read->answers.at(id), answer) << text;
    ASSERT_EQ(read->items.size(), items.size()) << text;
    for (std::size_t i = 0; i < items.size(); ++i)
      ASSERT_EQ(read->items[i], (TextItem{items[i].id, items[i].type, items[i].theme, items[i].text}))
          << text;
  }
}

}  // namespace
}  // namespace samla::domain
