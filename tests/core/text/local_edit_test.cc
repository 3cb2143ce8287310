#include "core/text/local_edit.h"

#include <gtest/gtest.h>

#include <random>

#include "core/text/code_points.h"
#include "core/text/document.h"
#include "core/text/graphemes.h"

namespace samla::text {
namespace {

std::string applied(std::string_view before, const std::vector<Edit>& edits) {
  Rope rope(before);
  for (const Edit& edit : edits) {
    EXPECT_TRUE(rope.erase(edit.position, edit.erased));
    EXPECT_TRUE(rope.insert(edit.position, edit.inserted, edit.length));
  }
  return rope.text();
}

void expect_one_edit(std::string_view before, std::string_view after, std::uint32_t position,
                     std::uint32_t erased, std::string_view inserted) {
  const auto edits = edits_between(before, after);
  ASSERT_EQ(edits.size(), 1u) << before << " -> " << after;
  EXPECT_EQ(edits[0].position, position);
  EXPECT_EQ(edits[0].erased, erased);
  EXPECT_EQ(edits[0].inserted, inserted);
  EXPECT_EQ(applied(before, edits), after);
}

TEST(LocalEdit, IsAsSmallAsTheChange) {
  expect_one_edit("Møte i dag", "Møte i går dag", 7, 0, "går ");
  expect_one_edit("abc", "abXc", 2, 0, "X");
  expect_one_edit("abc", "ac", 1, 1, "");
  expect_one_edit("", "ny", 0, 0, "ny");
  expect_one_edit("gammel", "", 0, 6, "");
  EXPECT_TRUE(edits_between("likt", "likt").empty());
}

TEST(LocalEdit, FarApartChangesAreEditsOfTheirOwn) {
  const std::string middle(5000, '.');
  const std::string before = "a" + middle + "b";
  const std::string after = "A" + middle + "B";
  const auto edits = edits_between(before, after);
  ASSERT_EQ(edits.size(), 2u);
  EXPECT_EQ(edits[1].position, 5001u);
  EXPECT_EQ(applied(before, edits), after);
}

TEST(LocalEdit, NeverDividesACharacter) {
  expect_one_edit("cafe", "cafe\u0301", 3, 1, "e\u0301");        // a mark is added: its letter goes along
  expect_one_edit("cafe\u0301", "cafe\u0300", 3, 2, "e\u0300");  // one mark for another
  expect_one_edit("👨‍👩‍👧", "👨‍👩‍👦", 0, 5,
                  "👨‍👩‍👦");               // a family, joined
  expect_one_edit("🇳🇴", "🇳🇱", 0, 2, "🇳🇱");             // a flag is two code points
  expect_one_edit("👍", "👍🏽", 0, 1, "👍🏽");  // a skin tone
  expect_one_edit("å", "æ", 0, 1, "æ");                // two bytes, the first the same
  expect_one_edit("😀", "😁", 0, 1, "😁");                // in JSON a surrogate pair, the first the same
  expect_one_edit("a\r\nb", "a\nb", 1, 2, "\n");       // a line end of two
}

TEST(LocalEdit, EveryEditOfRandomTextsBeginsAndEndsBetweenCharacters) {
  static const std::vector<std::string> kParts = {
      "a", "b", " ", "e\u0301", "ø", "🇳🇴", "👨‍👩‍👧", "\u0301", "\u200d", "\n"};
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::vector<std::string> parts;
    for (int i = 0; i < 30; ++i) parts.push_back(kParts[random() % kParts.size()]);
    std::string before;
    for (const auto& part : parts) before += part;
    for (int i = 0; i < 4; ++i) parts[random() % parts.size()] = kParts[random() % kParts.size()];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(random() % parts.size()));
    std::string after;
    for (const auto& part : parts) after += part;
    const auto edits = edits_between(before, after);
    EXPECT_EQ(applied(before, edits), after);
    std::vector<std::string_view> whole = graphemes(after);
    for (const Edit& edit : edits) {
      // In the new text each insertion is some whole characters.
      const std::size_t begin =
          edit.inserted.empty() ? 0 : static_cast<std::size_t>(edit.inserted.data() - after.data());
      const auto starts_at = [&](std::size_t at) {
        return at == after.size() || std::ranges::any_of(whole, [&](std::string_view character) {
                 return character.data() == after.data() + at;
               });
      };
      EXPECT_TRUE(starts_at(begin));
      EXPECT_TRUE(edit.inserted.empty() || starts_at(begin + edit.inserted.size()));
    }
  }
}

/// Of marks, not of words, which go whole.
TEST(LocalEdit, TakesNoMoreCharactersThanTheShortestWay) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::string a(random() % 25, ' ');
    std::string b(random() % 25, ' ');
    for (std::string* text : {&a, &b}) {
      for (char& c : *text) c = static_cast<char>('!' + random() % 3);
    }
    // The longest common subsequence, by the table that everybody knows.
    std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) {
        common[i + 1][j + 1] = a[i] == b[j] ? common[i][j] + 1 : std::max(common[i][j + 1], common[i + 1][j]);
      }
    }
    std::size_t cost = 0;
    const auto edits = edits_between(a, b);
    for (const Edit& edit : edits) cost += edit.erased + edit.length;
    EXPECT_EQ(cost, a.size() + b.size() - 2 * common[a.size()][b.size()]);
    EXPECT_EQ(applied(a, edits), b);
  }
}

