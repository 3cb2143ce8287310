#include "core/custody/pairing.h"

#include <gtest/gtest.h>

namespace samla::custody {
namespace {

PairingCode sample_code() {
  return {"sync.eksempel.no", 8443, {{1}}, {{2}}, {{3}}, {7, {{4}}}, {{5}}, Secret<32>::from(Bytes(32, 9))};
}

TEST(PairingCode, SurvivesLineBreaksAndNothingElse) {
  const std::string text = sample_code().encode();
  std::string broken = " ";
  for (std::size_t i = 0; i < text.size(); ++i) broken += text.substr(i, 1) + (i % 40 == 39 ? "\r\n" : "");
  const auto code = PairingCode::decode(broken);
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(code->encode(), text);
  EXPECT_EQ(code->user, UserId{{5}});
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(PairingCode::decode(changed).error().code, ErrorCode::invite_mangled) << i;
    EXPECT_EQ(PairingCode::decode(text.substr(0, i)).error().code, ErrorCode::invite_mangled) << i;
  }
}

TEST(PairingCode, IsNoInviteAndAnInviteIsNone) {
  EXPECT_EQ(InviteLink::decode(sample_code().encode()).error().code, ErrorCode::invite_mangled);
  const InviteLink link{"a", 1, {{1}}, {{2}}, {{3}}, {7, {{4}}}, Secret<32>::from(Bytes(32, 9))};
  EXPECT_EQ(PairingCode::decode(link.encode()).error().code, ErrorCode::invite_mangled);
}

TEST(PairingKeys, AreNoneOfAnInviteWithTheSameSecretAndTellNothingInTheChain) {
  const PairingCode code = sample_code();
  const InviteKeys keys = keys_of_pairing(code.secret), invite = keys_of_invite(code.secret);
  EXPECT_NE(keys.auth.verify_key(), invite.auth.verify_key());
  EXPECT_NE(keys.seal.public_key(), invite.seal.public_key());
  EXPECT_FALSE(equal(keys.gate.view(), invite.gate.view()));
  const chain::Pairing body = pairing_of(code, 77);
  EXPECT_EQ(body.pairing, pairing_id(code.secret));
  EXPECT_EQ(body.gate, chain::gate_hash(keys.gate.view()));
  EXPECT_EQ(body.auth, keys.auth.verify_key());
  EXPECT_EQ(body.seal, keys.seal.public_key());
  EXPECT_EQ(body.expires_ms, 77u);
}

}  // namespace
}  // namespace samla::custody
