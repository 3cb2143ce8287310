// Floating entries: made while the centre was out of reach, carried by whoever comes by, and placed later in
// any order. None is lost, what works once is settled once, and what had been done meanwhile is kept.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::TestDevice;

/// A chain, and entries that were made having seen its head.
class FloatingEntries : public ::testing::Test {
 protected:
  void SetUp() override {
    invite_ = org_.invite(ola_);
    pairing_ = org_.make_pairing(kari_);
    org_.place(org_.signed_by(phone_, pairing_.pairing));
    entries_ = {
        org_.certificate(invite_, first_),  // two devices that redeem one invite, at two hubs
        org_.certificate(invite_, second_),
        org_.certificate(pairing_, tablet_),  // by the code of Kari's phone
        org_.certificate(laptop_, watch_),    // by her laptop
        org_.floating(laptop_, Organisation::revocation(phone_, {{space_, 7, {{7}}}})),
        org_.floating(laptop_, StoreInstance{copied_}),
    };
  }

  /// As a server places what comes: in that order, each once; what is refused comes again later. Which of
  /// them stand.
  std::vector<bool> place(IdentityState& state, const std::vector<std::size_t>& order) const {
    std::vector<bool> stands(entries_.size());
    for (int round = 0; round < 2; ++round) {
      for (const std::size_t i : order) {
        if (!stands[i]) stands[i] = state.apply(entries_[i].encode(), kNowMs).ok();
      }
    }
    return stands;
  }
  template <class Check>
  void in_every_order(Check check) const {
    std::vector<std::size_t> order(entries_.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      IdentityState state = org_.identity;
      const std::vector<bool> stands = place(state, order);
      ASSERT_NO_FATAL_FAILURE(check(state, stands)) << ::testing::PrintToString(order);
    } while (std::ranges::next_permutation(order).found);
  }

  static constexpr std::uint64_t kNowMs = 1'475'000'000'000;
  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  UserId ola_ = org_.random().fixed<UserId>();
  SpaceId space_{{1}};
  WriterId copied_{{9}};
  TestDevice phone_ = org_.join(kari_);
  TestDevice laptop_ = org_.join(kari_);
  TestDevice first_ = org_.make_device(ola_);
  TestDevice second_ = org_.make_device(ola_);
  TestDevice tablet_ = org_.make_device(kari_);
  TestDevice watch_ = org_.make_device(kari_);
  test::TestInvite invite_ = org_.make_invite(ola_);
  test::TestPairing pairing_ = org_.make_pairing(kari_);
  std::vector<Entry> entries_;
};

TEST_F(FloatingEntries, AreAllPlacedInWhateverOrderTheyComeAndAnInviteIsSettledOnce) {
  in_every_order([&](const IdentityState& state, const std::vector<bool>& stands) {
    EXPECT_NE(stands[0], stands[1]) << "one of the two who redeemed the invite";
    EXPECT_EQ(std::ranges::count(stands, true), static_cast<std::ptrdiff_t>(entries_.size()) - 1);
    EXPECT_EQ(state.invite(invite_.invite.invite)->status, OneUseStatus::kUsed);
    EXPECT_EQ(state.invite(invite_.invite.invite)->device, stands[0] ? first_.id() : second_.id());
    EXPECT_EQ(state.active(first_.id()), stands[0]);
    EXPECT_EQ(state.active(second_.id()), stands[1]);
    EXPECT_TRUE(state.active(tablet_.id()));
    EXPECT_TRUE(state.active(watch_.id()));
    EXPECT_FALSE(state.active(phone_.id()));
    EXPECT_EQ(state.cutoff_of(writer_of_device(phone_.id()), space_), (Cutoff{space_, 7, {{7}}}));
    EXPECT_EQ(state.device_of_writer(copied_, state.head().seq), laptop_.id());
  });
}

// At a hub the losing device had worked on its certificate alone. The person invites it once more, and what
// it had written is its own still: the certificate names the same key, so the device and its writer are the
// same.
TEST_F(FloatingEntries, LeaveWhoLostARaceForAnInviteItsNameForTheNextOne) {
  IdentityState state = org_.identity;
  ASSERT_TRUE(state.apply(entries_[0].encode(), kNowMs).ok());
  const auto lost = state.apply(entries_[1].encode(), kNowMs);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, ErrorCode::invite_used);
  org_.place(entries_[0]);
  const test::TestInvite another = org_.invite(ola_);
  org_.place(org_.certificate(another, second_));
  EXPECT_TRUE(org_.identity.active(second_.id()));
  EXPECT_EQ(org_.identity.device_of_writer(writer_of_device(second_.id()), org_.identity.head().seq),
            second_.id());
}

// Whatever stood in the chain before, and whatever comes between.
TEST_F(FloatingEntries, HoldBehindAnyNumberOfEntriesThatTheirAuthorsHadNotSeen) {
  SeededRandom random(20261201);
  for (int run = 0; run < 200; ++run) {
    SCOPED_TRACE(run);
    std::vector<std::size_t> order(entries_.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    Organisation& org = org_;
    const IdentityState before = org.identity;
    std::vector<bool> stands(entries_.size());
    for (const std::size_t i : order) {
      for (std::uint64_t more = random.below(3); more > 0; --more) org.invite(org.random().fixed<UserId>());
      stands[i] = org.identity.apply(entries_[i].encode(), kNowMs).ok();
    }
    EXPECT_NE(stands[0], stands[1]);
    EXPECT_EQ(std::ranges::count(stands, true), static_cast<std::ptrdiff_t>(entries_.size()) - 1);
    org.identity = before;
  }
}

// A branch was given up for another: what floats was signed for no place, and is placed on the one that
// stands.
TEST_F(FloatingEntries, OfABranchThatWasGivenUpArePlacedOnTheOneThatStands) {
  const Head common = org_.identity.head();
  const IdentityState before = org_.identity;
  org_.invite(ola_);  // on the branch that is lost
  const Head lost = org_.identity.head();
  const Entry paired = org_.certificate(laptop_, org_.make_device(kari_));
  const Entry revoked = org_.floating(laptop_, Organisation::revocation(phone_));
  org_.identity = before;
  org_.invite(ola_);
  EXPECT_EQ(org_.identity.apply(paired.encode()).error().code, ErrorCode::chain_forked);
  org_.place(org_.signed_by(org_.admin, Repair{common, {lost}}));
  org_.place(paired);
  org_.place(revoked);
  EXPECT_FALSE(org_.identity.active(phone_.id()));
}

}  // namespace
}  // namespace samla::chain
