// Who may take a device, an invite, words or a pairing away, who may give a device back, and what counts
// of a device's changesets then.
#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;
using test::TestInvite;
using test::TestPairing;
using test::TestPaper;

class RevocationTest : public testing::Test {
 protected:
  ErrorCode refusal(const Entry& entry) {
    const Bytes before = org_.identity.encode();
    const auto applied = org_.identity.apply(entry.encode());
    EXPECT_FALSE(applied.ok());
    EXPECT_EQ(org_.identity.encode(), before) << "a refused entry changed something";
    return applied.ok() ? ErrorCode::internal : applied.error().code;
  }
  TestPaper words(const TestDevice& device) {
    TestPaper made = org_.make_paper(device.user);
    org_.place(org_.signed_by(device, made.paper));
    return made;
  }
  std::uint64_t cut(const TestDevice& device, const SpaceId& space) const {
    const auto cutoff = org_.identity.cutoff_of(writer_of_device(device.id()), space);
    return cutoff ? cutoff->seq : 999;
  }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  UserId ola_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_), laptop_ = org_.join(kari_), tablet_ = org_.join(kari_);
  TestDevice ola_phone_ = org_.join(ola_);
  const SpaceId one_{{1}}, two_{{2}};
};

TEST_F(RevocationTest, OfASiblingIsReversedByAnAdministratorOrTheUsersWordsAndNobodyElse) {
  const TestPaper words_of_kari = words(laptop_), words_of_ola = words(ola_phone_);
  org_.place(org_.signed_by(phone_, Organisation::revocation(laptop_)));
  const std::uint64_t while_revoked = org_.identity.head().seq;
  EXPECT_EQ(refusal(org_.signed_by(tablet_, Reversal{laptop_.id()})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(laptop_, Reversal{laptop_.id()})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(words_of_ola, Reversal{laptop_.id()})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Reversal{tablet_.id()})), ErrorCode::not_found);
  org_.place(org_.signed_by(words_of_kari, Reversal{laptop_.id()}));
  EXPECT_TRUE(org_.identity.active(laptop_.id()));
  EXPECT_FALSE(org_.identity.active_at(laptop_.id(), while_revoked));
  EXPECT_EQ(org_.identity.cutoff_of(writer_of_device(laptop_.id()), one_), std::nullopt);
  org_.place(org_.signed_by(phone_, Organisation::revocation(laptop_)));
  EXPECT_FALSE(org_.identity.active(laptop_.id()));
  org_.place(org_.signed_by(org_.admin, Reversal{laptop_.id()}));
  EXPECT_TRUE(org_.identity.active(laptop_.id()));
}

TEST_F(RevocationTest, ByAnAdministratorOrWordsIsNotReversed) {
  const TestPaper paper = words(phone_);
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(laptop_)));
  EXPECT_EQ(refusal(org_.signed_by(paper, Reversal{laptop_.id()})), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Reversal{laptop_.id()})), ErrorCode::not_permitted);
  org_.place(org_.signed_by(paper, Organisation::revocation(phone_)));
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Reversal{phone_.id()})), ErrorCode::not_permitted);
}

TEST_F(RevocationTest, MovesItsCutOffsOnAndNeverBackAndNotAgainstAHigherWord) {
  org_.place(org_.signed_by(phone_, Organisation::revocation(laptop_, {{one_, 5, {{5}}}})));
  EXPECT_EQ(cut(laptop_, one_), 5u);
  EXPECT_EQ(cut(laptop_, two_), 0u) << "a space not listed is cut at 0";
  EXPECT_EQ(refusal(org_.signed_by(tablet_, Organisation::revocation(laptop_, {{one_, 4, {{4}}}}))),
            ErrorCode::device_revoked);
  org_.place(
      org_.signed_by(tablet_, Organisation::revocation(laptop_, {{one_, 7, {{7}}}, {two_, 2, {{2}}}})));
  EXPECT_EQ(cut(laptop_, one_), 7u);
  EXPECT_EQ(cut(laptop_, two_), 2u);
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(laptop_)));
  EXPECT_EQ(cut(laptop_, one_), 7u) << "an administrator confirms it as it is";
  EXPECT_EQ(refusal(org_.signed_by(tablet_, Organisation::revocation(laptop_, {{one_, 9, {{9}}}}))),
            ErrorCode::not_permitted)
      << "a device no longer moves what an administrator has said";
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, Reversal{laptop_.id()})), ErrorCode::not_permitted);
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(laptop_, {{one_, 9, {{9}}}})));
  EXPECT_EQ(cut(laptop_, one_), 9u);
}

