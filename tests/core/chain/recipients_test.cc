// Who may, and who must, be given a space's key: words, pairings, escrow, omissions, rotation due.
#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;
using test::TestEscrow;
using test::TestInvite;
using test::TestPairing;
using test::TestPaper;

constexpr std::uint64_t kNow = 1'470'000'000'000;

class RecipientsTest : public testing::Test {
 protected:
  SpaceGenesis genesis(GrantPolicy own_devices) const {
    return {6, SpaceClass::kShared, {{9}}, GrantPolicy::kAuto, own_devices, {}};
  }
  SpaceId unit_id() const { return space_id(org_.id(), 6, genesis(GrantPolicy::kAuto).scope.view()); }
  SpaceState unit(GrantPolicy own_devices) {
    SpaceState space(unit_id());
    place(space, genesis(own_devices));
    place(space, Epoch{1, {}, {}, {Organisation::recipient(phone_)}});
    return space;
  }
  SpaceState notebook() {
    SpaceState space(space_id(org_.id(), 3, kari_.view()));
    place(space, SpaceGenesis{3,
                              SpaceClass::kPersonal,
                              decltype(SpaceGenesis::scope)::from(kari_.view()),
                              GrantPolicy::kConfirm,
                              GrantPolicy::kConfirm,
                              {}});
    place(space, Epoch{1,
                       {},
                       {},
                       org_.wanted(space).empty() ? std::vector{Organisation::recipient(phone_)}
                                                  : with_phone(org_.wanted(space))});
    return space;
  }
  std::vector<Recipient> with_phone(std::vector<Recipient> list) const {
    list.push_back(Organisation::recipient(phone_));
    std::ranges::sort(list, {}, &Recipient::id);
    return list;
  }
  void place(SpaceState& space, Body body) {
    org_.place(space, org_.space_entry(phone_, space, std::move(body)));
  }
  void rotate(SpaceState& space) { place(space, Epoch{space.epoch() + 1, {}, {1}, org_.wanted(space)}); }
  ErrorCode refusal(SpaceState& space, Body body) {
    const Bytes before = space.encode();
    const auto applied =
        space.apply(org_.space_entry(phone_, space, std::move(body)).encode(), org_.identity);
    EXPECT_FALSE(applied.ok());
    EXPECT_EQ(space.encode(), before) << "a refused entry changed something";
    return applied.ok() ? ErrorCode::internal : applied.error().code;
  }
  bool wanted(const SpaceState& space, ByteView id) const {
    const auto list = org_.wanted(space);
    return std::ranges::any_of(list,
                               [&](const Recipient& recipient) { return equal(recipient.id.view(), id); });
  }
  /// Leaves out each of those wanted in turn; every time the epoch must be refused.
  void expect_none_can_be_left_out(SpaceState& space) {
    const std::vector<Recipient> all = org_.wanted(space);
    for (std::size_t i = 0; i < all.size() && all.size() > 1; ++i) {
      std::vector<Recipient> fewer = all;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_EQ(refusal(space, Epoch{space.epoch() + 1, {}, {1}, fewer}), ErrorCode::not_permitted) << i;
    }
    rotate(space);
  }
  TestPaper words(const TestDevice& device) {
    TestPaper made = org_.make_paper(device.user);
    org_.place(org_.signed_by(device, made.paper));
    return made;
  }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>(), ola_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_, {{unit_id(), Right::kWriter, true}});
};

TEST_F(RecipientsTest, LeaveNoMembersDeviceWordsInviteOrEscrowOut) {
  SpaceState space = unit(GrantPolicy::kAuto);
  const TestDevice laptop = org_.join(kari_), ola = org_.join(ola_);
  place(space, Member{ola_, Right::kReader});
  words(phone_);
  org_.place(org_.signed_by(org_.admin, org_.make_escrow().escrow));
  const TestInvite invite = org_.invite(ola_);
  place(space, GrantList{1, {Organisation::recipient(invite)}});
  EXPECT_EQ(space.wanted(org_.identity, kNow).size(), 6u);
  expect_none_can_be_left_out(space);
  EXPECT_EQ(space.right_of(ola.id(), org_.identity), Right::kReader);
  EXPECT_EQ(space.right_of(laptop.id(), org_.identity), Right::kManager);
  EXPECT_EQ(space.wanted(org_.identity, invite.invite.expires_ms + 1).size(), 5u)
      << "an expired one falls out";
}

