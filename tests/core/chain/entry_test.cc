#include "core/chain/entry.h"

#include <gtest/gtest.h>

#include "tests/support/sample_organisation.h"

namespace samla::chain {
namespace {

std::vector<Entry> one_of_each() {
  test::Organisation org;
  const UserId kari = org.random().fixed<UserId>();
  const auto invite =
      org.invite(kari, {{SpaceId{{3}}, Right::kWriter, true}, {SpaceId{{4}}, Right::kReader, false}});
  const auto phone = org.make_device(kari);
  const std::vector<Recipient> recipients = {{RecipientKind::kInvite, {{1}}, {{5}}},
                                             {RecipientKind::kEscrow, {{2}}, {{6}}}};
  const SpaceState space(SpaceId{{9}});
  return {
      org.signed_by_root(Genesis{{{1}}, {{2}}}),
      org.signed_by_root(AdminCertificate{kari, 3, phone.keys}),
      org.signed_by_root(AdminRemoval{phone.id()}),
      org.signed_by(org.admin, ServerKeys{{{1}}, {{2}}}),
      org.signed_by(org.admin, invite.invite),
      org.certificate(invite, phone),
      org.signed_by(
          org.admin,
          Revocation{RevocationTarget::kDevice, {{7}}, {{SpaceId{{1}}, 4, {{8}}}, {SpaceId{{2}}, 0, {}}}}),
      org.signed_by(org.admin, UserChange{kari, 1, invite.invite.entitlements}),
      org.space_entry(
          org.admin, space,
          SpaceGenesis{700, SpaceClass::kShared, {{1}}, GrantPolicy::kConfirm, GrantPolicy::kAuto, {{4}}}),
      org.space_entry(org.admin, space, Member{kari, Right::kManager}),
      org.space_entry(org.admin, space, Epoch{2, {{1}}, {1, 2, 3}, recipients}),
      org.space_entry(org.admin, space, GrantList{2, recipients}),
      org.signed_by(org.admin, Reserved{11, {1, 2, 3}}),
  };
}

TEST(Entry, RoundTripsWithEveryBodyAndRefusesEveryTruncation) {
  for (const Entry& entry : one_of_each()) {
    const Bytes bytes = entry.encode();
    const auto decoded = Entry::decode(bytes);
    ASSERT_TRUE(decoded.ok()) << "body " << entry.body.index() << " " << decoded.error().message();
    EXPECT_EQ(*decoded, entry);
    EXPECT_EQ(decoded->encode(), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(Entry::decode(ByteView(bytes).first(size)).ok());
  }
}

TEST(Entry, RefusesEveryFlippedBitByFormOrSignature) {
  test::Organisation org;
  for (const Entry& entry : one_of_each()) {
    if (entry.author.kind != AuthorKind::kDevice) continue;
    const VerifyKey key = org.admin.keys.sign;
    const Bytes bytes = entry.encode();
    ASSERT_TRUE(Entry::decode(bytes)->signed_by(key));
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 3) {
      Bytes flipped = bytes;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const auto decoded = Entry::decode(flipped);
      if (!decoded.ok()) continue;
      EXPECT_EQ(decoded->encode(), flipped) << "two encodings of one entry, bit " << bit;
      EXPECT_FALSE(decoded->signed_by(key)) << "body " << entry.body.index() << " bit " << bit;
    }
  }
}

TEST(Entry, RefusesListsOutOfOrder) {
  test::Organisation org;
  Entry entry = org.signed_by(
      org.admin,
      UserChange{{{1}}, 1, {{SpaceId{{4}}, Right::kWriter, false}, {SpaceId{{3}}, Right::kWriter, false}}});
  EXPECT_EQ(Entry::decode(entry.encode()).error().code, ErrorCode::not_canonical);
}

TEST(Head, DependsOnTheWholeHistory) {
  const Head first = next_head({}, as_bytes("a"));
  EXPECT_EQ(first.seq, 1u);
  EXPECT_NE(next_head(first, as_bytes("b")).hash,
            next_head(next_head({}, as_bytes("c")), as_bytes("b")).hash);
}

}  // namespace
}  // namespace samla::chain