TEST_F(RevocationTest, OfAnotherUsersDeviceTakesAnAdministrator) {
  const TestPaper paper = words(phone_);
  EXPECT_EQ(refusal(org_.signed_by(phone_, Organisation::revocation(ola_phone_))), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(paper, Organisation::revocation(ola_phone_))), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(phone_, Organisation::revocation(org_.admin))), ErrorCode::not_permitted);
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(ola_phone_)));
}

TEST_F(RevocationTest, ThatFloatsIsNotPlacedASecondTimeAfterItsReversal) {
  const Entry floating = org_.floating(phone_, Organisation::revocation(laptop_));
  org_.place(floating);
  EXPECT_EQ(refusal(floating), ErrorCode::device_revoked);
  org_.place(org_.signed_by(org_.admin, Reversal{laptop_.id()}));
  EXPECT_EQ(refusal(floating), ErrorCode::not_permitted);
  org_.place(org_.floating(phone_, Organisation::revocation(laptop_)));
}

TEST_F(RevocationTest, OfWordsTakesTheWordsOrAnAdministratorNotAStolenDevice) {
  const TestPaper paper = words(phone_);
  const auto target = Organisation::revocation(RevocationTarget::kPaper, paper.id());
  EXPECT_EQ(refusal(org_.signed_by(phone_, target)), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(phone_, org_.make_paper(kari_).paper)), ErrorCode::already_exists)
      << "nor does a device put its own words in their place";
  org_.place(org_.signed_by(paper, target));
  EXPECT_EQ(refusal(org_.signed_by(paper, Organisation::revocation(phone_))), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, target)), ErrorCode::already_exists);
  EXPECT_EQ(org_.identity.paper_of(kari_), std::nullopt);
  const TestPaper next = words(laptop_);
  EXPECT_EQ(org_.identity.paper_of(kari_), next.id());
  org_.place(org_.signed_by(org_.admin, Organisation::revocation(RevocationTarget::kPaper, next.id())));
}

TEST_F(RevocationTest, WordsMustBeHeldByWhoeverAnnouncesThemAndBeTheUsersOwn) {
  TestPaper paper = org_.make_paper(kari_);
  EXPECT_EQ(refusal(org_.signed_by(ola_phone_, paper.paper)), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, paper.paper)), ErrorCode::not_permitted);
  paper.paper.seal.bytes[0] ^= 1;
  EXPECT_EQ(refusal(org_.signed_by(phone_, paper.paper)), ErrorCode::bad_signature);
}

TEST_F(RevocationTest, WordsBringInADeviceOfTheirUserAlone) {
  const TestPaper paper = words(phone_);
  for (const TestDevice* device : {&phone_, &laptop_, &tablet_}) {
    org_.place(org_.signed_by(org_.admin, Organisation::revocation(*device)));
  }
  EXPECT_EQ(refusal(org_.certificate(paper, org_.make_device(ola_))), ErrorCode::not_permitted);
  const TestDevice fresh = org_.make_device(kari_);
  Entry forged = org_.certificate(paper, fresh);
  forged.sign_with(fresh.key);
  EXPECT_EQ(refusal(forged), ErrorCode::bad_signature);
  org_.place(org_.certificate(paper, fresh));
  EXPECT_TRUE(org_.identity.active(fresh.id()));
}

