#include "core/chain/comparison.h"

#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;

/// A chain of numbers: two are equal up to where their letters are.
ChainView chain_of(const std::string& letters) {
  std::vector<Head> heads(1);
  for (const char c : letters) heads.push_back(next_head(heads.back(), Bytes{static_cast<std::uint8_t>(c)}));
  const Head head = heads.back();
  return {head, [heads](std::uint64_t seq) { return heads.at(seq).hash; }};
}

TEST(Comparison, TellsBehindFromAheadFromForkedAndWhere) {
  const auto relation = [](const std::string& ours, const std::string& offered) {
    return compare(chain_of(ours), chain_of(offered));
  };
  EXPECT_EQ(relation("", ""), (Comparison{ChainRelation::kSame, 0}));
  EXPECT_EQ(relation("abc", "abc"), (Comparison{ChainRelation::kSame, 3}));
  EXPECT_EQ(relation("abc", "a"), (Comparison{ChainRelation::kBehind, 1}));
  EXPECT_EQ(relation("abc", ""), (Comparison{ChainRelation::kBehind, 0}));
  EXPECT_EQ(relation("a", "abc"), (Comparison{ChainRelation::kAhead, 1}));
  for (std::size_t common = 0; common < 40; ++common) {
    for (std::size_t more = 1; more < 5; ++more) {
      const std::string same(common, 'x');
      const auto found = relation(same + std::string(more, 'a'), same + "b" + std::string(more * 3, 'a'));
      EXPECT_EQ(found, (Comparison{ChainRelation::kForked, common}));
    }
  }
}

TEST(Comparison, OfAPinKnowsAnAbandonedBranchByTheRepairThatNamesIt) {
  Organisation org;
  const UserId kari = org.random().fixed<UserId>();
  const Head common = org.identity.head();
  EXPECT_EQ(compare_pin(common, org.identity), PinRelation::kHeld);
  IdentityState other = org.identity;
  ASSERT_TRUE(other.apply(org.signed_by(org.admin, org.make_invite(kari).invite).encode()).ok());
  EXPECT_EQ(compare_pin(other.head(), org.identity), PinRelation::kBehind);
  org.invite(kari);
  EXPECT_EQ(compare_pin(other.head(), org.identity), PinRelation::kForked);
  EXPECT_EQ(compare(ChainView::of(other), ChainView::of(org.identity)),
            (Comparison{ChainRelation::kForked, common.seq}));
  org.place(org.signed_by(org.admin, Repair{common, {other.head()}}));
  EXPECT_EQ(compare_pin(other.head(), org.identity), PinRelation::kRepaired);
  EXPECT_EQ(compare_pin(common, org.identity), PinRelation::kHeld);
}

TEST(ComparisonCode, IsTheSameForTheSameHeadsInAnyOrderAndAnotherForOthers) {
  const OrganisationId org{{1}};
  const std::vector<std::pair<SpaceId, Head>> spaces = {{SpaceId{{1}}, {3, {{4}}}},
                                                        {SpaceId{{2}}, {5, {{6}}}}};
  const std::vector<std::pair<SpaceId, Head>> swapped = {spaces[1], spaces[0]};
  const std::string code = comparison_code(org, {9, {{9}}}, spaces);
  ASSERT_EQ(code.size(), 14u);
  EXPECT_EQ(code[4], '-');
  EXPECT_EQ(code[9], '-');
  EXPECT_EQ(comparison_code(org, {9, {{9}}}, swapped), code);
  EXPECT_NE(comparison_code(org, {10, {{9}}}, spaces), code);
  EXPECT_NE(comparison_code(org, {9, {{9}}}), code);
  EXPECT_NE(comparison_code({{2}}, {9, {{9}}}, spaces), code);
}

TEST(ComparisonCode, IsReadOutInAnyCaseAndWithLettersThatLookLikeDigits) {
  EXPECT_TRUE(same_code("7K2M-XW0D-91TA", "7k2m xwod-9ita"));
  EXPECT_FALSE(same_code("7K2M-XW0D-91TA", "7K2M-XW0D-91TB"));
  EXPECT_FALSE(same_code("", ""));
  EXPECT_FALSE(same_code("7K2M", "7K2M"));
}

}  // namespace
}  // namespace samla::chain