TEST(LocalEdit, QuiteDifferentTextsAreStillMadeIntoEachOther) {
  std::mt19937 random(7);
  std::string a;
  std::string b;
  for (int i = 0; i < 20'000; ++i) a += static_cast<char>(' ' + random() % 90);
  for (int i = 0; i < 15'000; ++i) b += static_cast<char>(' ' + random() % 90);
  EXPECT_EQ(applied(a, edits_between(a, b)), b);
}

TEST(LocalEdit, ALongTextBecomesSeveralPayloadsThatMakeIt) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += i % 3 == 0 ? "e\u0301" : i % 3 == 1 ? "👨‍👩‍👧" : "å ";
  const auto payloads = payloads_between("", text, 2048);
  ASSERT_TRUE(payloads.ok());
  ASSERT_GT(payloads->size(), 10u);
  Document document;
  std::vector<EventId> parents;
  std::string last;
  for (std::size_t i = 0; i < payloads->size(); ++i) {
    EXPECT_LE((*payloads)[i].size(), 2048u);
    EventId id;
    id.seq = i + 1;
    ASSERT_EQ(*document.apply(id, parents, (*payloads)[i]), Applied::done);
    parents = {id};
    const std::string now = document.text();
    ASSERT_EQ(text.substr(0, now.size()), now);
    // It was divided between characters.
    EXPECT_EQ(graphemes(now).size() + graphemes(std::string_view(text).substr(now.size())).size(),
              graphemes(text).size());
  }
  EXPECT_EQ(document.text(), text);
}

TEST(LocalEdit, AReplacedWordGoesWholeAndAMendedOneDoesNot) {
  expect_one_edit("Karis telefon", "Olas telefon", 0, 5, "Olas");
  expect_one_edit("det er bra", "det var bra", 4, 2, "var");
  expect_one_edit("en rød bil, ny", "en gul sykkel, ny", 3, 7, "gul sykkel");
  expect_one_edit("telefonan", "telefonen", 7, 1, "e");
  expect_one_edit("møte i dag", "møtet i dag", 4, 0, "t");
  EXPECT_EQ(edits_between("rød\nbil", "gul\nsykkel").size(), 2u);
}

/// Two who replace the same words apart: each one's words stand whole in what comes of it.
TEST(LocalEdit, WordsThatTwoReplaceApartStayWholeWhenTheyMerge) {
  using Words = std::vector<std::string>;
  static const Words kWords = {"Karis",   "Olas",     "telefon", "møte",  "samling", "Tromsø",
                               "leder",   "skal",     "må",      "kan",   "bør",     "mandag",
                               "tirsdag", "kontoret", "hytta",   "grønn", "gult"};
  const auto text = [](const Words& words) {
    std::string out = "Vi ser:";
    for (const std::string& word : words) out += " " + word;
    return out + " (se side 3).";
  };
  std::size_t broken = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    std::mt19937 random(seed);
    const auto fresh = [&](const Words& not_of) {
      std::string out;
      do out = kWords[random() % kWords.size()];
      while (std::ranges::count(not_of, out) > 0);
      return out;
    };
    Words old_words(1 + random() % 3);
    for (std::string& word : old_words) word = kWords[random() % kWords.size()];
    Words hers = old_words;
    Words his = old_words;
    for (Words* words : {&hers, &his}) {
      for (std::string& word : *words) word = fresh(old_words);
    }
    Document document;
    EventId base, first, second;
    first.writer.bytes[0] = 1;
    second.writer.bytes[0] = 2;
    ASSERT_TRUE(document.apply(base, {}, encode_whole(text(old_words))).ok());
    for (const auto& [id, mine] : {std::pair(first, hers), std::pair(second, his)}) {
      const auto payloads = payloads_between(text(old_words), text(mine));
      ASSERT_EQ(payloads->size(), 1u);
      ASSERT_EQ(*document.apply(id, {&base, 1}, payloads->front()), Applied::done);
    }
    const std::string merged = document.text();
    const auto stands = [&](const std::string& word) { return merged.find(word) != std::string::npos; };
    const bool whole = std::ranges::all_of(hers, stands) && std::ranges::all_of(his, stands);
    broken += whole ? 0 : 1;
    if (broken == 1 && !whole)
      ADD_FAILURE() << "seed " << seed << ": " << text(old_words) << " | " << text(hers) << " | " << text(his)
                    << " | " << merged;
  }
  EXPECT_EQ(broken, 0u) << "of 3000";
}

TEST(LocalEdit, IllFormedTextIsRefused) {
  EXPECT_EQ(payloads_between("a", "\xff").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(payloads_between("\xc3", "a").error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(payloads_between("likt", "likt")->empty());
}

}  // namespace
}  // namespace samla::text