TEST_F(RevocationTest, ListsWhatTheDeviceBroughtInAndLeavesItStanding) {
  const TestDevice paired = org_.make_device(kari_), by_code = org_.make_device(kari_);
  org_.place(org_.certificate(phone_, paired));
  const TestPairing used = org_.make_pairing(kari_), pending = org_.make_pairing(kari_);
  org_.place(org_.signed_by(phone_, used.pairing));
  org_.place(org_.signed_by(phone_, pending.pairing));
  org_.place(org_.certificate(used, by_code));
  const TestPaper paper = words(phone_);
  org_.place(org_.signed_by(laptop_, Organisation::revocation(phone_)));
  const auto certified = org_.identity.certified_by(phone_.id());
  std::vector<DeviceId> devices = {paired.id(), by_code.id()};
  std::ranges::sort(devices);
  EXPECT_EQ(certified.devices, devices);
  EXPECT_EQ(certified.pairings.size(), 2u);
  EXPECT_EQ(certified.papers, std::vector<PaperId>{paper.id()});
  EXPECT_TRUE(org_.identity.active(by_code.id()));
  org_.place(
      org_.signed_by(laptop_, Organisation::revocation(RevocationTarget::kPairing, pending.pairing.pairing)));
  EXPECT_EQ(refusal(org_.certificate(pending, org_.make_device(kari_))), ErrorCode::invite_revoked);
  EXPECT_EQ(org_.identity.certified_by(org_.admin.id()).invites.size(), 4u);
}

TEST_F(RevocationTest, ACodeForPairingWorksOnceInTimeAndForItsUser) {
  const TestPairing pairing = org_.make_pairing(kari_);
  EXPECT_EQ(refusal(org_.signed_by(ola_phone_, pairing.pairing)), ErrorCode::not_permitted);
  EXPECT_EQ(refusal(org_.certificate(pairing, org_.make_device(kari_))), ErrorCode::invite_unknown);
  org_.place(org_.signed_by(phone_, pairing.pairing));
  EXPECT_EQ(refusal(org_.certificate(pairing, org_.make_device(ola_))), ErrorCode::not_permitted);
  Entry stolen = org_.certificate(pairing, org_.make_device(kari_));
  stolen.sign_with(phone_.key);
  EXPECT_EQ(refusal(stolen), ErrorCode::bad_signature);
  const Entry late = org_.certificate(pairing, org_.make_device(kari_));
  const auto expired = org_.identity.apply(late.encode(), pairing.pairing.expires_ms + 1);
  ASSERT_FALSE(expired.ok());
  EXPECT_EQ(expired.error().code, ErrorCode::invite_expired);
  org_.place(late);
  EXPECT_EQ(refusal(org_.certificate(pairing, org_.make_device(kari_))), ErrorCode::invite_used);
  EXPECT_EQ(refusal(org_.signed_by(
                phone_, Organisation::revocation(RevocationTarget::kPairing, pairing.pairing.pairing))),
            ErrorCode::invite_used);
}

TEST_F(RevocationTest, CutsAFurtherStoreOfTheDeviceByAnEntryOfItsOwn) {
  const WriterId second{{42}};
  EXPECT_EQ(org_.identity.device_of_writer(second, 999), std::nullopt);
  const std::uint64_t before = org_.identity.head().seq;
  org_.place(org_.floating(phone_, StoreInstance{second}));
  EXPECT_EQ(org_.identity.device_of_writer(second, org_.identity.head().seq), phone_.id());
  EXPECT_EQ(org_.identity.device_of_writer(second, before), std::nullopt);
  EXPECT_EQ(refusal(org_.floating(laptop_, StoreInstance{second})), ErrorCode::already_exists);
  EXPECT_EQ(refusal(org_.floating(laptop_, StoreInstance{writer_of_device(phone_.id())})),
            ErrorCode::already_exists)
      << "nobody takes another's writer";
  EXPECT_EQ(refusal(org_.signed_by(org_.admin, InstanceCutoffs{second, {{one_, 3, {{3}}}}})),
            ErrorCode::wrong_state);
  org_.place(org_.signed_by(laptop_, Organisation::revocation(phone_, {{one_, 9, {{9}}}})));
  EXPECT_EQ(cut(phone_, one_), 9u);
  EXPECT_EQ(org_.identity.cutoff_of(second, one_)->seq, 0u);
  EXPECT_EQ(refusal(org_.signed_by(ola_phone_, InstanceCutoffs{second, {{one_, 3, {{3}}}}})),
            ErrorCode::not_permitted);
  org_.place(org_.signed_by(laptop_, InstanceCutoffs{second, {{one_, 3, {{3}}}}}));
  EXPECT_EQ(org_.identity.cutoff_of(second, one_)->seq, 3u);
  EXPECT_EQ(refusal(org_.signed_by(laptop_, InstanceCutoffs{second, {{one_, 2, {{3}}}}})),
            ErrorCode::already_exists);
}

