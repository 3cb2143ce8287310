#include "core/session/validity.h"

#include <gtest/gtest.h>

#include "tests/support/sample_changeset.h"
#include "tests/support/sample_organisation.h"

namespace samla::session {
namespace validity_test {

using chain::Epoch;
using chain::GrantList;
using chain::GrantPolicy;
using chain::Member;
using chain::Revocation;
using chain::RevocationTarget;
using chain::Right;
using change::Header;
using change::Validity;
using samla::test::Organisation;
using samla::test::TestDevice;

class ValidityTest : public testing::Test {
 protected:
  chain::SpaceGenesis genesis() const {
    return {6, chain::SpaceClass::kShared, {{9}}, GrantPolicy::kAuto, GrantPolicy::kConfirm, {}};
  }
  SpaceId space_id() const { return chain::space_id(org_.id(), 6, genesis().scope.view()); }
  void place(const TestDevice& author, chain::Body body) {
    org_.place(space_, org_.space_entry(author, space_, std::move(body)));
  }
  /// A header as that device would sign one now.
  Header header(const TestDevice& device, std::uint64_t seq = 1) const {
    Header out;
    out.organisation = org_.id();
    out.space = space_.space();
    out.writer = chain::writer_of_device(device.id());
    out.seq = seq;
    out.identity_head = org_.identity.head().hash;
    out.space_head = space_.head().hash;
    out.epoch = space_.epoch();
    return out;
  }
  Validity judge(const Header& header, const NamedHeads& before = {}) const {
    const auto heads = named_heads(header, org_.identity, space_);
    EXPECT_TRUE(heads.ok());
    return validity_of(header, *heads, before, org_.identity, space_);
  }
  void revoke(const TestDevice& device, std::vector<chain::Cutoff> cutoffs) {
    org_.place(org_.signed_by(
        org_.admin, Revocation{RevocationTarget::kDevice, decltype(Revocation::id)::from(device.id().view()),
                               std::move(cutoffs)}));
  }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>(), ola_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_, {{space_id(), Right::kWriter, true}});
  TestDevice tablet_ = org_.join(ola_);
  chain::SpaceState space_ = [this] {
    chain::SpaceState space(space_id());
    org_.place(space, org_.space_entry(phone_, space, genesis()));
    org_.place(space, org_.space_entry(phone_, space, Epoch{1, {}, {}, {Organisation::recipient(phone_)}}));
    return space;
  }();
};

TEST_F(ValidityTest, IsARightAtTheHeadsNamedAndNoLaterOrEarlierOne) {
  EXPECT_EQ(judge(header(phone_)), Validity::kValid);
  const Header before = header(tablet_);
  place(phone_, Member{ola_, Right::kReader});
  place(phone_, GrantList{1, {Organisation::recipient(tablet_)}});
  EXPECT_EQ(judge(header(tablet_)), Validity::kVoid) << "a reader writes nothing";
  place(phone_, Member{ola_, Right::kWriter});
  const Header while_writer = header(tablet_);
  place(phone_, Member{ola_, Right::kNone});
  EXPECT_EQ(judge(while_writer), Validity::kValid) << "written before the removal was seen";
  EXPECT_EQ(judge(before), Validity::kVoid);
  EXPECT_EQ(judge(header(tablet_)), Validity::kVoid);
}

TEST_F(ValidityTest, LetsNoWriterGoBackAlongAChain) {
  const Header early = header(phone_);
  org_.invite(ola_);
  place(phone_, Member{ola_, Right::kWriter});
  const auto heads = named_heads(header(phone_), org_.identity, space_);
  ASSERT_TRUE(heads.ok());
  const NamedHeads before = later_of({}, *heads);
  EXPECT_EQ(judge(header(phone_, 2), before), Validity::kValid);
  EXPECT_EQ(judge(early, before), Validity::kVoid);
  EXPECT_EQ(judge(early, {before.identity_seq, 0}), Validity::kVoid);
  EXPECT_EQ(judge(early, {0, before.space_seq}), Validity::kVoid);
  Header mixed = header(phone_);
  mixed.identity_head = early.identity_head;
  EXPECT_EQ(judge(mixed), Validity::kVoid) << "the space head named relies on a later identity head";
}

TEST_F(ValidityTest, TakesOnlyTheEpochOfTheHeadNamed) {
  const Header old = header(phone_);
  Header early = header(phone_);
  early.epoch = 2;
  place(phone_, Epoch{2, {}, {1}, {Organisation::recipient(phone_)}});
  EXPECT_EQ(judge(old), Validity::kValid) << "made before the rotation was seen";
  EXPECT_EQ(judge(early), Validity::kVoid) << "no such epoch at the head named";
  Header stale = header(phone_);
  stale.epoch = 1;
  EXPECT_EQ(judge(stale), Validity::kVoid) << "the author had seen the rotation";
  stale.epoch = 2;
  EXPECT_EQ(judge(stale), Validity::kValid);
}

TEST_F(ValidityTest, QuarantinesWhatARevokedDeviceWroteAfterItsCutOff) {
  const Header second = header(phone_, 2), third = header(phone_, 3);
  revoke(phone_, {{space_.space(), 2, change::changeset_hash(second)}});
  EXPECT_EQ(judge(second), Validity::kValid);
  EXPECT_EQ(judge(third), Validity::kQuarantined);
  EXPECT_EQ(judge(header(phone_, 2)), Validity::kVoid) << "it names a head at which it is revoked";
}

TEST_F(ValidityTest, CutsASpaceThatTheRevocationDoesNotListAtItsFirst) {
  const Header first = header(phone_, 1);
  revoke(phone_, {{SpaceId{{8}}, 5, {}}});
  EXPECT_EQ(judge(first), Validity::kQuarantined);
}

TEST_F(ValidityTest, SaysBehindOfHeadsThatAreNotHereYet) {
  Header ahead = header(phone_);
  ahead.space_head = org_.random().fixed<sign::Hash>();
  const auto heads = named_heads(ahead, org_.identity, space_);
  ASSERT_FALSE(heads.ok());
  EXPECT_EQ(heads.error().code, ErrorCode::chain_behind);
}

TEST_F(ValidityTest, KnowsAChangesetThatIsNobodysHere) {
  auto [made, leaves] = samla::test::unsigned_changeset(3);
  made.organisation = org_.id();
  made.writer = chain::writer_of_device(phone_.id());
  const auto signer = [&](const Header& header, const sign::SigningKey& key) {
    const auto changeset = change::sign_changeset(header, leaves, key);
    SAMLA_ASSERT(changeset.ok());
    const auto checked = check_signer(*changeset, org_.identity);
    return checked.ok() ? ErrorCode::internal : checked.error().code;
  };
  EXPECT_EQ(signer(made, phone_.key), ErrorCode::internal);
  EXPECT_EQ(signer(made, tablet_.key), ErrorCode::bad_signature);
  Header foreign = made;
  foreign.organisation.bytes[0] ^= 1;
  EXPECT_EQ(signer(foreign, phone_.key), ErrorCode::not_permitted);
  Header unknown = made;
  unknown.writer.bytes[0] ^= 1;
  EXPECT_EQ(signer(unknown, phone_.key), ErrorCode::not_permitted);
}

}  // namespace validity_test
}  // namespace samla::session
