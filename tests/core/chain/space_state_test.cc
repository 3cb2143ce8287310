#include "core/chain/space_state.h"

#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;
using test::TestInvite;

class SpaceStateTest : public testing::Test {
 protected:
  SpaceGenesis unit_genesis() const {
    return {6, SpaceClass::kShared, {{9}}, GrantPolicy::kAuto, GrantPolicy::kAuto, {}};
  }
  SpaceId unit_id() const { return space_id(org_.id(), 6, unit_genesis().scope.view()); }
  Entitlement unit_entitlement() const { return {unit_id(), Right::kWriter, true}; }
  Epoch first_epoch(std::vector<Recipient> recipients) const { return {1, {}, {}, std::move(recipients)}; }

  /// Kari's unit space: founded by her phone, which holds the first key.
  SpaceState founded(const TestDevice& phone) {
    SpaceState space(unit_id());
    org_.place(space, org_.space_entry(phone, space, unit_genesis()));
    org_.place(space, org_.space_entry(phone, space, first_epoch({Organisation::recipient(phone)})));
    return space;
  }
  ErrorCode refusal(SpaceState& space, const Entry& entry) {
    const Head before = space.head();
    const auto applied = space.apply(entry.encode(), org_.identity);
    EXPECT_FALSE(applied.ok());
    EXPECT_EQ(space.head(), before);
    return applied.ok() ? ErrorCode::internal : applied.error().code;
  }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  UserId ola_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_, {unit_entitlement()});
};

TEST_F(SpaceStateTest, GivesItsFounderTheRightsOfAManager) {
  const SpaceState space = founded(phone_);
  EXPECT_EQ(space.right_of(phone_.id(), org_.identity), Right::kManager);
  EXPECT_EQ(space.epoch(), 1u);
  EXPECT_EQ(space.right_of(org_.admin.id(), org_.identity), Right::kNone);
}

TEST_F(SpaceStateTest, LetsAMemberBringInACoLeaderWhomTheAdministratorEntitled) {
  SpaceState space = founded(phone_);
  const TestDevice ola = org_.join(ola_, {unit_entitlement()});
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kNone);
  org_.place(space, org_.space_entry(phone_, space, Member{ola_, Right::kWriter}));
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kNone) << "no key has been granted yet";
  org_.place(space, org_.space_entry(phone_, space, GrantList{1, {Organisation::recipient(ola)}}));
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kWriter);
  EXPECT_EQ(space.right_at(ola.id(), space.head().seq - 1, org_.identity, org_.identity.head().seq),
            Right::kNone);
  const UserId stranger = org_.random().fixed<UserId>();
  org_.join(stranger);
  EXPECT_EQ(refusal(space, org_.space_entry(ola, space, Member{stranger, Right::kReader})),
            ErrorCode::not_permitted);
}

TEST_F(SpaceStateTest, RefusesAnAdministratorWhoWouldSlipHerselfIn) {
  SpaceState space = founded(phone_);
  EXPECT_EQ(refusal(space, org_.space_entry(org_.admin, space, Member{org_.admin.user, Right::kReader})),
            ErrorCode::not_permitted);
  EXPECT_EQ(refusal(space,
                    org_.space_entry(org_.admin, space, GrantList{1, {Organisation::recipient(org_.admin)}})),
            ErrorCode::not_permitted);
  EXPECT_EQ(
      refusal(space, org_.space_entry(phone_, space, GrantList{1, {Organisation::recipient(org_.admin)}})),
      ErrorCode::not_permitted);
}

TEST_F(SpaceStateTest, LetsOnlyTheEntitledFoundASharedSpaceAndOnlyItsUserAPersonalOne) {
  const TestDevice other = org_.join(ola_);
  SpaceState space(unit_id());
  EXPECT_EQ(refusal(space, org_.space_entry(other, space, unit_genesis())), ErrorCode::not_permitted);
  SpaceGenesis notebook{3,
                        SpaceClass::kPersonal,
                        decltype(SpaceGenesis::scope)::from(kari_.view()),
                        GrantPolicy::kConfirm,
                        GrantPolicy::kConfirm,
                        {}};
  SpaceState personal(space_id(org_.id(), 3, kari_.view()));
  EXPECT_EQ(refusal(personal, org_.space_entry(other, personal, notebook)), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(personal, org_.space_entry(org_.admin, personal, notebook)), ErrorCode::not_permitted);
  org_.place(personal, org_.space_entry(phone_, personal, notebook));
  org_.place(personal, org_.space_entry(phone_, personal, first_epoch({Organisation::recipient(phone_)})));
  EXPECT_EQ(refusal(personal, org_.space_entry(phone_, personal, Member{ola_, Right::kReader})),
            ErrorCode::not_permitted);
}

