#include "core/seal/grant.h"

#include <gtest/gtest.h>

namespace samla::seal {
namespace {

TEST(Grant, OpensOnlyForItsRecipient) {
  SeededRandom random(1);
  const KeyPair kari = KeyPair::generate(random), ola = KeyPair::generate(random);
  const Bytes sealed = seal_to(kari.public_key(), as_bytes("nøkkel"));
  EXPECT_EQ(as_text(*open_sealed(kari, sealed)), "nøkkel");
  EXPECT_EQ(open_sealed(ola, sealed).error().code, ErrorCode::not_authentic);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open_sealed(kari, ByteView(sealed).first(size)).ok());
  }
}

TEST(Grant, KeepsAPairAcrossStoringItsSecret) {
  SeededRandom random(2);
  const KeyPair pair = KeyPair::generate(random);
  EXPECT_EQ(KeyPair::from_secret(Secret<32>::from(pair.secret())).public_key(), pair.public_key());
}

TEST(Grant, ToASmallOrderKeyOpensForNobody) {
  SeededRandom random(3);
  EXPECT_FALSE(open_sealed(KeyPair::generate(random), seal_to(PublicKey{}, as_bytes("x"))).ok());
}

TEST(Commitment, DiffersBySpaceEpochKeyAndUse) {
  const SpaceKey key{Secret<32>::from(Bytes(32, 1))}, other{Secret<32>::from(Bytes(32, 2))};
  const TagKey tag_key{Secret<32>::from(Bytes(32, 1))};
  const SpaceId space{{1}}, elsewhere{{2}};
  const KeyCommitment commitment = commitment_of(space, 1, key);
  EXPECT_EQ(commitment_of(space, 1, key), commitment);
  EXPECT_NE(commitment_of(elsewhere, 1, key), commitment);
  EXPECT_NE(commitment_of(space, 2, key), commitment);
  EXPECT_NE(commitment_of(space, 1, other), commitment);
  EXPECT_NE(commitment_of(space, tag_key), commitment_of(space, 0, key));
}

TEST(SealUnder, OpensOnlyWithTheKeyAndTheBinding) {
  SeededRandom random(4);
  const auto key = Secret<32>::from(Bytes(32, 1)), other = Secret<32>::from(Bytes(32, 2));
  const Bytes sealed = seal_under(key, random, as_bytes("a"), as_bytes("rot"));
  EXPECT_EQ(as_text(*open_under(key, as_bytes("a"), sealed)), "rot");
  EXPECT_FALSE(open_under(other, as_bytes("a"), sealed).ok());
  EXPECT_FALSE(open_under(key, as_bytes("b"), sealed).ok());
  EXPECT_FALSE(open_under(key, as_bytes("a"), ByteView(sealed).first(20)).ok());
  EXPECT_NE(seal_under(key, random, as_bytes("a"), as_bytes("rot")), sealed);
}

}  // namespace
}  // namespace samla::seal