TEST_F(RecipientsTest, AwaitTheirUsersWordWhereTheSpaceSaysConfirm) {
  SpaceState space = unit(GrantPolicy::kConfirm);
  const TestDevice laptop = org_.join(kari_);
  EXPECT_FALSE(wanted(space, laptop.id().view()));
  place(space, GrantList{1, {Organisation::recipient(laptop)}});
  EXPECT_TRUE(wanted(space, laptop.id().view()));
  expect_none_can_be_left_out(space);
  place(space, Policy{GrantPolicy::kAuto, GrantPolicy::kAuto});
  const TestDevice tablet = org_.join(kari_);
  EXPECT_TRUE(wanted(space, tablet.id().view()));
}

TEST_F(RecipientsTest, IncludeWordsByWhichALostUsersNewDeviceReadsAndWritesAgain) {
  const TestPaper paper = words(phone_);
  SpaceState space = notebook();
  EXPECT_TRUE(space.grant_of(IdentityState::RecipientId::from(paper.id().view())));
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(phone_)));
  const TestDevice fresh = org_.make_device(kari_);
  org_.place(org_.certificate(paper, fresh));
  EXPECT_EQ(space.right_of(fresh.id(), org_.identity), Right::kManager);
  EXPECT_TRUE(space.rotation_due(org_.identity));
  org_.place(space, org_.space_entry(fresh, space, Epoch{2, {}, {1}, org_.wanted(space)}));
  EXPECT_FALSE(space.rotation_due(org_.identity));
  const TestPaper others = org_.make_paper(ola_);
  EXPECT_FALSE(space.grant_of(IdentityState::RecipientId::from(others.id().view())));
}

TEST_F(RecipientsTest, RefuseTheFirstEpochOfAUserWithWordsThatLeavesThemOut) {
  words(phone_);
  SpaceState space(space_id(org_.id(), 3, kari_.view()));
  place(space, SpaceGenesis{3,
                            SpaceClass::kPersonal,
                            decltype(SpaceGenesis::scope)::from(kari_.view()),
                            GrantPolicy::kConfirm,
                            GrantPolicy::kConfirm,
                            {}});
  EXPECT_EQ(refusal(space, Epoch{1, {}, {}, {Organisation::recipient(phone_)}}), ErrorCode::not_permitted);
}

TEST_F(RecipientsTest, IncludeAPairingOfTheSameUserEvenInTheNotebookButNoInvite) {
  SpaceState space = notebook();
  const TestInvite invite = org_.invite(kari_);
  EXPECT_EQ(refusal(space, GrantList{1, {Organisation::recipient(invite)}}), ErrorCode::not_permitted)
      << "an administrator's invite does not reach into a notebook";
  const TestDevice ola = org_.join(ola_);
  const TestPairing foreign = org_.make_pairing(ola_), own = org_.make_pairing(kari_);
  org_.place(org_.signed_by(ola, foreign.pairing));
  org_.place(org_.signed_by(phone_, own.pairing));
  EXPECT_EQ(
      refusal(space,
              GrantList{1, {Organisation::recipient(RecipientKind::kPairing, foreign.pairing.pairing)}}),
      ErrorCode::not_permitted);
  EXPECT_EQ(
      refusal(space, GrantList{1, {Organisation::recipient(RecipientKind::kInvite, own.pairing.pairing)}}),
      ErrorCode::not_permitted)
      << "nor under another name";
  place(space, GrantList{1, {Organisation::recipient(RecipientKind::kPairing, own.pairing.pairing)}});
  expect_none_can_be_left_out(space);
  const TestDevice laptop = org_.make_device(kari_);
  EXPECT_EQ(space.right_of(laptop.id(), org_.identity), Right::kNone);
  org_.place(org_.certificate(own, laptop));
  EXPECT_EQ(space.right_of(laptop.id(), org_.identity), Right::kManager);
  EXPECT_TRUE(space.holds_grant(laptop.id(), org_.identity));
}