TEST_F(SpaceStateTest, GivesASecondDeviceOfTheUserNothingUntilOneThatHoldsTheKeyGrantsIt) {
  SpaceState space = founded(phone_);
  const TestDevice laptop = org_.join(kari_);
  EXPECT_EQ(space.right_of(laptop.id(), org_.identity), Right::kNone);
  EXPECT_EQ(refusal(space, org_.space_entry(laptop, space, GrantList{1, {Organisation::recipient(laptop)}})),
            ErrorCode::not_permitted);
  org_.place(space, org_.space_entry(phone_, space, GrantList{1, {Organisation::recipient(laptop)}}));
  EXPECT_EQ(space.right_of(laptop.id(), org_.identity), Right::kManager);
}

TEST_F(SpaceStateTest, PassesAnInvitesGrantToTheDeviceThatRedeemsIt) {
  SpaceState space(unit_id());
  org_.place(space, org_.space_entry(org_.admin, space, unit_genesis()));
  org_.place(space, org_.space_entry(org_.admin, space, first_epoch({Organisation::recipient(org_.admin)})));
  const TestInvite invite = org_.invite(ola_);
  EXPECT_EQ(
      refusal(space, org_.space_entry(org_.admin, space, GrantList{1, {Organisation::recipient(invite)}})),
      ErrorCode::not_permitted)
      << "the invited user is no member yet";
  org_.place(space, org_.space_entry(org_.admin, space, Member{ola_, Right::kReader}));
  org_.place(space, org_.space_entry(org_.admin, space, GrantList{1, {Organisation::recipient(invite)}}));
  const TestDevice ola = org_.make_device(ola_);
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kNone);
  org_.place(org_.certificate(invite, ola));
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kReader);
}

TEST_F(SpaceStateTest, RefusesEntriesOfOtherSpacesOutOfPlaceOrAheadOfTheIdentityChain) {
  SpaceState space = founded(phone_);
  Entry elsewhere = org_.space_entry(phone_, space, Member{ola_, Right::kWriter});
  elsewhere.space.bytes[0] ^= 1;
  elsewhere.sign_with(phone_.key);
  EXPECT_EQ(refusal(space, elsewhere), ErrorCode::bad_signature);
  Entry behind = org_.space_entry(phone_, space, Member{kari_, Right::kManager});
  behind.identity.hash.bytes[0] ^= 1;
  behind.sign_with(phone_.key);
  EXPECT_EQ(refusal(space, behind), ErrorCode::chain_behind);
  Entry late = org_.space_entry(phone_, space, Member{kari_, Right::kManager});
  org_.place(space, late);
  EXPECT_EQ(refusal(space, late), ErrorCode::chain_conflict);
  Epoch skipped{3, {}, {1}, {Organisation::recipient(phone_)}};
  EXPECT_EQ(refusal(space, org_.space_entry(phone_, space, skipped)), ErrorCode::chain_conflict);
}

TEST_F(SpaceStateTest, EndsARemovedMembersRightButRemembersWhatItWas) {
  SpaceState space = founded(phone_);
  const TestDevice ola = org_.join(ola_, {unit_entitlement()});
  org_.place(space, org_.space_entry(phone_, space, Member{ola_, Right::kWriter}));
  org_.place(space, org_.space_entry(phone_, space, GrantList{1, {Organisation::recipient(ola)}}));
  const std::uint64_t while_member = space.head().seq;
  org_.place(space, org_.space_entry(phone_, space, Member{ola_, Right::kNone}));
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kNone);
  EXPECT_EQ(space.right_at(ola.id(), while_member, org_.identity, org_.identity.head().seq), Right::kWriter);
}

}  // namespace
}  // namespace samla::chain
