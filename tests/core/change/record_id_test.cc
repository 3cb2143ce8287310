#include "core/change/record_id.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/encoding.h"

namespace samla::change {
namespace {

TEST(RecordIds, AreOfTheirSpaceAndOfNoOther) {
  SeededRandom random(3);
  std::vector<SpaceId> spaces;
  for (int i = 0; i < 8; ++i) spaces.push_back(random.fixed<SpaceId>());
  std::set<RecordId> seen;
  for (int round = 0; round < 2000; ++round) {
    const SpaceId& space = spaces[static_cast<std::size_t>(round) % spaces.size()];
    const RecordId id = make_record_id(random, space, 1'790'000'000'000);
    EXPECT_TRUE(seen.insert(id).second);
    for (const SpaceId& other : spaces) EXPECT_EQ(is_of_space(id, other), other == space);
  }
}

TEST(RecordIds, WithAnyBitChangedAreOfNoSpace) {
  SeededRandom random(4);
  const auto space = random.fixed<SpaceId>();
  const RecordId id = make_record_id(random, space, 1'790'000'000'000);
  for (std::size_t bit = 0; bit < 8 * RecordId::kSize; ++bit) {
    RecordId changed = id;
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(is_of_space(changed, space)) << bit;
  }
}

TEST(RecordIds, BeginWithTheirTime) {
  SeededRandom random(5);
  const auto space = random.fixed<SpaceId>();
  EXPECT_LT(make_record_id(random, space, 1'790'000'000'000),
            make_record_id(random, space, 1'790'000'001'000));
}

TEST(RecordIds, HaveTheBytesThatTheyAlwaysHad) {
  EXPECT_EQ(to_hex(record_id(SpaceId{{1}}, RecordIdHead{{2}}).view()), "0200000000000000000000006f64d456");
}

}  // namespace
}  // namespace samla::change
