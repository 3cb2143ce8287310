#include "core/text/word_diff.h"

#include <gtest/gtest.h>

namespace samla::text {
namespace {

std::string shown(std::string_view before, std::string_view after) {
  std::string out;
  for (const WordPart& part : word_diff(before, after)) {
    switch (part.change) {
      case WordChange::kept:
        out += part.text;
        break;
      case WordChange::removed:
        out += "[-" + part.text + "-]";
        break;
      case WordChange::added:
        out += "{+" + part.text + "+}";
        break;
    }
  }
  return out;
}

TEST(WordDiff, ShowsWholeWords) {
  EXPECT_EQ(shown("Møte på tirsdag kl 10.", "Møte på onsdag kl 10."), "Møte på [-tirsdag-]{+onsdag+} kl 10.");
  EXPECT_EQ(shown("blåbær", "blåbærene"), "[-blåbær-]{+blåbærene+}");
  EXPECT_EQ(shown("en to", "en to tre"), "en to{+ tre+}");
  EXPECT_EQ(shown("likt", "likt"), "likt");
  EXPECT_EQ(shown("", "ny"), "{+ny+}");
  EXPECT_EQ(shown("borte", ""), "[-borte-]");
  EXPECT_EQ(shown("", ""), "");
}

TEST(WordDiff, PunctuationAndLineEndsStandAlone) {
  EXPECT_EQ(shown("Ja, takk", "Ja. takk"), "Ja[-,-]{+.+} takk");
  EXPECT_EQ(shown("en\nto", "en\n\nto"), "en\n{+\n+}to");
  EXPECT_EQ(shown("«Ørsta»", "«Årdal»"), "«[-Ørsta-]{+Årdal+}»");
}

TEST(WordDiff, TokensMakeTheTextAgainAndWordsKeepTheirHyphens) {
  const std::string text = "Å lese e-post, don’t — så\r\nsi 3,5 cafe\u0301 👨‍👩‍👧!";
  std::string together;
  for (const auto token : word_tokens(text)) together += token;
  EXPECT_EQ(together, text);
  const auto tokens = word_tokens(text);
  for (const char* word :
       {"Å", "e-post", "don’t", "—", "så", "\r\n", "cafe\u0301", "👨‍👩‍👧", "!"}) {
    EXPECT_NE(std::ranges::find(tokens, std::string_view(word)), tokens.end()) << word;
  }
}

TEST(WordDiff, TheTwoTextsCanBeReadFromTheParts) {
  const std::string before = "Vi prøver dette i tre uker, og ser så hva som hjalp.";
  const std::string after = "Vi prøver noe annet i to uker. Så ser vi hva som hjalp!";
  std::string old_text;
  std::string new_text;
  for (const WordPart& part : word_diff(before, after)) {
    if (part.change != WordChange::added) old_text += part.text;
    if (part.change != WordChange::removed) new_text += part.text;
  }
  EXPECT_EQ(old_text, before);
  EXPECT_EQ(new_text, after);
}

}  // namespace
}  // namespace samla::text
