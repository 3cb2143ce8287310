// Rotation and escrow, over chains that judge what they make.
#include "core/custody/rotation.h"

#include <gtest/gtest.h>

#include "core/custody/device_keys.h"
#include "core/custody/escrow.h"
#include "tests/support/sample_organisation.h"

namespace samla::custody {
namespace {

using chain::GrantPolicy;
using chain::SpaceState;
using test::Organisation;
using test::TestDevice;

constexpr std::uint64_t kNow = 1'470'000'000'000;

/// A device of the organisation whose seal key is known here.
struct Member {
  TestDevice device;
  seal::KeyPair seal;
};

class RotationTest : public testing::Test {
 protected:
  Member join(const UserId& user, std::vector<chain::Entitlement> entitlements = {}) {
    const auto invite = org_.invite(user, std::move(entitlements));
    Member made{org_.make_device(user), seal::KeyPair::generate(org_.random())};
    made.device.keys.seal = made.seal.public_key();
    org_.place(org_.certificate(invite, made.device));
    return made;
  }
  chain::SpaceGenesis genesis() const {
    return {6,
            chain::SpaceClass::kShared,
            {{9}},
            GrantPolicy::kAuto,
            GrantPolicy::kAuto,
            seal::commitment_of(space_id(), first_.tag_key)};
  }
  SpaceId space_id() const { return chain::space_id(org_.id(), 6, scope()); }
  static ByteView scope() {
    static const decltype(chain::SpaceGenesis::scope) value{{9}};
    return value.view();
  }
  void place(chain::Body body) {
    org_.place(space_, org_.space_entry(kari_.device, space_, std::move(body)));
  }
  Result<Rotation> rotation() { return make_rotation(org_.random(), space_, org_.identity, ring_, kNow); }
  /// Places the next epoch and gives each its grant.
  std::vector<SealedGrant> rotate() {
    auto made = rotation();
    SAMLA_ASSERT(made.ok());
    place(made->entry);
    SAMLA_ASSERT(ring_.add(space_id(), space_.epoch(), std::move(made->keys)).ok());
    return std::move(made->grants);
  }
  Result<SpaceKeys> open(const std::vector<SealedGrant>& grants, const seal::KeyPair& with) const {
    for (const SealedGrant& grant : grants) {
      auto keys = open_grant(with, grant.sealed, org_.id(), space_id(), space_.epoch(),
                             space_.epoch_entry(space_.epoch())->key, space_.genesis()->tag_key);
      if (keys.ok()) return keys;
    }
    return fail(ErrorCode::not_authentic, "test");
  }

  Organisation org_;
  SpaceKeys first_ = SpaceKeys::generate(org_.random());
  Member kari_ = join(org_.random().fixed<UserId>(), {{space_id(), chain::Right::kWriter, true}});
  KeyRing ring_;
  SpaceState space_{space_id()};

  void SetUp() override {
    place(genesis());
    const auto commitment = seal::commitment_of(space_id(), 1, first_.epoch_key);
    place(chain::Epoch{1, commitment, {}, {Organisation::recipient(kari_.device)}});
    ASSERT_TRUE(ring_.add(space_id(), 1, std::move(first_)).ok());
  }
};

TEST_F(RotationTest, GivesTheNewKeyToEveryMemberAndToNobodyWhoWasRemoved) {
  const Member ola = join(org_.random().fixed<UserId>()), per = join(org_.random().fixed<UserId>());
  place(chain::Member{ola.device.user, chain::Right::kWriter});
  place(chain::Member{per.device.user, chain::Right::kReader});
  auto grants = rotate();
  EXPECT_TRUE(open(grants, kari_.seal).ok());
  EXPECT_TRUE(open(grants, ola.seal).ok());
  EXPECT_TRUE(open(grants, per.seal).ok());
  place(chain::Member{per.device.user, chain::Right::kNone});
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(ola.device)));
  EXPECT_TRUE(space_.rotation_due(org_.identity));
  grants = rotate();
  EXPECT_FALSE(space_.rotation_due(org_.identity));
  EXPECT_TRUE(open(grants, kari_.seal).ok());
  EXPECT_FALSE(open(grants, ola.seal).ok());
  EXPECT_FALSE(open(grants, per.seal).ok());
}

