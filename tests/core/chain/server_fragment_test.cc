#include "core/chain/server_fragment.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace samla::chain {
namespace {

ServerFragment sample() {
  SeededRandom random(5);
  return {random.fixed<NoisePublicKey>(), random.fixed<VerifyKey>(), random.fixed<ClaimToken>()};
}

TEST(ServerFragment, RoundTrips) {
  const auto decoded = ServerFragment::decode(sample().encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, sample());
}

TEST(ServerFragment, IsRefusedWithAnyCharacterChangedOrMissing) {
  const std::string text = sample().encode();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ServerFragment::decode(changed).ok()) << i;
    EXPECT_FALSE(ServerFragment::decode(text.substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(ServerFragment::decode(text + "A").ok());
  EXPECT_EQ(ServerFragment::decode("").error().code, ErrorCode::invite_mangled);
}

TEST(ServerFragment, MatchesTheFrozenVector) {
  ServerFragment fragment;
  EXPECT_EQ(fragment.encode().size(), 114u);
  EXPECT_EQ(fragment.encode().substr(0, 108), "AQ" + std::string(106, 'A'));
}

}  // namespace
}  // namespace samla::chain
