#include "core/seal/value.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/random.h"

namespace samla::seal {
namespace {

SpaceKey key_of(std::uint8_t fill) { return {Secret<32>::from(Bytes(32, fill))}; }

Bytes norwegian_text(std::size_t size) {
  SeededRandom random(size);
  static constexpr std::array<std::string_view, 6> kWords = {"blåbær ", "ærlig ", "møte ",
                                                             "på ",     "unge ",  "ledelse "};
  std::string text;
  while (text.size() < size) text += kWords[random.below(kWords.size())];
  return to_bytes(as_bytes(text).first(size));
}

TEST(SealedValue, OpensToWhatWasSealedAtEverySize) {
  const Bytes nonce(24, 7);
  for (const std::size_t size :
       {0u, 1u, 29u, 30u, 31u, 255u, 256u, 257u, 400u, 4096u, 65536u, 262144u, 528384u}) {
    for (const Bytes& plaintext : {norwegian_text(size), Bytes(size, 0)}) {
      const auto packed = PackedValue::pack(plaintext);
      ASSERT_TRUE(packed.ok()) << size;
      const Bytes sealed = seal_value(key_of(1), nonce, 3, as_bytes("bound"), *packed);
      EXPECT_EQ(sealed.size(), packed->sealed_size());
      const auto opened = open_value(key_of(1), nonce, 3, as_bytes("bound"), sealed);
      ASSERT_TRUE(opened.ok()) << size;
      EXPECT_EQ(*opened, plaintext);
    }
  }
  EXPECT_EQ(PackedValue::pack(Bytes(kPlaintextBytesMax + 1)).error().code, ErrorCode::too_large);
}

TEST(SealedValue, DoesNotOpenWithAnotherKeyNonceIndexOrBindingNorWithAFlippedBit) {
  const Bytes nonce(24, 7);
  const auto packed = PackedValue::pack(as_bytes("hemmelig"));
  const Bytes sealed = seal_value(key_of(1), nonce, 3, as_bytes("bound"), *packed);
  EXPECT_FALSE(open_value(key_of(2), nonce, 3, as_bytes("bound"), sealed).ok());
  EXPECT_FALSE(open_value(key_of(1), Bytes(24, 8), 3, as_bytes("bound"), sealed).ok());
  EXPECT_FALSE(open_value(key_of(1), nonce, 4, as_bytes("bound"), sealed).ok());
  EXPECT_FALSE(open_value(key_of(1), nonce, 3, as_bytes("boune"), sealed).ok());
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes flipped = sealed;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_EQ(open_value(key_of(1), nonce, 3, as_bytes("bound"), flipped).error().code,
              ErrorCode::not_authentic);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open_value(key_of(1), nonce, 3, as_bytes("bound"), ByteView(sealed).first(size)).ok());
  }
}

TEST(SealedValue, CarriesTheIndexIntoTheNonceAcrossAByteBoundary) {
  Bytes base(24, 0), next(24, 0);
  base[16] = 0xff;
  next[17] = 1;
  const auto packed = PackedValue::pack(as_bytes("x"));
  EXPECT_EQ(seal_value(key_of(1), base, 1, {}, *packed), seal_value(key_of(1), next, 0, {}, *packed));
}

TEST(SealedValue, StoresUncompressedWhereAReaderWouldRefuseTheInflation) {
  const auto zeros = PackedValue::pack(Bytes(100'000, 0));
  EXPECT_GE(zeros->bytes().size(), 100'000u);
  EXPECT_LT(PackedValue::pack(norwegian_text(100'000))->bytes().size(), 60'000u);
}

TEST(Padding, IsAtLeast32NeverShrinksAndCostsAtMostTwelvePercent) {
  std::set<std::size_t> sizes;
  for (std::size_t size = 0; size < 300'000; size += 1 + size / 50) {
    const std::size_t padded = padded_size(size);
    EXPECT_GE(padded, std::max<std::size_t>(size, 32));
    if (size > 32) {
      EXPECT_LE(static_cast<double>(padded), static_cast<double>(size) * 1.12);
    }
    EXPECT_EQ(padded_size(padded), padded);
    sizes.insert(padded);
  }
  // 32 itself, then 8 sizes for each of 2^5 to 2^7, 16 for 2^8 to 2^15, 32 for 2^16 to 2^18.
  EXPECT_LE(sizes.size(), 1u + 3 * 8 + 8 * 16 + 3 * 32);
}

TEST(FieldTag, DependsOnKeyRecordFieldAndElementAndKeepsThemApart) {
  const TagKey key{Secret<32>::from(Bytes(32, 1))}, other{Secret<32>::from(Bytes(32, 2))};
  const RecordId record{{1}}, another{{2}};
  const FieldTag tag = field_tag(key, record, "tags", as_bytes("a"));
  EXPECT_EQ(field_tag(key, record, "tags", as_bytes("a")), tag);
  EXPECT_NE(field_tag(other, record, "tags", as_bytes("a")), tag);
  EXPECT_NE(field_tag(key, another, "tags", as_bytes("a")), tag);
  EXPECT_NE(field_tag(key, record, "tagsa"), tag);
  EXPECT_NE(field_tag(key, record, "tag", as_bytes("sa")), tag);
  EXPECT_FALSE(tag.is_zero());
}

}  // namespace
}  // namespace samla::seal
