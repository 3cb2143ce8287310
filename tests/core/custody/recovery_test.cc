#include "core/custody/recovery.h"

#include <gtest/gtest.h>

#include "core/custody/word_list.h"

namespace samla::custody {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == ' ') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

RecoveryWords words_of(std::uint64_t seed) {
  SeededRandom random(seed);
  return RecoveryWords::generate(random);
}

TEST(WordList, IsAscendingAndItsWordsDifferInTheirFirstFourLetters) {
  const auto& list = word_list();
  EXPECT_EQ(list.front(), "abandon");
  EXPECT_EQ(list.back(), "zoo");
  for (std::size_t i = 1; i < list.size(); ++i) {
    EXPECT_LT(list[i - 1], list[i]);
    EXPECT_NE(list[i - 1].substr(0, 4), list[i].substr(0, 4));
  }
}

// Vectors of BIP-39 for 256 bits of one value each.
TEST(RecoveryWords, AreThoseOfBip39) {
  const auto zeros = RecoveryWords::parse(
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
      "abandon "
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art");
  ASSERT_TRUE(zeros.ok());
  EXPECT_TRUE(equal(zeros->entropy().view(), Bytes(32, 0)));
  const auto ones = RecoveryWords::parse(
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote");
  ASSERT_TRUE(ones.ok());
  EXPECT_TRUE(equal(ones->entropy().view(), Bytes(32, 0xff)));
  const auto mixed = RecoveryWords::parse(
      "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful "
      "legal "
      "winner thank year wave sausage worth title");
  ASSERT_TRUE(mixed.ok());
  EXPECT_TRUE(equal(mixed->entropy().view(), Bytes(32, 0x7f)));
}

TEST(RecoveryWords, AreReadAsPeopleWriteThem) {
  const RecoveryWords words = words_of(7);
  std::string written;
  const auto list = split(words.text());
  ASSERT_EQ(list.size(), kRecoveryWords);
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string word = list[i].substr(0, 4);
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
    written += std::to_string(i + 1) + ". " + word + (i % 6 == 5 ? ",\r\n" : "\t");
  }
  const auto read = RecoveryWords::parse(written);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read->text(), words.text());
}

TEST(RecoveryWords, SayWhichWordIsTheMatter) {
  auto list = split(words_of(8).text());
  const auto refusal = [](const std::vector<std::string>& words) {
    const auto read = RecoveryWords::parse(joined(words));
    EXPECT_FALSE(read.ok());
    return read.ok() ? std::string() : read.error().hint;
  };
  auto wrong = list;
  wrong[6] = "fjord";
  EXPECT_NE(refusal(wrong).find("word 7, \"fjord\""), std::string::npos);
  wrong = list;
  wrong.pop_back();
  EXPECT_NE(refusal(wrong).find("these are 23"), std::string::npos);
  std::size_t undetected = 0, tried = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (const std::string_view other : {"abandon", "winner", "zoo", "music"}) {
      wrong = list;
      if (wrong[i] == other) continue;
      wrong[i] = other;
      ++tried;
      if (RecoveryWords::parse(joined(wrong)).ok()) ++undetected;
    }
  }
  EXPECT_LE(undetected, tried / 32) << "the checksum has eight bits: one in 256 passes";
  EXPECT_FALSE(RecoveryWords::parse("").ok());
}

TEST(RecoveryWords, GiveKeysThatFollowFromThemAloneAndAnnounceThemselves) {
  const PaperKeys keys = keys_of_words(words_of(9)), again = keys_of_words(words_of(9));
  EXPECT_EQ(keys.id(), again.id());
  EXPECT_EQ(keys.seal.public_key(), again.seal.public_key());
  EXPECT_NE(keys.id(), keys_of_words(words_of(10)).id());
  const OrganisationId organisation{{1}};
  const chain::Paper paper = paper_of(keys, organisation, {{2}});
  EXPECT_TRUE(sign::verify(paper.sign, chain::kPaperPossessionDomain,
                           chain::paper_possession_bytes(organisation, paper), paper.possession));
}

TEST(RecoveryBlob, OpensByItsWordsAloneAndNotOnceTouched) {
  SeededRandom random(3);
  const PaperKeys keys = keys_of_words(words_of(11)), others = keys_of_words(words_of(12));
  const RecoveryBlob blob{"sync.eksempel.no", 8443, {{1}}, {{2}}, {{3}}, {{4}}, {{5}}, {7, {{6}}}};
  const Bytes sealed = blob.seal(keys, random);
  const auto opened = RecoveryBlob::open(keys, sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, blob);
  EXPECT_EQ(RecoveryBlob::open(others, sealed).error().code, ErrorCode::not_authentic);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes touched = sealed;
    touched[i] ^= 1;
    EXPECT_FALSE(RecoveryBlob::open(keys, touched).ok());
    EXPECT_FALSE(RecoveryBlob::open(keys, ByteView(sealed).first(i)).ok());
  }
}

}  // namespace
}  // namespace samla::custody
