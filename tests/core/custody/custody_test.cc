#include <gtest/gtest.h>

#include "core/custody/device_keys.h"
#include "core/custody/invite.h"
#include "core/custody/key_ring.h"

namespace samla::custody {
namespace {

InviteLink sample_link() {
  return {"sync.eksempel.no", 8443, {{1}}, {{2}}, {{3}}, {7, {{4}}}, Secret<32>::from(Bytes(32, 9))};
}

TEST(InviteLink, SurvivesTheMailAndNothingElse) {
  const std::string text = sample_link().encode();
  std::string broken = "  ";
  for (std::size_t i = 0; i < text.size(); ++i) broken += text.substr(i, 1) + (i % 60 == 59 ? "\r\n" : "");
  const auto link = InviteLink::decode(broken + "\n");
  ASSERT_TRUE(link.ok());
  EXPECT_EQ(link->host, "sync.eksempel.no");
  EXPECT_EQ(link->port, 8443);
  EXPECT_EQ(link->identity, (ChainHead{7, {{4}}}));
  EXPECT_EQ(link->encode(), text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(InviteLink::decode(changed).error().code, ErrorCode::invite_mangled) << i;
    EXPECT_EQ(InviteLink::decode(text.substr(0, i)).error().code, ErrorCode::invite_mangled) << i;
  }
}

TEST(InviteKeys, AreThreeDifferentOnesAndFollowFromTheSecretAlone) {
  const auto secret = Secret<32>::from(Bytes(32, 9));
  const InviteKeys keys = keys_of_invite(secret), again = keys_of_invite(secret);
  EXPECT_TRUE(equal(keys.gate.view(), again.gate.view()));
  EXPECT_EQ(keys.auth.verify_key(), again.auth.verify_key());
  EXPECT_EQ(keys.seal.public_key(), again.seal.public_key());
  EXPECT_FALSE(equal(keys.gate.view(), keys.auth.seed()));
  EXPECT_FALSE(equal(keys.auth.seed(), keys.seal.secret()));
  EXPECT_NE(keys_of_invite(Secret<32>::from(Bytes(32, 8))).auth.verify_key(), keys.auth.verify_key());
}

TEST(DeviceKeys, AreTheSameAfterStoring) {
  SeededRandom random(1);
  const DeviceKeys keys = DeviceKeys::generate(random);
  const Bytes bytes = keys.encode();
  const auto stored = DeviceKeys::decode(bytes);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->public_keys(), keys.public_keys());
  EXPECT_EQ(stored->device_id(), keys.device_id());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DeviceKeys::decode(ByteView(bytes).first(size)).ok());
}

class GrantTest : public testing::Test {
 protected:
  SeededRandom random_{3};
  seal::KeyPair kari_ = seal::KeyPair::generate(random_);
  OrganisationId organisation_{{1}};
  SpaceId space_{{2}};
  SpaceKeys keys_ = SpaceKeys::generate(random_);
  Bytes sealed_ = seal_grant(kari_.public_key(), organisation_, space_, 1, keys_);
  KeyCommitment epoch_commitment_ = seal::commitment_of(space_, 1, keys_.epoch_key);
  KeyCommitment tag_commitment_ = seal::commitment_of(space_, keys_.tag_key);
};

TEST_F(GrantTest, GivesItsRecipientTheKeysThatTheChainCommitsTo) {
  const auto opened =
      open_grant(kari_, sealed_, organisation_, space_, 1, epoch_commitment_, tag_commitment_);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(equal(opened->epoch_key.bytes.view(), keys_.epoch_key.bytes.view()));
  EXPECT_TRUE(equal(opened->tag_key.bytes.view(), keys_.tag_key.bytes.view()));
}

TEST_F(GrantTest, OpensForNothingElseThanItWasSealedFor) {
  const auto code = [&](const OrganisationId& organisation, const SpaceId& space, std::uint32_t epoch,
                        const KeyCommitment& epoch_commitment, const KeyCommitment& tag_commitment) {
    const auto opened =
        open_grant(kari_, sealed_, organisation, space, epoch, epoch_commitment, tag_commitment);
    return opened.ok() ? ErrorCode::internal : opened.error().code;
  };
  EXPECT_EQ(code({{9}}, space_, 1, epoch_commitment_, tag_commitment_), ErrorCode::not_authentic);
  EXPECT_EQ(code(organisation_, {{9}}, 1, epoch_commitment_, tag_commitment_), ErrorCode::not_authentic);
  EXPECT_EQ(code(organisation_, space_, 2, epoch_commitment_, tag_commitment_), ErrorCode::not_authentic);
  EXPECT_EQ(code(organisation_, space_, 1, {{9}}, tag_commitment_), ErrorCode::not_authentic);
  EXPECT_EQ(code(organisation_, space_, 1, epoch_commitment_, {{9}}), ErrorCode::not_authentic);
}

TEST_F(GrantTest, StaysInTheKeyRingAcrossStoringAndIsNeverReplaced) {
  KeyRing ring;
  EXPECT_EQ(ring.epoch_key(space_, 1), nullptr);
  const auto copy = [&] {
    return SpaceKeys{{keys_.epoch_key.bytes.duplicate()}, {keys_.tag_key.bytes.duplicate()}};
  };
  ASSERT_TRUE(ring.add(space_, 1, copy()).ok());
  ASSERT_TRUE(ring.add(space_, 1, copy()).ok());
  EXPECT_EQ(ring.add(space_, 1, SpaceKeys::generate(random_)).error().code, ErrorCode::already_exists);
  const Bytes bytes = ring.encode();
  const auto stored = KeyRing::decode(bytes);
  ASSERT_TRUE(stored.ok());
  EXPECT_TRUE(equal(stored->epoch_key(space_, 1)->bytes.view(), keys_.epoch_key.bytes.view()));
  EXPECT_EQ(stored->epoch_key(space_, 2), nullptr);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(KeyRing::decode(ByteView(bytes).first(size)).ok());
}

}  // namespace
}  // namespace samla::custody
