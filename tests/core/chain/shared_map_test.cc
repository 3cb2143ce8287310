#include "core/chain/shared_map.h"

#include <gtest/gtest.h>

#include <map>

#include "core/base/random.h"

namespace samla::chain {
namespace {

TEST(SharedMapTest, HoldsWhatAMapHoldsAndLeavesItsCopiesAlone) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    SharedMap<std::uint64_t, std::uint64_t> map, copy;
    std::map<std::uint64_t, std::uint64_t> model, model_of_copy;
    const auto expect_same = [](const auto& shared, const auto& expected) {
      ASSERT_EQ(shared.size(), expected.size());
      auto at = expected.begin();
      for (const auto& [key, value] : shared) {
        ASSERT_EQ(key, at->first);
        ASSERT_EQ(value, at->second);
        ++at;
      }
      ASSERT_TRUE(at == expected.end());
    };
    for (int step = 0; step < 2000; ++step) {
      const std::uint64_t key = random.below(500), value = random.below(1 << 20);
      if (random.below(3) == 0) {
        map.update(key, [&](std::uint64_t& present) { present += value; });
        model[key] += value;
      } else {
        map.put(key, value);
        model[key] = value;
      }
      if (random.below(100) == 0) copy = map, model_of_copy = model;
      const std::uint64_t asked = random.below(500);
      ASSERT_EQ(map.contains(asked), model.contains(asked));
    }
    expect_same(map, model);
    expect_same(copy, model_of_copy);
  }
}

}  // namespace
}  // namespace samla::chain
