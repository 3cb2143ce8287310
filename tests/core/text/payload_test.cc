#include "core/text/payload.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/encoding.h"

namespace samla::text {
namespace {

ErrorCode refusal(const Bytes& bytes) {
  Payload payload;
  const auto result = decode_payload(bytes, payload);
  return result.ok() ? ErrorCode::internal : result.error().code;
}

Bytes encoded_again(const Payload& payload) {
  return payload.kind == PayloadKind::whole ? encode_whole(payload.edits[0].inserted)
                                            : encode_edits(payload.edits);
}

std::vector<Bytes> samples() {
  const std::string long_text(300, 'q');
  return {encode_whole(""),
          encode_whole("Møtet på Ørsta 😀"),
          encode_edits({make_edit(0, 0, "a")}),
          encode_edits({make_edit(63, 0, "a")}),
          encode_edits({make_edit(64, 1, "")}),
          encode_edits({make_edit(100'000, 127, "hello")}),
          encode_edits({make_edit(16'777'216, 128, "")}),
          encode_edits({make_edit(7, 0, "å")}),
          encode_edits({make_edit(5, 0, long_text)}),
          encode_edits(
              {make_edit(5, 2, "ab"), make_edit(3, 1, ""), make_edit(900, 0, "ø"), make_edit(0, 0, "z")})};
}

TEST(Payload, DecodedAndEncodedGivesTheSameBytes) {
  for (const Bytes& bytes : samples()) {
    Payload payload;
    ASSERT_TRUE(decode_payload(bytes, payload).ok());
    EXPECT_EQ(encoded_again(payload), bytes);
  }
}

TEST(Payload, EditsKeepPositionsLengthsAndTexts) {
  const Bytes bytes = encode_edits({make_edit(70'000, 2, "æøå"), make_edit(1, 300, "")});
  Payload payload;
  ASSERT_TRUE(decode_payload(bytes, payload).ok());
  ASSERT_EQ(payload.edits.size(), 2u);
  EXPECT_EQ(payload.edits[0].position, 70'000u);
  EXPECT_EQ(payload.edits[0].erased, 2u);
  EXPECT_EQ(payload.edits[0].inserted, "æøå");
  EXPECT_EQ(payload.edits[0].length, 3u);
  EXPECT_EQ(payload.edits[1].position, 1u);
  EXPECT_EQ(payload.edits[1].erased, 300u);
}

TEST(Payload, EveryTruncationIsRefused) {
  for (const Bytes& bytes : samples()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Payload payload;
      EXPECT_FALSE(decode_payload(ByteView(bytes).first(size), payload).ok())
          << to_hex(bytes) << " at " << size;
    }
  }
}

TEST(Payload, AFlippedBitIsRefusedOrMeansWhatItSays) {
  for (const Bytes& bytes : samples()) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      Bytes flipped = bytes;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << (bit % 8)));
      Payload payload;
      if (decode_payload(flipped, payload).ok()) {
        EXPECT_EQ(encoded_again(payload), flipped);
      }
    }
  }
}

TEST(Payload, WhatNobodyWouldWriteIsRefused) {
  EXPECT_EQ(refusal({1, 1, 0}), ErrorCode::not_canonical) << "no edits";
  EXPECT_EQ(refusal({1, 1, 1, 0, 0, 0}), ErrorCode::not_canonical) << "an edit that does nothing";
  EXPECT_EQ(refusal({1, 1, 1, 1, 1, 0}), ErrorCode::malformed) << "before the beginning";
  EXPECT_EQ(refusal({1, 1, 1, 0x80, 0, 1, 0}), ErrorCode::not_canonical) << "a long varint";
  EXPECT_EQ(refusal({1, 1, 1, 0, 0, 1, 0xff}), ErrorCode::malformed) << "not UTF-8";
  EXPECT_EQ(refusal({1, 1, 1, 0, 0, 3, 0xed, 0xa0, 0x80}), ErrorCode::malformed) << "a surrogate";
  EXPECT_EQ(refusal({1, 2, 1, 0xc3}), ErrorCode::malformed) << "half a code point";
  EXPECT_EQ(refusal({1, 3, 0}), ErrorCode::malformed) << "an unknown kind";
  EXPECT_EQ(refusal({0, 1, 1, 0, 0, 1, 'a'}), ErrorCode::malformed);
  EXPECT_EQ(refusal({2, 1, 1, 0, 0, 1, 'a'}), ErrorCode::version_unknown);
  EXPECT_EQ(refusal({1, 1, 1, 0, 0, 1, 'a', 'b'}), ErrorCode::not_canonical) << "something behind it";
  EXPECT_EQ(refusal(Bytes(kPayloadBytesMax + 1, 1)), ErrorCode::too_large);
}

TEST(Payload, ACountBeyondTheInputIsRefusedBeforeMemoryIsTaken) {
  EXPECT_NE(refusal({1, 1, 0xff, 0xff, 0x03, 0, 0, 1, 'a'}), ErrorCode::internal);
}

}  // namespace
}  // namespace samla::text
