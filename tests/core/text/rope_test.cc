#include "core/text/rope.h"

#include <gtest/gtest.h>

#include <random>

#include "core/text/code_points.h"

namespace samla::text {
namespace {

std::string joined(const std::vector<std::string>& codes) {
  std::string out;
  for (const std::string& code : codes) out += code;
  return out;
}

TEST(Rope, DoesWhatAVectorOfCodePointsDoes) {
  static const std::vector<std::string> kCodes = {"a", "b", "ø", "€", "😀"};
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    // Some seeds are ASCII alone: whole chunks of it go another way.
    const std::size_t codes = seed % 2 == 0 ? 2 : kCodes.size();
    std::vector<std::string> expected;
    Rope rope;
    for (int step = 0; step < 1500; ++step) {
      const auto at = static_cast<std::uint32_t>(random() % (expected.size() + 1));
      if (random() % 3 != 0) {
        const std::size_t count = random() % 40 == 0 ? 1500 : 1 + random() % 20;
        std::vector<std::string> more;
        for (std::size_t i = 0; i < count; ++i) more.push_back(kCodes[random() % codes]);
        ASSERT_TRUE(rope.insert(at, joined(more), static_cast<std::uint32_t>(count)));
        expected.insert(expected.begin() + at, more.begin(), more.end());
      } else {
        const std::size_t wish = random() % 30 == 0 ? 3000 : random() % 40;
        const auto count = static_cast<std::uint32_t>(std::min(wish, expected.size() - at));
        ASSERT_TRUE(rope.erase(at, count));
        expected.erase(expected.begin() + at, expected.begin() + at + count);
      }
      ASSERT_EQ(rope.length(), expected.size());
      if (step % 50 == 0) {
        ASSERT_EQ(rope.text(), joined(expected));
      }
    }
    EXPECT_EQ(rope.text(), joined(expected));
    EXPECT_EQ(rope.bytes(), joined(expected).size());
    EXPECT_TRUE(rope.erase(0, rope.length()));
    EXPECT_EQ(rope.text(), "");
    EXPECT_TRUE(rope.insert(0, "æ", 1));
    EXPECT_EQ(rope.text(), "æ");
  }
}

TEST(Rope, PlacesOutsideTheTextChangeNothing) {
  Rope rope("blåbær");
  EXPECT_FALSE(rope.insert(7, "x", 1));
  EXPECT_FALSE(rope.erase(7, 0));
  EXPECT_FALSE(rope.erase(4, 3));
  EXPECT_FALSE(rope.erase(1, 0xffffffff));
  EXPECT_EQ(rope.text(), "blåbær");
}

TEST(CodePoints, AreFoundByIndexAcrossBlocks) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "aø€😀";
  EXPECT_EQ(count_code_points(text), 400u);
  for (std::size_t i = 0, at = 0; i <= 400; ++i) {
    EXPECT_EQ(byte_offset(text, i), at);
    if (i < 400) next_code_point(text, at);
  }
  std::size_t at = 3;
  EXPECT_EQ(next_code_point(text, at), U'€');
  EXPECT_EQ(next_code_point(text, at), U'😀');
}

}  // namespace
}  // namespace samla::text
