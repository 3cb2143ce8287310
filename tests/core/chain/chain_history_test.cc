// A space's chain is judged as of the identity heads that its entries name: in whatever order the two
// chains are taken in, the same entries give the same state.
#include <gtest/gtest.h>

#include "core/chain/space_state.h"
#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;
using test::TestInvite;

decltype(Revocation::id) revoked(const TestDevice& device) {
  return decltype(Revocation::id)::from(device.id().view());
}

/// An organisation that grows at random, and every entry of it in the order in which it was placed.
class RandomOrganisation {
 public:
  explicit RandomOrganisation(std::uint64_t seed) : random_(seed), org_(seed + 1000), space_(unit_id()) {
    for (int i = 0; i < 4; ++i) users_.push_back(random_.fixed<UserId>());
    devices_.push_back(join(users_[0]));
    place_space(devices_[0], unit());
    place_space(devices_[0], Epoch{1, {}, {}, {Organisation::recipient(devices_[0])}});
    for (int step = 0; step < 100; ++step) grow();
  }

  const std::vector<Bytes>& identity_entries() const { return identity_entries_; }
  const std::vector<std::pair<Bytes, std::uint64_t>>& space_entries() const { return space_entries_; }
  OrganisationId organisation() const { return org_.id(); }
  SpaceId space() const { return space_.space(); }
  const SpaceState& state() const { return space_; }
  const IdentityState& identity() const { return org_.identity; }
  const std::vector<TestDevice>& devices() const { return devices_; }

 private:
  SpaceGenesis unit() const {
    return {6, SpaceClass::kShared, {{9}}, GrantPolicy::kAuto, GrantPolicy::kConfirm, {}};
  }
  SpaceId unit_id() const { return space_id(org_.id(), 6, unit().scope.view()); }

  void place_identity(const Entry& entry) {
    const Bytes bytes = entry.encode();
    if (org_.identity.apply(bytes).ok()) identity_entries_.push_back(bytes);
  }
  bool place_space(const TestDevice& author, Body body) {
    const Bytes bytes = org_.space_entry(author, space_, std::move(body)).encode();
    if (!space_.apply(bytes, org_.identity, Placing::kNow).ok()) return false;
    space_entries_.emplace_back(bytes, org_.identity.head().seq);
    return true;
  }
  TestDevice join(const UserId& user) {
    const TestInvite invite = org_.make_invite(user, {{unit_id(), Right::kWriter, true}});
    place_identity(org_.signed_by(org_.admin, invite.invite));
    TestDevice device = org_.make_device(user);
    place_identity(org_.certificate(invite, device));
    return device;
  }
  const TestDevice& any() { return devices_[random_.below(devices_.size())]; }
  const UserId& anyone() { return users_[random_.below(users_.size())]; }
  void grow() {
    switch (random_.below(8)) {
      case 0:
        devices_.push_back(join(anyone()));
        return;
      case 1:
        if (random_.below(3) != 0) return;
        place_identity(org_.signed_by(random_.below(2) == 0 ? org_.admin : any(),
                                      Revocation{RevocationTarget::kDevice, revoked(any()), {}}));
        return;
      case 2:
        place_identity(org_.signed_by(org_.admin, UserChange{anyone(), 1, {}}));
        return;
      case 3:
        invites_.push_back(org_.make_invite(anyone()));
        place_identity(org_.signed_by(org_.admin, invites_.back().invite));
        return;
      case 4:
        place_space(any(), Member{anyone(), random_.below(8) == 0 ? Right::kNone : Right::kWriter});
        return;
      case 5:
        place_space(any(), Epoch{space_.epoch() + 1, {}, {1}, members()});
        return;
      case 6:
        if (invites_.empty()) return;
        place_space(any(), GrantList{space_.epoch(), {Organisation::recipient(invites_.back())}});
        if (random_.below(2) == 0) {
          devices_.push_back(org_.make_device(invites_.back().invite.user));
          place_identity(org_.certificate(invites_.back(), devices_.back()));
          invites_.pop_back();
        }
        return;
      default:
        place_space(any(), GrantList{space_.epoch(), {Organisation::recipient(any())}});
        return;
    }
  }
  std::vector<Recipient> members() const {
    std::vector<Recipient> out;
    for (const TestDevice& device : devices_) {
      if (org_.identity.active(device.id()) && space_.right_of_user(device.user) != Right::kNone) {
        out.push_back(Organisation::recipient(device));
      }
    }
    std::ranges::sort(out, {}, &Recipient::id);
    return out;
  }

  SeededRandom random_;
  Organisation org_;
  SpaceState space_;
  std::vector<UserId> users_;
  std::vector<TestDevice> devices_;
  std::vector<TestInvite> invites_;
  std::vector<Bytes> identity_entries_;
  std::vector<std::pair<Bytes, std::uint64_t>> space_entries_;  ///< and the head that each named
};

void expect_same(const RandomOrganisation& org, const SpaceState& space, const IdentityState& identity) {
  EXPECT_EQ(space.head(), org.state().head());
  EXPECT_EQ(space.members(), org.state().members());
  EXPECT_EQ(space.epoch(), org.state().epoch());
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
      IdentityState identity = Organisation(seed + 1000).identity;
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
    org_.place(org_.signed_by(org_.admin, Revocation{RevocationTarget::kDevice, revoked(device), {}}));
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
