// The identity chain's entries for the whole organisation: server keys, escrow, erasure and hold, forks.
#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;
using test::TestEscrow;

class OrganisationEntriesTest : public testing::Test {
 protected:
  ErrorCode refusal(const Entry& entry) {
    const Bytes before = org_.identity.encode();
    const auto applied = org_.identity.apply(entry.encode());
    EXPECT_FALSE(applied.ok());
    EXPECT_EQ(org_.identity.encode(), before) << "a refused entry changed something";
    return applied.ok() ? ErrorCode::internal : applied.error().code;
  }
  EscrowUse use_of(const TestEscrow& escrow, const DeviceId& device) const {
    EscrowUse use{escrow.escrow.escrow, space_, device, {}};
    for (std::size_t i = 0; i < 2; ++i) {
      use.holders[i] =
          escrow.holders[i].sign(kEscrowUseDomain, escrow_use_bytes(org_.id(), org_.identity.head(), use));
    }
    return use;
  }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_);
  const SpaceId space_{{1}}, other_{{2}};
  const WriterId writer_ = writer_of_device(phone_.id());
};

TEST_F(OrganisationEntriesTest, AnnounceNewServerKeysAndKeepTheOldOnesForOldReceipts) {
  const ServerKeys first{{{1}}, {{2}}}, second{{{3}}, {{4}}};
  org_.place(org_.signed_by(org_.admin, first));
  EXPECT_EQ(refusal(org_.signed_by(phone_, second)), ErrorCode::not_permitted);
  org_.place(org_.signed_by(org_.admin, second));
  EXPECT_EQ(org_.identity.server_keys(), second);
  ASSERT_EQ(org_.identity.all_server_keys().size(), 2u);
  EXPECT_EQ(org_.identity.all_server_keys()[0].keys, first);
}

TEST_F(OrganisationEntriesTest, EraseWritesUnlessAHoldDefersIt) {
  const ChangesetPlace place{space_, writer_, 3};
  EXPECT_EQ(refusal(org_.signed_by(phone_, Erasure{{{space_, writer_, 3, {1}}}})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Erasure{})), ErrorCode::malformed);
  org_.place(org_.signed_by(org_.admin, Erasure{{{space_, writer_, 3, {1, 4}}}}));
  org_.place(org_.signed_by(org_.admin, Erasure{{{space_, writer_, 3, {2, 4}}}}));
  EXPECT_EQ(*org_.identity.erasures().find(place), (std::vector<std::uint32_t>{1, 2, 4}));
  EXPECT_EQ(org_.identity.erased(place, 4), Erased::kYes);
  EXPECT_EQ(org_.identity.erased(place, 3), Erased::kNo);
  EXPECT_EQ(org_.identity.erased({space_, writer_, 4}, 4), Erased::kNo);
  org_.place(org_.signed_by(org_.admin, Hold{{{7}}, {other_}}));
  EXPECT_EQ(org_.identity.erased(place, 4), Erased::kYes) << "the hold is for another space";
  org_.place(org_.signed_by(org_.admin, Hold{{{8}}, {}}));
  EXPECT_EQ(org_.identity.erased(place, 4), Erased::kHeld);
  EXPECT_EQ(refusal(org_.signed_by(phone_, HoldRelease{{{8}}})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Hold{{{8}}, {}})), ErrorCode::already_exists);
  org_.place(org_.signed_by(org_.admin, HoldRelease{{{8}}}));
  EXPECT_EQ(org_.identity.erased(place, 4), Erased::kYes);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, HoldRelease{{{8}}})), ErrorCode::not_found);
}

TEST_F(OrganisationEntriesTest, UseAnEscrowOnlyByTheWordOfBothItsHolders) {
  const TestEscrow escrow = org_.make_escrow();
  EXPECT_EQ(refusal(org_.signed_by(phone_, escrow.escrow)), ErrorCode::not_permitted);
  Escrow alone = escrow.escrow;
  alone.holders[1].sign = alone.holders[0].sign;
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, alone)), ErrorCode::not_permitted);
  org_.place(org_.signed_by(org_.admin, escrow.escrow));
  EscrowUse use = use_of(escrow, phone_.id());
  EXPECT_EQ(refusal(org_.signed_by(phone_, use)), ErrorCode::not_permitted);
  std::swap(use.holders[0], use.holders[1]);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, use)), ErrorCode::bad_signature);
  use.holders[0] = use.holders[1];
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, use)), ErrorCode::bad_signature);
  const EscrowUse stale = use_of(escrow, phone_.id());
  org_.place(org_.signed_by(org_.admin, stale));
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, stale)), ErrorCode::bad_signature)
      << "the holders' word is for one use, at one place";
  const auto recipients = org_.identity.recipients_of(phone_.id(), space_, org_.identity.head().seq);
  EXPECT_EQ(std::ranges::count(recipients, IdentityState::RecipientId::from(escrow.escrow.escrow.view())), 1);
  EXPECT_EQ(org_.identity.recipients_of(phone_.id(), other_, org_.identity.head().seq).size(), 2u)
      << "itself and the invite by which it joined";
  org_.place(
      org_.signed_by(org_.admin, Organisation::revocation(RevocationTarget::kEscrow, escrow.escrow.escrow)));
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, use_of(escrow, phone_.id()))), ErrorCode::not_found);
}

TEST_F(OrganisationEntriesTest, NameTheBranchOfAWritersForkThatStands) {
  const sign::Hash stands{{5}};
  const TestDevice ola = org_.join(org_.random().fixed<UserId>());
  EXPECT_EQ(refusal(org_.signed_by(ola, ForkChoice{space_, writer_, 4, stands})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(phone_, ForkChoice{space_, {{9}}, 4, stands})), ErrorCode::not_found);
  org_.place(org_.signed_by(phone_, ForkChoice{space_, writer_, 4, stands}));
  EXPECT_EQ(org_.identity.standing_branch(space_, writer_, 4), stands);
  EXPECT_EQ(org_.identity.standing_branch(space_, writer_, 5), std::nullopt);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, ForkChoice{space_, writer_, 4, {{6}}})),
            ErrorCode::already_exists);
}

TEST_F(OrganisationEntriesTest, RepairAForkByNamingBothHeads) {
  const IdentityState common = org_.identity;
  IdentityState other = common;
  std::vector<Head> abandoned;
  for (int i = 0; i < 2; ++i) {
    Entry entry =
        org_.unsigned_entry(org_.make_invite(kari_).invite,
                            {AuthorKind::kDevice, decltype(Author::id)::from(org_.admin.id().view())});
    entry.anchor = other.head();
    entry.sign_with(org_.admin.key);
    ASSERT_TRUE(other.apply(entry.encode()).ok());
    abandoned.push_back(other.head());
  }
  org_.invite(kari_);
  const Repair repair{common.head(), abandoned};
  EXPECT_EQ(refusal(org_.signed_by(phone_, repair)), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Repair{{common.head().seq, {{1}}}, abandoned})),
            ErrorCode::not_found);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Repair{common.head(), {org_.identity.head()}})),
            ErrorCode::not_permitted)
      << "what stands is not abandoned";
  EXPECT_EQ(org_.identity.abandoned(abandoned[0].hash), std::nullopt);
  org_.place(org_.signed_by_root(repair));
  EXPECT_EQ(org_.identity.abandoned(abandoned[0].hash), repair.common.seq);
  EXPECT_EQ(org_.identity.named(abandoned[1].hash), repair.common.seq);
  EXPECT_EQ(org_.identity.seq_of(abandoned[1].hash), std::nullopt);
}

}  // namespace
}  // namespace samla::chain
