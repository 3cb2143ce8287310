#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/sign/hash.h"
#include "core/sign/signature.h"

namespace samla::sign {
namespace {

TEST(Hash, SeparatesDomainsAndParts) {
  EXPECT_NE(hash("a", as_bytes("bc")), hash("ab", as_bytes("c")));
  EXPECT_EQ(hash("a", as_bytes("bc")), Hasher("a").add(as_bytes("b")).add(as_bytes("c")).finish());
}

TEST(Signature, VerifiesOnlyTheSameKeyDomainAndMessage) {
  SeededRandom random(7);
  const SigningKey key = SigningKey::generate(random);
  const SigningKey other = SigningKey::generate(random);
  const Signature signature = key.sign("d", as_bytes("melding"));
  EXPECT_TRUE(verify(key.verify_key(), "d", as_bytes("melding"), signature));
  EXPECT_FALSE(verify(other.verify_key(), "d", as_bytes("melding"), signature));
  EXPECT_FALSE(verify(key.verify_key(), "e", as_bytes("melding"), signature));
  EXPECT_FALSE(verify(key.verify_key(), "d", as_bytes("meldinG"), signature));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature flipped = signature;
    flipped.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(verify(key.verify_key(), "d", as_bytes("melding"), flipped)) << bit;
  }
}

TEST(Signature, RefusesASmallOrderKey) { EXPECT_FALSE(verify(VerifyKey{}, "d", as_bytes("m"), Signature{})); }

TEST(KeyedHash, ChangesWithKeyDomainAndSize) {
  std::array<std::uint8_t, 8> a, b;
  const Bytes key1(32, 1), key2(32, 2);
  keyed_hash(a, key1, "d", as_bytes("x"));
  keyed_hash(b, key2, "d", as_bytes("x"));
  EXPECT_NE(a, b);
  keyed_hash(b, key1, "e", as_bytes("x"));
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace samla::sign
