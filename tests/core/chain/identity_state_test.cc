#include "core/chain/identity_state.h"

#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;
using test::TestInvite;

class IdentityStateTest : public testing::Test {
 protected:
  /// The refusal's code; a refused entry must change nothing.
  ErrorCode refusal(const Entry& entry, std::optional<std::uint64_t> placed_ms = std::nullopt) {
    const Head before = org_.identity.head();
    const auto applied = org_.identity.apply(entry.encode(), placed_ms);
    EXPECT_FALSE(applied.ok());
    EXPECT_EQ(org_.identity.head(), before);
    return applied.ok() ? ErrorCode::internal : applied.error().code;
  }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  UserId ola_ = org_.random().fixed<UserId>();
};

TEST_F(IdentityStateTest, FollowsAnOrganisationFromRootToDevice) {
  const SpaceId unit{{7}};
  const TestDevice phone = org_.join(kari_, {{unit, Right::kWriter, true}});
  ASSERT_NE(org_.identity.device(phone.id()), nullptr);
  EXPECT_EQ(org_.identity.device(phone.id())->user, kari_);
  EXPECT_TRUE(org_.identity.active(phone.id()));
  EXPECT_FALSE(org_.identity.is_admin(phone.id()));
  EXPECT_TRUE(org_.identity.is_admin(org_.admin.id()));
  EXPECT_TRUE(org_.identity.entitlement(kari_, unit)->may_found);
  EXPECT_EQ(org_.identity.entitlement(ola_, unit), nullptr);
  EXPECT_EQ(org_.identity.head().seq, 4u);
  EXPECT_EQ(org_.identity.seq_of(org_.identity.head().hash), 4u);
}

TEST_F(IdentityStateTest, AcceptsAnInviteOnceAndOnlyInTime) {
  const TestInvite invite = org_.invite(kari_);
  const TestDevice late = org_.make_device(kari_);
  EXPECT_EQ(refusal(org_.certificate(invite, late), invite.invite.expires_ms + 1), ErrorCode::invite_expired);
  ASSERT_TRUE(org_.identity.apply(org_.certificate(invite, late).encode(), invite.invite.expires_ms).ok());
  EXPECT_EQ(refusal(org_.certificate(invite, org_.make_device(kari_))), ErrorCode::invite_used);
  EXPECT_EQ(refusal(org_.certificate(org_.make_invite(kari_), org_.make_device(kari_))),
            ErrorCode::invite_unknown);
}

TEST_F(IdentityStateTest, RefusesARevokedInviteAndARevokedDevicesWord) {
  const TestInvite invite = org_.invite(kari_);
  Revocation body{RevocationTarget::kInvite, decltype(Revocation::id)::from(invite.invite.invite.view()), {}};
  org_.place(org_.signed_by(org_.admin, body));
  EXPECT_EQ(refusal(org_.certificate(invite, org_.make_device(kari_))), ErrorCode::invite_revoked);
  const TestDevice phone = org_.join(kari_), laptop = org_.join(kari_);
  const std::uint64_t before = org_.identity.head().seq;
  Revocation lost{RevocationTarget::kDevice, decltype(Revocation::id)::from(phone.id().view()), {}};
  org_.place(org_.signed_by(laptop, lost));
  EXPECT_FALSE(org_.identity.active(phone.id()));
  EXPECT_TRUE(org_.identity.active_at(phone.id(), before));
  Revocation revenge{RevocationTarget::kDevice, decltype(Revocation::id)::from(laptop.id().view()), {}};
  EXPECT_EQ(refusal(org_.signed_by(phone, revenge)), ErrorCode::not_permitted);
}

TEST_F(IdentityStateTest, LetsNobodyButAnAdministratorInvite) {
  const TestDevice phone = org_.join(kari_);
  EXPECT_EQ(refusal(org_.signed_by(phone, org_.make_invite(ola_).invite)), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.make_device(kari_), org_.make_invite(ola_).invite)),
            ErrorCode::not_permitted);
  Entry forged = org_.signed_by(org_.admin, org_.make_invite(ola_).invite);
  forged.sign_with(phone.key);
  EXPECT_EQ(refusal(forged), ErrorCode::bad_signature);
  EXPECT_EQ(refusal(org_.signed_by(phone, UserChange{kari_, 3, {}})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(phone, AdminCertificate{kari_, 3, phone.keys})), ErrorCode::not_permitted);
}

TEST_F(IdentityStateTest, RefusesACertificateForAnotherUserOrForKeysThatTheNewcomerDoesNotHold) {
  const TestInvite invite = org_.invite(kari_);
  EXPECT_EQ(refusal(org_.certificate(invite, org_.make_device(ola_))), ErrorCode::not_permitted);
  Entry swapped = org_.certificate(invite, org_.make_device(kari_));
  std::get<DeviceCertificate>(swapped.body).keys = org_.make_device(kari_).keys;
  swapped.sign_with(invite.auth);
  EXPECT_EQ(refusal(swapped), ErrorCode::bad_signature);
  Entry by_server = org_.certificate(invite, org_.make_device(kari_));
  by_server.sign_with(sign::SigningKey::generate(org_.random()));
  EXPECT_EQ(refusal(by_server), ErrorCode::bad_signature);
}

TEST_F(IdentityStateTest, RefusesEntriesOutOfPlaceOfOtherChainsAndReplayed) {
  const Entry first = org_.signed_by(org_.admin, org_.make_invite(kari_).invite);
  const Entry second = org_.signed_by(org_.admin, org_.make_invite(ola_).invite);
  org_.place(first);
  EXPECT_EQ(refusal(second), ErrorCode::chain_conflict);
  EXPECT_EQ(refusal(first), ErrorCode::chain_conflict);
  Organisation other(2);
  EXPECT_EQ(refusal(other.signed_by(other.admin, other.make_invite(kari_).invite)), ErrorCode::bad_signature);
  Entry floating = org_.signed_by(org_.admin, org_.make_invite(ola_).invite);
  floating.floating = true;
  floating.sign_with(org_.admin.key);
  EXPECT_EQ(refusal(floating), ErrorCode::not_permitted);
}

TEST_F(IdentityStateTest, PlacesAFloatingCertificateAfterTheChainHasMovedOn) {
  const TestInvite invite = org_.invite(kari_);
  const TestDevice phone = org_.make_device(kari_);
  const Entry certificate = org_.certificate(invite, phone);
  org_.invite(ola_);
  ASSERT_TRUE(org_.identity.apply(certificate.encode()).ok());
  EXPECT_TRUE(org_.identity.active(phone.id()));
}

TEST_F(IdentityStateTest, RefusesABodyWithoutRulesAndASecondGenesis) {
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Reserved{31, {1, 2}})), ErrorCode::unsupported);
  EXPECT_EQ(refusal(org_.signed_by_root(Genesis{})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Member{kari_, Right::kReader})), ErrorCode::unsupported);
}

TEST_F(IdentityStateTest, EndsAnAdministratorsPowerWhenTheRootRemovesIt) {
  org_.place(org_.signed_by_root(AdminRemoval{org_.admin.id()}));
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, org_.make_invite(kari_).invite)), ErrorCode::not_permitted);
}

}  // namespace
}  // namespace samla::chain
