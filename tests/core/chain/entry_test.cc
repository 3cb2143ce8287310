#include "core/chain/entry.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/encoding.h"
#include "core/chain/body_codec.h"
#include "tests/support/sample_entries.h"

namespace samla::chain {
namespace {

TEST(Entry, RoundTripsWithEveryBodyAndRefusesEveryTruncation) {
  for (const Entry& entry : one_of_each()) {
    const Bytes bytes = entry.encode();
    const auto decoded = Entry::decode(bytes);
    ASSERT_TRUE(decoded.ok()) << "body " << entry.body.index() << " " << decoded.error().message();
    EXPECT_EQ(*decoded, entry);
    EXPECT_EQ(decoded->encode(), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(Entry::decode(ByteView(bytes).first(size)).ok());
  }
}

TEST(Entry, RefusesEveryFlippedBitByFormOrSignature) {
  test::Organisation org;
  for (const Entry& entry : one_of_each()) {
    const VerifyKey key = org.admin.keys.sign;
    if (!entry.signed_by(key)) continue;
    const Bytes bytes = entry.encode();
    ASSERT_TRUE(Entry::decode(bytes)->signed_by(key));
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 5) {
      Bytes flipped = bytes;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const auto decoded = Entry::decode(flipped);
      if (!decoded.ok()) continue;
      EXPECT_EQ(decoded->encode(), flipped) << "two encodings of one entry, bit " << bit;
      EXPECT_FALSE(decoded->signed_by(key)) << "body " << entry.body.index() << " bit " << bit;
    }
  }
}

TEST(Entry, RefusesListsOutOfOrder) {
  test::Organisation org;
  Entry entry = org.signed_by(
      org.admin,
      UserChange{{{1}}, 1, {{SpaceId{{4}}, Right::kWriter, false}, {SpaceId{{3}}, Right::kWriter, false}}});
  EXPECT_EQ(Entry::decode(entry.encode()).error().code, ErrorCode::not_canonical);
}

TEST(Entry, HasTheBytesThatItAlwaysHad) {
  std::ifstream file(SAMLA_SOURCE_DIR "/tests/vectors/chain_entries.txt");
  const std::vector<Entry> entries = one_of_each();
  std::string name, hex;
  std::size_t read = 0;
  for (; file >> name >> hex; ++read) {
    ASSERT_LT(read, entries.size());
    EXPECT_EQ(name, std::to_string(body_number(entries[read].body)));
    EXPECT_EQ(to_hex(entries[read].encode()), hex) << "body " << name;
  }
  EXPECT_EQ(read, entries.size());
}

TEST(Head, DependsOnTheWholeHistory) {
  const Head first = next_head({}, as_bytes("a"));
  EXPECT_EQ(first.seq, 1u);
  EXPECT_NE(next_head(first, as_bytes("b")).hash,
            next_head(next_head({}, as_bytes("c")), as_bytes("b")).hash);
}

}  // namespace
}  // namespace samla::chain
