#include "core/change/changeset.h"

#include <gtest/gtest.h>

#include "tests/support/sample_changeset.h"

namespace samla::change {
namespace {

using test::ChangesetShape;
using test::sample_changeset;
using test::sample_key;

TEST(Changeset, DecodesToItselfAndEncodesToTheSameBytesForManyShapes) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Changeset changeset = sample_changeset(seed);
    const Bytes bytes = changeset.encode();
    const auto decoded = Changeset::decode(bytes);
    ASSERT_TRUE(decoded.ok()) << "seed " << seed << " " << decoded.error().message();
    EXPECT_EQ(*decoded, changeset) << "seed " << seed;
    EXPECT_EQ(decoded->encode(), bytes) << "seed " << seed;
    EXPECT_TRUE(decoded->signed_by(sample_key().verify_key())) << "seed " << seed;
  }
}

TEST(Changeset, RefusesEveryTruncation) {
  const Bytes bytes = sample_changeset(3).encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Changeset::decode(ByteView(bytes).first(size)).ok()) << size;
  }
}

TEST(Changeset, RefusesEveryFlippedBitByRootSignatureOrForm) {
  const Bytes bytes = sample_changeset(5, {.writes = 3, .value_bytes = 40}).encode();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto decoded = Changeset::decode(flipped);
    EXPECT_FALSE(decoded.ok() && decoded->signed_by(sample_key().verify_key())) << "bit " << bit;
  }
}

TEST(Changeset, VerifiesInEveryPartAndUnitesPartsAgain) {
  for (std::size_t writes = 1; writes <= 7; ++writes) {
    const Changeset whole = sample_changeset(writes, {.writes = writes});
    for (unsigned mask = 1; mask < (1u << writes); ++mask) {
      std::vector<bool> kept, others;
      for (std::size_t i = 0; i < writes; ++i) {
        kept.push_back((mask >> i & 1) != 0);
        others.push_back(!kept.back());
      }
      const Changeset part = whole.partial(kept);
      const auto decoded = Changeset::decode(part.encode());
      ASSERT_TRUE(decoded.ok()) << writes << " writes, mask " << mask;
      EXPECT_EQ(*decoded, part);
      if (mask + 1 == (1u << writes)) continue;
      EXPECT_EQ(*Changeset::merged(part, whole.partial(others)), whole);
    }
  }
}

TEST(Changeset, UnitesPartsThatTogetherAreStillNotWhole) {
  const Changeset whole = sample_changeset(11, {.writes = 13});
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SeededRandom random(seed);
    std::vector<bool> a(13), b(13), both(13);
    for (std::size_t i = 0; i < 13; ++i) {
      a[i] = random.below(3) == 0 || i == seed % 13;
      b[i] = random.below(3) == 0 || i == seed % 7;
      both[i] = a[i] || b[i];
    }
    const auto united = Changeset::merged(whole.partial(a), whole.partial(b));
    ASSERT_TRUE(united.ok()) << "seed " << seed;
    EXPECT_EQ(*united, whole.partial(both)) << "seed " << seed;
  }
}

TEST(Changeset, StillVerifiesWhenCiphertextsHaveBeenDropped) {
  Changeset changeset = sample_changeset(9, {.writes = 5});
  changeset.drop_ciphertext(1);
  changeset.drop_ciphertext(4);
  const auto decoded = Changeset::decode(changeset.encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_FALSE(decoded->complete());
  EXPECT_TRUE(std::holds_alternative<BareLeaf>(decoded->leaves[4]));
  EXPECT_TRUE(decoded->signed_by(sample_key().verify_key()));
}

TEST(Changeset, DoesNotUnitePartsOfDifferentChangesets) {
  EXPECT_FALSE(Changeset::merged(sample_changeset(1), sample_changeset(2)).ok());
}

TEST(Changeset, RefusesMoreThanItsLimits) {
  EXPECT_EQ(Changeset::decode(Bytes(kChangesetBytesMax + 1)).error().code, ErrorCode::too_large);
  auto [header, writes] = test::unsigned_changeset(1, {.writes = 2, .value_bytes = 500 * 1024});
  EXPECT_EQ(sign_changeset(header, std::move(writes), sample_key()).error().code, ErrorCode::too_large);
}

// sync.md's goal: metadata is all but the padded ciphertext; the seal's 16 bytes count as metadata.
TEST(Changeset, SpendsFewBytesOnMetadata) {
  const auto metadata_per_write = [](std::size_t writes) {
    const Changeset changeset =
        sample_changeset(4, {.writes = writes, .records = 16, .value_bytes = 48, .edits = true});
    const std::size_t padded_values = writes * (48 - 16);
    return static_cast<double>(changeset.encode().size() - padded_values) / static_cast<double>(writes);
  };
  EXPECT_LE(metadata_per_write(16), 72.0);
  EXPECT_LE(metadata_per_write(64), 48.0);
}

TEST(WriteHeader, RoundTripsAloneAndRefusesEveryTruncation) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const Leaf& leaf : sample_changeset(seed).leaves) {
      const Bytes bytes = encode(*header_of(leaf));
      ASSERT_TRUE(decode_write_header(bytes).ok()) << "seed " << seed;
      EXPECT_EQ(*decode_write_header(bytes), *header_of(leaf)) << "seed " << seed;
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_write_header(ByteView(bytes).first(size)).ok());
      }
    }
  }
}

TEST(AssociatedData, DiffersForEveryPartThatItBinds) {
  const Changeset changeset = sample_changeset(2, {.writes = 2});
  const WriteHeader& write = *header_of(changeset.leaves[0]);
  const Bytes data = associated_data(changeset.header, 0, write);
  EXPECT_NE(associated_data(changeset.header, 1, write), data);
  WriteHeader later = write;
  ++later.time.value;
  EXPECT_NE(associated_data(changeset.header, 0, later), data);
  Header elsewhere = changeset.header;
  elsewhere.space.bytes[0] ^= 1;
  EXPECT_NE(associated_data(elsewhere, 0, write), data);
  Header other_root = changeset.header;
  other_root.root.bytes[0] ^= 1;
  EXPECT_EQ(associated_data(other_root, 0, write), data) << "the root follows from the sealed values";
}

}  // namespace
}  // namespace samla::change