// A centre out of reach: at a hub an invite is redeemed, a device paired and a lost one revoked; the
// centre places them later in any order, while it has gone on.
TEST_F(RevocationTest, FloatingEntriesComeToTheSameInAnyOrderWithNoneLost) {
  const TestInvite invite = org_.invite(ola_);
  const TestDevice by_invite = org_.make_device(ola_), rival = org_.make_device(ola_);
  const TestDevice paired = org_.make_device(kari_);
  const std::vector<Entry> floating = {
      org_.certificate(invite, by_invite), org_.certificate(invite, rival), org_.certificate(laptop_, paired),
      org_.floating(laptop_, Organisation::revocation(phone_, {{one_, 3, {{3}}}})),
      org_.floating(tablet_, Organisation::revocation(phone_, {{one_, 5, {{5}}}, {two_, 1, {{1}}}}))};
  org_.invite(kari_);
  const IdentityState before = org_.identity;
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  std::size_t orders = 0;
  do {
    IdentityState state = before;
    std::vector<bool> placed(order.size());
    for (const std::size_t i : order) placed[i] = state.apply(floating[i].encode()).ok();
    EXPECT_NE(placed[0], placed[1]) << "a one-use invite is settled once";
    EXPECT_EQ(state.active(by_invite.id()), placed[0]);
    EXPECT_EQ(state.active(rival.id()), placed[1]);
    EXPECT_TRUE(state.active(paired.id()));
    EXPECT_FALSE(state.active(phone_.id()));
    EXPECT_EQ(state.cutoff_of(writer_of_device(phone_.id()), one_)->seq, 5u);
    EXPECT_EQ(state.cutoff_of(writer_of_device(phone_.id()), two_)->seq, 1u);
    ++orders;
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(orders, 120u);
}

// At a hub one thing leads to another: who redeemed an invite certifies a second device, which revokes the
// first. The centre hears of them in any order, what it could not place comes again, and also what it has
// placed comes twice.
TEST_F(RevocationTest, FloatingEntriesThatRestOnEachOtherAllStandOnceTheirTurnHasCome) {
  const TestInvite invite = org_.invite(ola_);
  const TestDevice first = org_.make_device(ola_), second = org_.make_device(ola_);
  const WriterId copied = org_.random().fixed<WriterId>();
  const std::vector<Entry> floating = {
      org_.certificate(invite, first), org_.certificate(first, second),
      org_.floating(first, StoreInstance{copied}),
      org_.floating(second, Organisation::revocation(first, {{one_, 2, {{2}}}}))};
  org_.invite(kari_);
  const IdentityState before = org_.identity;
  std::vector<std::size_t> order = {0, 1, 2, 3};
  std::set<bool> copy_stood;
  do {
    IdentityState state = before;
    std::vector<int> placed(order.size());
    for (std::size_t round = 0; round < order.size(); ++round) {
      for (const std::size_t i : order) placed[i] += state.apply(floating[i].encode()).ok() ? 1 : 0;
    }
    for (const std::size_t i : {0u, 1u, 3u}) EXPECT_EQ(placed[i], 1) << i;
    EXPECT_FALSE(state.active(first.id()));
    EXPECT_TRUE(state.active(second.id())) << "what a revoked device brought in stands";
    EXPECT_EQ(state.invite(invite.invite.invite)->device, first.id());
    EXPECT_EQ(state.cutoff_of(writer_of_device(first.id()), one_)->seq, 2u);
    // A name that a device took is worth nothing once the device is revoked, and all there is of it before.
    const auto owner = state.device_of_writer(copied, state.head().seq);
    EXPECT_EQ(owner.has_value(), placed[2] == 1);
    EXPECT_LE(placed[2], 1);
    copy_stood.insert(owner.has_value());
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(copy_stood.size(), 2u);
}

}  // namespace
}  // namespace samla::chain