TEST_F(RecipientsTest, IncludeEscrowInANotebookOnlyIfItsUserTurnsItOn) {
  SpaceState space = notebook(), shared = unit(GrantPolicy::kAuto);
  const TestEscrow escrow = org_.make_escrow();
  const Recipient recipient = Organisation::recipient(RecipientKind::kEscrow, escrow.escrow.escrow);
  EXPECT_EQ(refusal(shared, GrantList{1, {recipient}}), ErrorCode::not_permitted) << "not declared";
  org_.place(org_.signed_by(org_.admin, escrow.escrow));
  EXPECT_TRUE(wanted(shared, recipient.id.view()));
  EXPECT_EQ(refusal(shared, SpaceEscrow{true}), ErrorCode::not_permitted);
  EXPECT_FALSE(wanted(space, recipient.id.view()));
  EXPECT_EQ(refusal(space, GrantList{1, {recipient}}), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(space, SpaceEscrow{false}), ErrorCode::already_exists);
  place(space, SpaceEscrow{true});
  expect_none_can_be_left_out(space);
  EXPECT_TRUE(space.grant_of(recipient.id));
  EXPECT_FALSE(space.rotation_due(org_.identity));
  place(space, SpaceEscrow{false});
  EXPECT_EQ(space.outdated(org_.identity), std::vector{recipient.id});
}

TEST_F(RecipientsTest, MakeARotationDueOnceOneIsRevokedOrNoMember) {
  SpaceState space = unit(GrantPolicy::kAuto);
  const TestDevice ola = org_.join(ola_);
  place(space, Member{ola_, Right::kWriter});
  const TestInvite invite = org_.invite(ola_);
  place(space, GrantList{1, {Organisation::recipient(invite)}});
  rotate(space);
  EXPECT_FALSE(space.rotation_due(org_.identity));
  const TestDevice tablet = org_.make_device(ola_);
  org_.place(org_.certificate(invite, tablet));
  EXPECT_FALSE(space.rotation_due(org_.identity)) << "the invite's key is the tablet's now";
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(tablet)));
  EXPECT_EQ(space.outdated(org_.identity).size(), 1u);
  rotate(space);
  EXPECT_FALSE(space.rotation_due(org_.identity));
  place(space, Member{ola_, Right::kNone});
  EXPECT_EQ(space.outdated(org_.identity).size(), 1u);
  EXPECT_FALSE(wanted(space, ola.id().view()));
  rotate(space);
  EXPECT_FALSE(space.rotation_due(org_.identity));
}

TEST_F(RecipientsTest, LetOnlyAManagerOrAdministratorRepairAForkOfASpace) {
  SpaceState space = unit(GrantPolicy::kAuto);
  const TestDevice ola = org_.join(ola_);
  const Head common = space.head(), lost{common.seq + 1, {{7}}};
  place(space, Member{ola_, Right::kWriter});
  place(space, GrantList{1, {Organisation::recipient(ola)}});
  const Entry by_writer = org_.space_entry(ola, space, SpaceRepair{common, {lost}});
  EXPECT_FALSE(space.apply(by_writer.encode(), org_.identity).ok());
  EXPECT_EQ(refusal(space, SpaceRepair{common, {space.head()}}), ErrorCode::not_permitted);
  org_.place(space, org_.space_entry(org_.admin, space, SpaceRepair{common, {lost}}));
  EXPECT_EQ(space.abandoned(lost.hash), common.seq);
  EXPECT_EQ(space.named(lost.hash), common.seq);
}

}  // namespace
}  // namespace samla::chain
