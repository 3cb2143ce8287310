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

/// A space of the organisation's, and one that a member founded.
class SpaceCheckpointTest : public CheckpointTest {
 protected:
  SpaceState founded_by(const TestDevice& founder, std::uint8_t scope) {
    const SpaceGenesis genesis{1, SpaceClass::kShared, {{scope}}, GrantPolicy::kAuto, GrantPolicy::kAuto, {}};
    const SpaceId id = space_id(org_.id(), 1, genesis.scope.view());
    if (founder.id() != org_.admin.id()) {
      org_.place(org_.signed_by(org_.admin, UserChange{founder.user, 1, {{id, Right::kManager, true}}}));
    }
    SpaceState state(id);
    genesis_ = org_.space_entry(founder, state, genesis).encode();
    org_.place(state, *Entry::decode(genesis_));
    org_.place(state, org_.space_entry(founder, state, Epoch{1, {}, {}, {Organisation::recipient(founder)}}));
    org_.place(state, org_.space_entry(founder, state, Member{phone_.user, Right::kWriter}));
    org_.place(state, org_.space_entry(founder, state, GrantList{1, {Organisation::recipient(phone_)}}));
    return state;
  }
  Result<SpaceState> begin(const SpaceState& of, const Bytes& state, const Entry& checkpoint) const {
    return SpaceState::from_checkpoint(of.space(), state, checkpoint.encode(), genesis_, org_.identity);
  }
  Entry checkpoint_by(const TestDevice& author, const SpaceState& space) const {
    return org_.space_entry(author, space, SpaceCheckpoint{space.state_hash()});
  }

  TestDevice ola_ = org_.join(org_.random().fixed<UserId>());
  Bytes genesis_;
};

TEST_F(SpaceCheckpointTest, BringsANewcomerToTheSameState) {
  SpaceState space = founded_by(org_.admin, 1);
  org_.place(space, org_.space_entry(phone_, space, Epoch{2, {}, {1}, org_.wanted(space)}));
  const Entry entry = checkpoint_by(org_.admin, space);
  auto loaded = begin(space, space.encode(), entry);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  ASSERT_TRUE(loaded->apply(entry.encode(), org_.identity).ok());
  org_.place(space, entry);
  EXPECT_EQ(loaded->encode(), space.encode());
  EXPECT_EQ(loaded->since_checkpoint(), (SinceCheckpoint{space.head().seq, 0}));
}

TEST_F(SpaceCheckpointTest, IsBelievedOfAnAdministratorAloneAndOfTheStateThatItNames) {
  SpaceState space = founded_by(org_.admin, 1);
  const Bytes bytes = space.encode();
  EXPECT_EQ(begin(space, bytes, checkpoint_by(phone_, space)).error().code, ErrorCode::not_authentic);
  Bytes touched = bytes;
  touched.back() ^= 1;
  EXPECT_EQ(begin(space, touched, checkpoint_by(org_.admin, space)).error().code, ErrorCode::not_authentic);
  const SpaceState other = founded_by(org_.admin, 2);
  EXPECT_EQ(begin(space, other.encode(), checkpoint_by(org_.admin, other)).error().code,
            ErrorCode::not_authentic)
      << "another space's";
  EXPECT_FALSE(
      space.apply(org_.space_entry(org_.admin, space, SpaceCheckpoint{{{1}}}).encode(), org_.identity).ok());
}

// An administrator who is no member of a unit could make up its epochs, to whose key it then had the
// newcomer write.
TEST_F(SpaceCheckpointTest, IsNotTakenInASpaceThatNoAdministratorFounded) {
  SpaceState unit = founded_by(ola_, 3);
  const Entry entry = checkpoint_by(org_.admin, unit);
  EXPECT_EQ(unit.apply(entry.encode(), org_.identity).error().code, ErrorCode::not_permitted);
  EXPECT_EQ(begin(unit, unit.encode(), entry).error().code, ErrorCode::not_authentic);
  // Nor with the genesis of another space, which an administrator did found.
  founded_by(org_.admin, 4);
  EXPECT_EQ(begin(unit, unit.encode(), entry).error().code, ErrorCode::not_authentic);
  // Nor with one of the administrator's making for this very space: the state's first head is another.
  SpaceState nothing(unit.space());
  const SpaceGenesis own{1, SpaceClass::kShared, {{3}}, GrantPolicy::kAuto, GrantPolicy::kAuto, {}};
  genesis_ = org_.space_entry(org_.admin, nothing, own).encode();
  EXPECT_EQ(begin(unit, unit.encode(), entry).error().code, ErrorCode::not_authentic);
}

TEST_F(CheckpointTest, KeepsTheBytesForWhoeverServesNewcomersAndForNobodyElse) {
  IdentityState server = org_.identity;
  server.keep_checkpoints();
  const Bytes state = org_.identity.encode();
  const Entry checkpoint = org_.signed_by(org_.admin, checkpoint_now());
  org_.place(checkpoint);
  ASSERT_TRUE(server.apply(checkpoint.encode()).ok());
  ASSERT_NE(server.checkpoint_state(), nullptr);
  EXPECT_EQ(*server.checkpoint_state(), state);
  EXPECT_EQ(org_.identity.checkpoint_state(), nullptr);
  EXPECT_EQ(server.since_checkpoint(), (SinceCheckpoint{server.head().seq, 0}));
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
