// A newcomer's way: an administrator's checkpoint, the state that it names, and the entries after it.
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/encoding.h"
#include "tests/support/random_organisation.h"

namespace samla::chain {
namespace {

using test::Organisation;
using test::RandomOrganisation;
using test::TestDevice;

class CheckpointTest : public testing::Test {
 protected:
  ErrorCode refusal(const Bytes& state, const Entry& checkpoint, const Entry& certificate) const {
    const auto loaded = IdentityState::from_checkpoint(org_.id(), org_.identity.genesis()->root, state,
                                                       checkpoint.encode(), certificate.encode());
    EXPECT_FALSE(loaded.ok());
    return loaded.ok() ? ErrorCode::internal : loaded.error().code;
  }
  Checkpoint checkpoint_now() const { return {org_.identity.state_hash()}; }

  Organisation org_;
  UserId kari_ = org_.random().fixed<UserId>();
  TestDevice phone_ = org_.join(kari_);
  Entry certificate_ = org_.signed_by_root(AdminCertificate{org_.admin.user, 3, org_.admin.keys});
};

TEST_F(CheckpointTest, BringsANewcomerToTheStateOfWhoeverTookEveryEntry) {
  const Bytes state = org_.identity.encode();
  const Entry checkpoint = org_.signed_by(org_.admin, checkpoint_now());
  auto loaded = IdentityState::from_checkpoint(org_.id(), org_.identity.genesis()->root, state,
                                               checkpoint.encode(), certificate_.encode());
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  org_.place(checkpoint);
  ASSERT_TRUE(loaded->apply(checkpoint.encode()).ok());
  const auto invite = org_.make_invite(kari_);
  const Entry next = org_.signed_by(org_.admin, invite.invite);
  org_.place(next);
  ASSERT_TRUE(loaded->apply(next.encode()).ok());
  EXPECT_EQ(loaded->encode(), org_.identity.encode());
  EXPECT_EQ(loaded->seq_of(org_.identity.hash_at(2)), 2u) << "old heads are known: changesets name them";
}

TEST_F(CheckpointTest, IsBelievedOnlyOfAnAdministratorWhomTheRootCertified) {
  const Bytes state = org_.identity.encode();
  const Entry good = org_.signed_by(org_.admin, checkpoint_now());
  EXPECT_EQ(refusal(state, org_.signed_by(phone_, checkpoint_now()), certificate_), ErrorCode::not_authentic);
  Entry forged = good;
  forged.sign_with(phone_.key);
  EXPECT_EQ(refusal(state, forged, certificate_), ErrorCode::not_authentic);
  Entry by_nobody = certificate_;
  std::get<AdminCertificate>(by_nobody.body).keys = phone_.keys;
  by_nobody.sign_with(phone_.key);
  EXPECT_EQ(refusal(state, org_.signed_by(phone_, checkpoint_now()), by_nobody), ErrorCode::not_authentic);
  Entry elsewhere = good;
  elsewhere.anchor.hash.bytes[0] ^= 1;
  elsewhere.sign_with(org_.admin.key);
  EXPECT_EQ(refusal(state, elsewhere, certificate_), ErrorCode::not_authentic);
  for (std::size_t i = 0; i < state.size(); i += 7) {
    Bytes touched = state;
    touched[i] ^= 1;
    EXPECT_EQ(refusal(touched, good, certificate_), ErrorCode::not_authentic);
  }
}

TEST_F(CheckpointTest, OfAnAdministratorWhomTheRootHasRemovedIsNotBelieved) {
  org_.place(org_.signed_by_root(AdminRemoval{org_.admin.id()}));
  EXPECT_EQ(refusal(org_.identity.encode(), org_.signed_by(org_.admin, checkpoint_now()), certificate_),
            ErrorCode::not_authentic);
}

TEST_F(CheckpointTest, IsRefusedByWhoeverHoldsTheChainAndKnowsBetter) {
  const auto by_admin = org_.identity.apply(org_.signed_by(org_.admin, Checkpoint{{{1}}}).encode());
  EXPECT_EQ(by_admin.error().code, ErrorCode::not_authentic);
  const auto by_phone = org_.identity.apply(org_.signed_by(phone_, checkpoint_now()).encode());
  EXPECT_EQ(by_phone.error().code, ErrorCode::not_permitted);
}

TEST(SpaceCheckpointTest, BringsANewcomerToTheSameStateByAnAdministratorsWordAlone) {
  RandomOrganisation random(5);
  Organisation& org = random.organisation();
  SpaceState space = random.state();
  const Bytes bytes = space.encode();
  const Entry entry = org.space_entry(org.admin, space, SpaceCheckpoint{space.state_hash()});
  auto loaded = SpaceState::from_checkpoint(space.space(), bytes, entry.encode(), org.identity);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  ASSERT_TRUE(loaded->apply(entry.encode(), org.identity).ok());
  org.place(space, entry);
  EXPECT_EQ(loaded->encode(), space.encode());
  const TestDevice& member = random.devices().front();
  const Entry by_member =
      org.space_entry(member, random.state(), SpaceCheckpoint{random.state().state_hash()});
  EXPECT_EQ(SpaceState::from_checkpoint(space.space(), bytes, by_member.encode(), org.identity).error().code,
            ErrorCode::not_authentic);
  Bytes touched = bytes;
  touched.back() ^= 1;
  EXPECT_EQ(SpaceState::from_checkpoint(space.space(), touched, entry.encode(), org.identity).error().code,
            ErrorCode::not_authentic);
  SpaceState again = random.state();
  EXPECT_FALSE(
      again.apply(org.space_entry(org.admin, again, SpaceCheckpoint{{{1}}}).encode(), org.identity).ok());
}

template <class State>
void expect_survives_and_refuses(const Bytes& bytes) {
  const auto loaded = State::decode(bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded->encode(), bytes);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 200) {
    EXPECT_FALSE(State::decode(ByteView(bytes).first(size)).ok());
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 1 + bit / 400) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto other = State::decode(flipped);
    if (!other.ok()) continue;
    EXPECT_EQ(other->encode(), flipped) << "two encodings of one state, bit " << bit;
  }
}

TEST(ChainStateTest, RoundTripsAndRefusesEveryTruncation) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomOrganisation random(seed, 60);
    expect_survives_and_refuses<IdentityState>(random.identity().encode());
    expect_survives_and_refuses<SpaceState>(random.state().encode());
  }
}

// What checkpoints have named must have the same hash for ever.
TEST(ChainStateTest, HasTheBytesThatItAlwaysHad) {
  std::ifstream file(SAMLA_SOURCE_DIR "/tests/vectors/chain_states.txt");
  const RandomOrganisation random(2, 25);
  std::string name, hex;
  ASSERT_TRUE(file >> name >> hex);
  EXPECT_EQ(to_hex(random.identity().encode()), hex);
  ASSERT_TRUE(file >> name >> hex);
  EXPECT_EQ(to_hex(random.state().encode()), hex);
}

}  // namespace
}  // namespace samla::chain
