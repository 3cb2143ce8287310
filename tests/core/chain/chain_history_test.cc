// A space's chain is judged as of the identity heads that its entries name: in whatever order the two
// chains are taken in, the same entries give the same state.
#include <gtest/gtest.h>

#include "core/chain/space_state.h"
#include "tests/support/random_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::RandomOrganisation;
using test::TestDevice;
using test::TestInvite;

void expect_same(const RandomOrganisation& org, const SpaceState& space, const IdentityState& identity) {
  EXPECT_EQ(space.head(), org.state().head());
  EXPECT_EQ(space.members(), org.state().members());
  EXPECT_EQ(space.epoch(), org.state().epoch());
  EXPECT_EQ(space.encode(), org.state().encode());
  EXPECT_EQ(identity.encode(), org.identity().encode());
  for (const TestDevice& device : org.devices()) {
    for (std::uint64_t seq = 0; seq <= space.head().seq; ++seq) {
      EXPECT_EQ(space.right_at(device.id(), seq, identity, identity.head().seq),
                org.state().right_at(device.id(), seq, org.identity(), org.identity().head().seq));
    }
  }
}

TEST(ChainHistoryTest, GivesOneStateInWhateverOrderTheChainsAreTakenIn) {
  std::size_t space_entries = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomOrganisation org(seed);
    space_entries += org.space_entries().size();
    SeededRandom random(seed);
    for (int way = 0; way < 4; ++way) {
      // The genesis and the first administrator stand before what was recorded.
      IdentityState identity = RandomOrganisation::beginning(seed);
      SpaceState space(org.space());
      std::size_t i = 0, s = 0;
      while (i < org.identity_entries().size() || s < org.space_entries().size()) {
        const bool may =
            s < org.space_entries().size() && identity.head().seq >= org.space_entries()[s].second;
        const bool whole_chain_first = way == 0;
        const bool more = i < org.identity_entries().size();
        if (may && (!more || (!whole_chain_first && random.below(way + 1) != 0))) {
          const auto applied = space.apply(org.space_entries()[s++].first, identity);
          ASSERT_TRUE(applied.ok()) << applied.error().message();
        } else {
          ASSERT_TRUE(identity.apply(org.identity_entries()[i++]).ok());
        }
      }
      expect_same(org, space, identity);
    }
  }
  EXPECT_GT(space_entries, 100u) << "the organisations are too quiet to show anything";
}

class PlacingTest : public testing::Test {
 protected:
  SpaceGenesis unit_genesis() const {
    return {6, SpaceClass::kShared, {{9}}, GrantPolicy::kAuto, GrantPolicy::kConfirm, {}};
  }
  SpaceId unit_id() const { return space_id(org_.id(), 6, unit_genesis().scope.view()); }
  void revoke(const TestDevice& device) {
    org_.place(org_.signed_by(org_.admin, Organisation::revocation(device)));
  }
  ErrorCode refusal(const Entry& entry, Placing placing) {
    SpaceState copy = space_;
    const auto applied = copy.apply(entry.encode(), org_.identity, placing);
    EXPECT_EQ(copy.head(), applied.ok() ? next_head(space_.head(), entry.encode()) : space_.head());
    return applied.ok() ? ErrorCode::internal : applied.error().code;
  }
  static constexpr ErrorCode kTaken = ErrorCode::internal;

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_, {{unit_id(), Right::kWriter, true}});
  TestDevice laptop_ = org_.join(kari_);
  SpaceState space_ = [this] {
    SpaceState space(unit_id());
    org_.place(space, org_.space_entry(phone_, space, unit_genesis()));
    org_.place(space, org_.space_entry(phone_, space, Epoch{1, {}, {}, {Organisation::recipient(phone_)}}));
    return space;
  }();
};

TEST_F(PlacingTest, RefusesWhatARevokedAuthorSignsUnderAnOldHeadButKeepsWhatStands) {
  const Entry entry = org_.space_entry(phone_, space_, GrantList{1, {Organisation::recipient(laptop_)}});
  revoke(phone_);
  EXPECT_EQ(refusal(entry, Placing::kNow), ErrorCode::device_revoked);
  EXPECT_EQ(refusal(entry, Placing::kBefore), kTaken);
}

TEST_F(PlacingTest, RefusesAGrantToADeviceThatHasBeenRevokedSince) {
  const Entry entry = org_.space_entry(phone_, space_, GrantList{1, {Organisation::recipient(laptop_)}});
  revoke(laptop_);
  EXPECT_EQ(refusal(entry, Placing::kNow), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(entry, Placing::kBefore), kTaken);
}

TEST_F(PlacingTest, PlacesAGrantToAnInviteThatHasBeenRedeemedSinceUnlessThatDeviceIsRevoked) {
  const TestInvite invite = org_.invite(kari_);
  const Entry entry = org_.space_entry(phone_, space_, GrantList{1, {Organisation::recipient(invite)}});
  const TestDevice tablet = org_.make_device(kari_);
  org_.place(org_.certificate(invite, tablet));
  EXPECT_EQ(refusal(entry, Placing::kNow), kTaken);
  revoke(tablet);
  EXPECT_EQ(refusal(entry, Placing::kNow), ErrorCode::not_permitted);
}

TEST_F(PlacingTest, RefusesAnInviteThatWasUsedWhenTheEntryWasSigned) {
  const TestInvite invite = org_.invite(kari_);
  org_.place(org_.certificate(invite, org_.make_device(kari_)));
  const Entry entry = org_.space_entry(phone_, space_, GrantList{1, {Organisation::recipient(invite)}});
  EXPECT_EQ(refusal(entry, Placing::kNow), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(entry, Placing::kBefore), ErrorCode::not_permitted);
}

TEST_F(PlacingTest, RefusesToLetInWhomTheAdministratorEntitlesNoLonger) {
  const UserId ola = org_.random().fixed<UserId>();
  org_.join(ola, {{unit_id(), Right::kWriter, false}});
  org_.place(space_, org_.space_entry(phone_, space_, Member{kari_, Right::kWriter}));
  const Entry entry = org_.space_entry(phone_, space_, Member{ola, Right::kWriter});
  org_.place(org_.signed_by(org_.admin, UserChange{ola, 1, {}}));
  EXPECT_EQ(refusal(entry, Placing::kNow), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(entry, Placing::kBefore), kTaken);
}

TEST_F(PlacingTest, RefusesAnEntryThatReliesOnAnEarlierHeadThanTheOneBefore) {
  const Head early = org_.identity.head();
  org_.invite(kari_);
  org_.place(space_, org_.space_entry(phone_, space_, GrantList{1, {Organisation::recipient(laptop_)}}));
  Entry entry = org_.space_entry(phone_, space_, Member{kari_, Right::kManager});
  entry.identity = early;
  entry.sign_with(phone_.key);
  EXPECT_EQ(refusal(entry, Placing::kBefore), ErrorCode::not_permitted);
  EXPECT_EQ(space_.relied_on(space_.head().hash), org_.identity.head().seq);
}

}  // namespace
}  // namespace samla::chain
