// SpaceState as bytes, and the newcomer's way from a checkpoint.
#include "core/chain/space_state.h"
#include "core/chain/state_codec.h"

namespace samla::chain {

namespace {

constexpr std::uint8_t kSpaceStateVersion = 2;

Error unbelieved(std::string hint) { return fail(ErrorCode::not_authentic, "checkpoint", std::move(hint)); }

}  // namespace

template <class A>
void fields(A& a, Either<HeadFacts> auto& v) {
  a(v.hash, v.identity_seq);
}
template <class A>
void fields(A& a, Either<SpaceGenesis> auto& v) {
  a(v.purpose, v.space_class, v.scope, v.co_members, v.own_devices, v.tag_key);
}
template <class A>
void fields(A& a, Either<Policy> auto& v) {
  a(v.co_members, v.own_devices);
}
template <class A>
void fields(A& a, Either<Recipient> auto& v) {
  a(v.kind, v.id, v.grant);
}
template <class A>
void fields(A& a, Either<Epoch> auto& v) {
  a(v.epoch, v.key, v.previous, v.recipients);
}
template <class A>
void fields(A& a, Either<EpochFacts> auto& v) {
  a(v.at, v.entry);
}
template <class A>
void fields(A& a, Either<RightFacts> auto& v) {
  a(v.at, v.right);
}
template <class A>
void fields(A& a, Either<GrantFacts> auto& v) {
  a(v.kind, v.since, v.epoch, v.grant);
}

template <class Archive, class State>
void SpaceState::fields(Archive& a, State& s) {
  a(s.space_, s.head_, s.since_checkpoint_, s.founded_by_admin_, s.identity_seq_, s.hashes_, s.abandoned_,
    s.genesis_, s.policy_, s.escrow_on_, s.epoch_, s.epochs_, s.rights_, s.grants_);
}

Bytes SpaceState::encode() const {
  Saving saving;
  saving(kSpaceStateVersion);
  fields(saving, *this);
  return saving.take();
}

sign::Hash SpaceState::hash_of_state(ByteView state) {
  return sign::hash("samla/chain/space_state/1", state);
}

sign::Hash SpaceState::state_hash() const { return hash_of_state(encode()); }

Result<SpaceState> SpaceState::decode(ByteView bytes) {
  Reader in(bytes);
  if (in.varint() != kSpaceStateVersion) in.refuse(ErrorCode::version_unknown);
  SAMLA_TRY(in.status("chain.space_state"));
  SpaceState state{SpaceId{}};
  Loading loading(in);
  fields(loading, state);
  SAMLA_TRY(in.finish("chain.space_state"));
  if (!state.holds_together()) return fail(ErrorCode::malformed, "chain.space_state");
  state.index_heads();
  if (!equal(state.encode(), bytes)) return fail(ErrorCode::not_canonical, "chain.space_state");
  return state;
}

/// What the look-ups and rules rely on without asking.
bool SpaceState::holds_together() const {
  const bool empty = head_.seq == 0;
  if (hashes_.size() != head_.seq || genesis_.has_value() == empty || epochs_.size() != epoch_) return false;
  std::uint64_t seq = 0;
  for (const auto& [number, head] : hashes_) {
    if (number != ++seq) return false;
  }
  if (!empty && hash_at(head_.seq) != head_.hash) return false;
  if (empty && !rights_.empty()) return false;
  std::uint32_t epoch = 0;
  for (const auto& [number, facts] : epochs_) {
    if (number != ++epoch || facts.entry.epoch != number) return false;
  }
  for (const auto& [user, changes] : rights_) {
    if (changes.empty()) return false;
  }
  return true;
}

void SpaceState::index_heads() {
  for (const auto& [seq, head] : hashes_) heads_.put(head.hash, seq);
}

namespace {

/// Whether the entry is that device's, and the device was an administrator's at the head that it relied on.
Result<void> check_by_admin(const Entry& entry, const SpaceId& space, const IdentityState& identity) {
  const DeviceId author = DeviceId::from(entry.author.id.view());
  const auto at = identity.seq_of(entry.identity.hash);
  if (!at) return fail(ErrorCode::chain_behind, "checkpoint");
  if (entry.space != space || entry.floating || entry.organisation != identity.organisation() ||
      entry.author.kind != AuthorKind::kDevice || *at != entry.identity.seq ||
      !identity.is_admin_at(author, *at) || !entry.signed_by(identity.device(author)->keys.sign)) {
    return unbelieved("no administrator has signed it");
  }
  return {};
}

}  // namespace

// Nothing of the state is read before it is the one that the administrator signed for. With its first entry
// the space shows that it is one of which administrators may speak: they made its keys.
Result<SpaceState> SpaceState::from_checkpoint(const SpaceId& space, ByteView state,
                                               ByteView checkpoint_entry, ByteView genesis_entry,
                                               const IdentityState& identity) {
  SAMLA_ASSIGN(const Entry entry, Entry::decode(checkpoint_entry));
  SAMLA_ASSIGN(const Entry first, Entry::decode(genesis_entry));
  SAMLA_TRY(check_by_admin(entry, space, identity));
  SAMLA_TRY(check_by_admin(first, space, identity));
  const auto* named = std::get_if<SpaceCheckpoint>(&entry.body);
  const auto* genesis = std::get_if<SpaceGenesis>(&first.body);
  if (named == nullptr || genesis == nullptr || genesis->space_class != SpaceClass::kShared ||
      space_id(identity.organisation(), genesis->purpose, genesis->scope.view()) != space) {
    return unbelieved("administrators do not speak for this space");
  }
  if (hash_of_state(state) != named->state) {
    return unbelieved("the administrator has signed for another state");
  }
  SAMLA_ASSIGN(SpaceState loaded, decode(state));
  if (loaded.space_ != space || loaded.head_ != entry.anchor || loaded.head_.seq == 0 ||
      loaded.hash_at(1) != next_head({}, genesis_entry).hash || loaded.genesis_ != *genesis) {
    return unbelieved("it is the state of something else");
  }
  return loaded;
}

}  // namespace samla::chain
