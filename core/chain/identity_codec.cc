// IdentityState as bytes, and the newcomer's way from a checkpoint.
#include "core/chain/identity_state.h"
#include "core/chain/state_codec.h"

namespace samla::chain {

namespace {

constexpr std::uint8_t kIdentityStateVersion = 2;

Error unbelieved(std::string hint) { return fail(ErrorCode::not_authentic, "checkpoint", std::move(hint)); }

}  // namespace

template <class A>
void fields(A& a, Either<Genesis> auto& v) {
  a(v.root, v.salt);
}
template <class A>
void fields(A& a, Either<DeviceKeysPublic> auto& v) {
  a(v.sign, v.seal, v.noise);
}
template <class A>
void fields(A& a, Either<Cutoff> auto& v) {
  a(v.space, v.seq, v.hash);
}
template <class A>
void fields(A& a, Either<EscrowAccess> auto& v) {
  a(v.escrow, v.space, v.at);
}
template <class A>
void fields(A& a, Either<DeviceFacts> auto& v) {
  a(v.user, v.keys, v.certified_at, v.certified_ms, v.certified_by, v.invite, v.revoked_at, v.cutoffs,
    v.revoked_by, v.admin, v.revoked, v.admin_span, v.escrows);
}
template <class A>
void fields(A& a, Either<Entitlement> auto& v) {
  a(v.space, v.right, v.may_found);
}
template <class A>
void fields(A& a, Either<Invite> auto& v) {
  a(v.invite, v.user, v.role, v.gate, v.auth, v.seal, v.expires_ms, v.entitlements);
}
template <class A>
void fields(A& a, Either<InviteFacts> auto& v) {
  a(v.invite, v.status, v.device, v.certified_at, v.settled_at, v.certified_by);
}
template <class A>
void fields(A& a, Either<Pairing> auto& v) {
  a(v.pairing, v.user, v.gate, v.auth, v.seal, v.expires_ms);
}
template <class A>
void fields(A& a, Either<PairingFacts> auto& v) {
  a(v.pairing, v.status, v.device, v.certified_at, v.settled_at, v.certified_by);
}
template <class A>
void fields(A& a, Either<PaperFacts> auto& v) {
  a(v.user, v.sign, v.seal, v.certified_at, v.revoked_at, v.certified_by);
}
template <class A>
void fields(A& a, Either<EscrowHolder> auto& v) {
  a(v.sign, v.seal, v.share);
}
template <class A>
void fields(A& a, Either<Escrow> auto& v) {
  a(v.escrow, v.seal, v.holders);
}
template <class A>
void fields(A& a, Either<EscrowFacts> auto& v) {
  a(v.escrow, v.declared_at, v.revoked_at);
}
template <class A>
void fields(A& a, Either<UserFacts> auto& v) {
  a(v.role, v.entitlements, v.since);
}
template <class A>
void fields(A& a, Either<UserHistory> auto& v) {
  a(v.versions, v.devices, v.invites, v.papers, v.pairings);
}
template <class A>
void fields(A& a, Either<InstanceFacts> auto& v) {
  a(v.device, v.since, v.cutoffs);
}
template <class A>
void fields(A& a, Either<HoldFacts> auto& v) {
  a(v.spaces, v.span);
}
template <class A>
void fields(A& a, Either<ServerKeys> auto& v) {
  a(v.noise, v.receipts);
}
template <class A>
void fields(A& a, Either<ServerKeysFacts> auto& v) {
  a(v.keys, v.since);
}
template <class A>
void fields(A& a, Either<ChangesetPlace> auto& v) {
  a(v.space, v.writer, v.seq);
}

template <class Archive, class State>
void IdentityState::fields(Archive& a, State& s) {
  a(s.organisation_, s.head_, s.since_checkpoint_, s.genesis_, s.hashes_, s.devices_, s.invites_, s.users_,
    s.papers_, s.pairings_, s.escrows_, s.instances_, s.branches_, s.erasures_, s.holds_, s.abandoned_,
    s.server_keys_, s.all_server_keys_);
}

Bytes IdentityState::encode() const {
  Saving saving;
  saving(kIdentityStateVersion);
  fields(saving, *this);
  return saving.take();
}

sign::Hash IdentityState::hash_of_state(ByteView state) { return sign::hash("samla/chain/state/1", state); }

sign::Hash IdentityState::state_hash() const { return hash_of_state(encode()); }

Result<IdentityState> IdentityState::decode(ByteView bytes) {
  Reader in(bytes);
  if (in.varint() != kIdentityStateVersion) in.refuse(ErrorCode::version_unknown);
  SAMLA_TRY(in.status("chain.state"));
  IdentityState state{OrganisationId{}};
  Loading loading(in);
  fields(loading, state);
  SAMLA_TRY(in.finish("chain.state"));
  if (!state.holds_together()) return fail(ErrorCode::malformed, "chain.state");
  state.index_heads();
  if (!equal(state.encode(), bytes)) return fail(ErrorCode::not_canonical, "chain.state");
  return state;
}

/// What the look-ups and rules rely on without asking.
bool IdentityState::holds_together() const {
  const bool empty = head_.seq == 0;
  if (hashes_.size() != head_.seq || genesis_.has_value() == empty) return false;
  std::uint64_t seq = 0;
  for (const auto& [number, hash] : hashes_) {
    if (number != ++seq) return false;
  }
  if (!empty && (hash_at(head_.seq) != head_.hash || organisation_id(*genesis_) != organisation_))
    return false;
  for (const auto& [id, device] : devices_) {
    if (device.admin && !device.admin_span) return false;
    if (device.revoked_at && device.revoked.empty()) return false;
  }
  return true;
}

void IdentityState::index_heads() {
  for (const auto& [seq, hash] : hashes_) heads_.put(hash, seq);
}

// Nothing of the state is read before it is the one that the administrator signed for.
Result<IdentityState> IdentityState::from_checkpoint(const OrganisationId& organisation,
                                                     const VerifyKey& root, ByteView state,
                                                     ByteView checkpoint_entry,
                                                     ByteView admin_certificate_entry) {
  SAMLA_ASSIGN(const Entry certificate, Entry::decode(admin_certificate_entry));
  SAMLA_ASSIGN(const Entry checkpoint, Entry::decode(checkpoint_entry));
  const auto* admin = std::get_if<AdminCertificate>(&certificate.body);
  if (admin == nullptr || certificate.organisation != organisation || !certificate.signed_by(root)) {
    return unbelieved("the root has not certified this administrator");
  }
  const auto* named = std::get_if<Checkpoint>(&checkpoint.body);
  const DeviceId author = device_id(admin->keys.sign);
  if (named == nullptr || checkpoint.organisation != organisation || checkpoint.floating ||
      checkpoint.author != Author{AuthorKind::kDevice, decltype(Author::id)::from(author.view())} ||
      !checkpoint.signed_by(admin->keys.sign)) {
    return unbelieved("no administrator has signed it");
  }
  if (hash_of_state(state) != named->state) {
    return unbelieved("the administrator has signed for another state");
  }
  SAMLA_ASSIGN(IdentityState loaded, decode(state));
  if (loaded.organisation_ != organisation || loaded.head_ != checkpoint.anchor || !loaded.genesis_ ||
      loaded.genesis_->root != root || !loaded.is_admin(author)) {
    return unbelieved("it is the state of something else");
  }
  return loaded;
}

}  // namespace samla::chain