TEST_F(RotationTest, LetsWhoHoldsTheLastKeyReadBackToTheFirstEpoch) {
  for (int i = 0; i < 4; ++i) rotate();
  const Member ola = join(org_.random().fixed<UserId>());
  place(chain::Member{ola.device.user, chain::Right::kReader});
  auto keys = open(rotate(), ola.seal);
  ASSERT_TRUE(keys.ok());
  KeyRing ring;
  ASSERT_TRUE(ring.add(space_id(), space_.epoch(), std::move(*keys)).ok());
  const auto added = open_earlier_epochs(space_, org_.id(), ring);
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(*added, space_.epoch() - 1);
  EXPECT_EQ(ring.encode(), ring_.encode());
  EXPECT_EQ(*open_earlier_epochs(space_, org_.id(), ring), 0u);
}

TEST_F(RotationTest, RefusesWhereAKeyOfTheSpaceDoesNotOpen) {
  const KeyRing empty;
  EXPECT_EQ(make_rotation(org_.random(), space_, org_.identity, empty, kNow).error().code,
            ErrorCode::key_missing);
  auto made = rotation();
  ASSERT_TRUE(made.ok());
  made->entry.previous.back() ^= 1;
  place(made->entry);
  ASSERT_TRUE(ring_.add(space_id(), 2, std::move(made->keys)).ok());
  EXPECT_EQ(rotation().error().code, ErrorCode::not_authentic) << "who comes later could not read epoch 1";
  KeyRing newcomer;
  ASSERT_TRUE(newcomer
                  .add(space_id(), 2,
                       {{ring_.epoch_key(space_id(), 2)->bytes.duplicate()},
                        {ring_.tag_key(space_id())->bytes.duplicate()}})
                  .ok());
  EXPECT_EQ(open_earlier_epochs(space_, org_.id(), newcomer).error().code, ErrorCode::not_authentic);
}

TEST_F(RotationTest, IsRefusedByTheChainWhereItLeavesSomeoneOut) {
  const Member ola = join(org_.random().fixed<UserId>());
  place(chain::Member{ola.device.user, chain::Right::kWriter});
  auto made = rotation();
  ASSERT_TRUE(made.ok());
  std::erase_if(made->entry.recipients, [&](const chain::Recipient& recipient) {
    return equal(recipient.id.view(), ola.device.id().view());
  });
  const auto applied =
      space_.apply(org_.space_entry(kari_.device, space_, made->entry).encode(), org_.identity);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code, ErrorCode::not_permitted);
}

TEST_F(RotationTest, SealsThePresentKeyToOneWhoCameAfterIt) {
  rotate();
  const Member ola = join(org_.random().fixed<UserId>());
  place(chain::Member{ola.device.user, chain::Right::kWriter});
  std::vector<SpaceState::Wanted> recipients;
  for (const auto& each : space_.wanted(org_.identity, kNow)) {
    if (!space_.grant_of(each.id)) recipients.push_back(each);
  }
  ASSERT_EQ(recipients.size(), 1u);
  const auto grants = seal_grants(space_, org_.identity, ring_, recipients);
  ASSERT_TRUE(grants.ok());
  place(chain::GrantList{space_.epoch(), announced(recipients, *grants)});
  EXPECT_TRUE(open(*grants, ola.seal).ok());
  EXPECT_EQ(space_.right_of(ola.device.id(), org_.identity), chain::Right::kWriter);
}

TEST_F(RotationTest, ReachesAnEscrowThatTwoHoldersOpenTogetherAndNeitherAlone) {
  const seal::KeyPair one = seal::KeyPair::generate(org_.random()),
                      two = seal::KeyPair::generate(org_.random());
  const auto sign_one = sign::SigningKey::generate(org_.random());
  const auto sign_two = sign::SigningKey::generate(org_.random());
  const chain::Escrow escrow = make_escrow(
      org_.random(), org_.id(),
      {HolderKeys{sign_one.verify_key(), one.public_key()}, {sign_two.verify_key(), two.public_key()}});
  org_.place(org_.signed_by(org_.admin, escrow));
  const auto grants = rotate();
  const auto first = open_share(one, org_.id(), escrow, 0), second = open_share(two, org_.id(), escrow, 1);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(open_share(one, org_.id(), escrow, 1).error().code, ErrorCode::not_authentic);
  EXPECT_EQ(open_share(one, OrganisationId{{1}}, escrow, 0).error().code, ErrorCode::not_authentic);
  EXPECT_EQ(join_shares(escrow, *first, *first).error().code, ErrorCode::not_authentic);
  const auto pair = join_shares(escrow, *first, *second);
  ASSERT_TRUE(pair.ok());
  EXPECT_TRUE(open(grants, *pair).ok());
  EXPECT_FALSE(open(grants, one).ok());
  EXPECT_FALSE(open(grants, seal::KeyPair::from_secret(first->duplicate())).ok());
}

}  // namespace
}  // namespace samla::custody
