// Keys that go to others: rotations, pairing codes, recovery words, and the grants that a member gives
// without being asked.
#include <algorithm>

#include "core/custody/rotation.h"
#include "core/replica/chain_work.h"

namespace samla::replica {

using chain::IdentityState;
using chain::RecipientKind;
using chain::Right;
using chain::SpaceState;

namespace {

/// A batch must fit into a message; one space's rotation always does.
constexpr std::size_t kBatchBytesMax = 256 * 1024;
/// Spaces in one batch of grants: a conflict in one repeats the others.
constexpr std::size_t kPartsMax = 64;
/// Entries after a chain's newest checkpoint that ask for one more: what a newcomer has to fetch and verify
/// beside the state, about a hundred of them.
constexpr std::uint64_t kCheckpointDueBytes = 32 * 1024;

}  // namespace

/// Whether this device can give the space's present key to others.
bool ChainWork::holds(const SpaceId& id, const SpaceState& state) const {
  return state.genesis() && local_.membership->readable(id) &&
         state.right_of(local_.keys.device_id(), local_.membership->identity()) != Right::kNone;
}

// ---- rotations

/// The first member device that sees that one is due makes it; compare-and-swap settles who was first.
/// One that can't be made here (a key does not open) is left to others.
void ChainWork::build_rotations(ChainBatchBuilder& to) {
  const IdentityState& identity = local_.membership->identity();
  for (const auto& [id, state] : local_.membership->spaces()) {
    if (to.parts() >= rotations_max_ || to.bytes() > kBatchBytesMax) return;
    if (passed_.contains(id) || !holds(id, *state)) continue;
    if (!rotate.contains(id) && !state->rotation_due(identity)) continue;
    auto made = custody::make_rotation(local_.random, *state, identity, local_.membership->ring(),
                                       local_.clock.now_ms());
    if (!made.ok()) {
      passed_.insert(id);
      continue;
    }
    const std::uint32_t epoch = made->entry.epoch;
    for (custody::SealedGrant& grant : made->grants) {
      to.add_sealed(id, epoch, grant.recipient.view(), std::move(grant.sealed));
    }
    to.add_space(id, std::move(made->entry));
    new_keys_.push_back({id, epoch, std::move(made->keys)});
  }
}

/// One bad one must not hold up the others, so they are tried one by one.
void ChainWork::rotations_refused() {
  if (new_keys_.size() == 1) passed_.insert(new_keys_.front().space);
  rotations_max_ = 1;
  new_keys_.clear();
}

// ---- revocations, continued

/// Whether this device has a right in the space, and keys to what is written there.
bool ChainWork::reads(const SpaceId& space) const {
  const SpaceState* state = local_.membership->space(space);
  return state != nullptr && local_.membership->ring().holds(space) &&
         state->right_of(local_.keys.device_id(), local_.membership->identity()) != Right::kNone;
}

wire::PlacesAsk PlacesWanted::question() const {
  wire::PlacesAsk out;
  out.user = user;
  out.every = every;
  if (!found.empty()) out.after = {found.back().space, found.back().writer, found.back().seq};
  return out;
}

void PlacesWanted::take(const wire::Places& answer) {
  found.insert(found.end(), answer.places.begin(), answer.places.end());
  done = answer.last || answer.places.empty();
}

/// A device that has been revoked writes no more at the server: what the server has now is all that there
/// will be.
std::optional<wire::PlacesAsk> ChainWork::next_question() {
  if (places && !places->done) return places->question();
  const auto queue = local_.tables->chain_outbox.all();
  if (!queue.ok()) return {};  // next() will say so
  for (const auto& item : *queue) {
    const auto intent = Intent::decode(item.batch);
    if (!intent.ok() || intent->type != Intent::Type::kCutoffs) continue;
    const auto* facts = local_.membership->identity().device(intent->device);
    if (facts == nullptr || !facts->revoked_at) continue;
    PlacesWanted& wanted =
        cutoffs_.try_emplace(intent->device, PlacesWanted{facts->user, false, {}, false}).first->second;
    if (!wanted.done) return wanted.question();
  }
  return {};
}

Result<void> ChainWork::answered(const wire::Places& answer) {
  if (places && !places->done) {
    if (answer.user != places->user) return fail(ErrorCode::protocol, "replica.places");
    places->take(answer);
    return {};
  }
  for (auto& [device, wanted] : cutoffs_) {
    if (wanted.done || wanted.user != answer.user) continue;
    wanted.take(answer);
    return {};
  }
  return fail(ErrorCode::protocol, "replica.places");
}

/// Whoever revokes need not be in the revoked device's spaces. There, what the server had placed before the
/// revocation stands: nobody here can know more, and nothing may be set aside for want of a reader. In
/// spaces that this device reads, what it had seen is the measure (LocalReplica::cutoffs_of).
Result<void> ChainWork::build_cutoffs(ChainBatchBuilder& to, const DeviceId& device) {
  const auto* facts = local_.membership->identity().device(device);
  const auto answer = cutoffs_.find(device);
  if (facts == nullptr || !facts->revoked_at || answer == cutoffs_.end()) return {};
  chain::Revocation body{chain::RevocationTarget::kDevice, decltype(body.id)::from(device.view()), {}};
  body.cutoffs = moved_on(chain::writer_of_device(device), facts->cutoffs, answer->second.found);
  if (!body.cutoffs.empty()) to.add_identity(std::move(body));
  // Under the names that the device took later too, because its store was copied or set back.
  for (const auto& [name, instance] : local_.membership->identity().instances()) {
    if (instance.device != device) continue;
    chain::InstanceCutoffs more{name, {}};
    more.cutoffs = moved_on(name, instance.cutoffs, answer->second.found);
    if (!more.cutoffs.empty()) to.add_identity(std::move(more));
  }
  return {};
}

/// Of spaces that this device does not read: the writer's places that lie beyond those cut-offs.
std::vector<chain::Cutoff> ChainWork::moved_on(const WriterId& writer,
                                               const std::vector<chain::Cutoff>& present,
                                               const std::vector<wire::Place>& at_server) const {
  std::vector<chain::Cutoff> out;
  for (const wire::Place& place : at_server) {
    if (place.writer != writer || reads(place.space)) continue;
    const auto cut = std::ranges::find(present, place.space, &chain::Cutoff::space);
    if (cut != present.end() && cut->seq >= place.seq) continue;
    out.push_back({place.space, place.seq, place.changeset});
  }
  return out;
}

// ---- pairing and words

/// The present key of every space that this device reads, for one more recipient of its user.
void ChainWork::grant_all(ChainBatchBuilder& to, const Wanted& recipient) {
  for (const auto& [id, state] : local_.membership->spaces()) {
    if (!holds(id, *state)) continue;
    chain::GrantList list;
    list.epoch = state->epoch();
    list.recipients.push_back(
        to.add_grant(id, list.epoch, recipient.kind, recipient.id.view(), recipient.seal, keys_of(id)));
    to.add_space(id, std::move(list));
  }
}

void ChainWork::build_pairing(ChainBatchBuilder& to) {
  const chain::Pairing body = custody::pairing_of(*pairing, pairing_expires_ms);
  to.add_identity(body);
  grant_all(to, {RecipientKind::kPairing, SpaceState::RecipientId::from(body.pairing.view()), body.seal});
}

/// The blob is bound to the head with which the words stand: recovery believes no chain that lacks it.
void ChainWork::build_words(ChainBatchBuilder& to) {
  chain::Revocation revocation{chain::RevocationTarget::kPaper, {}, {}};
  if (words->old) {
    revocation.id = decltype(revocation.id)::from(words->old->id().view());
    chain::Entry entry = to.unsigned_entry(revocation);
    entry.author = {chain::AuthorKind::kPaper, decltype(chain::Author::id)::from(revocation.id.view())};
    entry.anchor = to.identity_head();
    entry.sign_with(words->old->sign);
    to.add_identity_entry(entry);
  } else if (words->revoked_by_us) {
    revocation.id = decltype(revocation.id)::from(words->revoked_by_us->view());
    to.add_identity(revocation);
  }
  const Account& account = local_.account;
  to.add_identity(custody::paper_of(words->keys, account.organisation, account.user));
  const IdentityState& identity = local_.membership->identity();
  custody::RecoveryBlob blob;
  blob.host = account.host;
  blob.port = account.port;
  blob.server = account.server;
  blob.receipts = identity.server_keys() ? identity.server_keys()->receipts : VerifyKey{};
  blob.organisation = account.organisation;
  blob.user = account.user;
  blob.root = identity.genesis()->root;
  blob.identity = to.identity_head();
  const chain::PaperId id = words->id();
  to.add_sealed({}, 0, id.view(), blob.seal(words->keys, local_.random));
  grant_all(to,
            {RecipientKind::kPaper, SpaceState::RecipientId::from(id.view()), words->keys.seal.public_key()});
}

// ---- grants that nobody asks for

/// Every member device lets in whom the administrator entitled, and grants to whoever should hold a key:
/// its fellow members' devices, words and the declared escrow.
void ChainWork::build_grants(ChainBatchBuilder& to) {
  for (const auto& [id, state] : local_.membership->spaces()) {
    if (to.parts() >= kPartsMax || to.bytes() > kBatchBytesMax) return;
    if (holds(id, *state)) build_space_grants(to, id, *state);
  }
}

/// One that joined by an invite or a code reads by that grant, which it keeps the key to; recovery words go
/// back to their paper, so what came by them is sealed to the device anew.
bool ChainWork::awaits_grant(const SpaceState& state, const Wanted& recipient) const {
  if (state.grant_of(recipient.id)) return false;
  if (recipient.kind != RecipientKind::kDevice) return true;
  const IdentityState& identity = local_.membership->identity();
  const DeviceId device = DeviceId::from(recipient.id.view());
  return !state.holds_grant(device, identity) ||
         identity.device(device)->certified_by.kind == chain::AuthorKind::kPaper;
}

void ChainWork::build_space_grants(ChainBatchBuilder& to, const SpaceId& id, const SpaceState& state) {
  const IdentityState& identity = local_.membership->identity();
  std::vector<Wanted> wanted = state.wanted(identity, local_.clock.now_ms());
  if (state.genesis()->space_class == chain::SpaceClass::kShared &&
      state.policy().co_members == chain::GrantPolicy::kAuto) {
    for (const UserId& user : identity.users()) {
      const chain::Entitlement* entitled = identity.entitlement(user, id);
      if (entitled == nullptr || state.put_out(user) || state.right_of_user(user) >= entitled->right)
        continue;
      to.add_space(id, chain::Member{user, entitled->right});
      for (const DeviceId& device : identity.devices_of(user)) {
        if (!identity.active(device)) continue;
        wanted.push_back({RecipientKind::kDevice, SpaceState::RecipientId::from(device.view()),
                          identity.device(device)->keys.seal});
      }
    }
  }
  std::erase_if(wanted, [&](const Wanted& each) { return !awaits_grant(state, each); });
  std::ranges::sort(wanted, {}, &Wanted::id);
  // Not std::ranges::unique: clang 14 does not compile the library's subrange of a nested type.
  const auto same = [](const Wanted& a, const Wanted& b) { return a.id == b.id; };
  wanted.erase(std::unique(wanted.begin(), wanted.end(), same), wanted.end());
  if (wanted.empty()) return;
  chain::GrantList list;
  list.epoch = state.epoch();
  for (const Wanted& each : wanted) {
    list.recipients.push_back(
        to.add_grant(id, list.epoch, each.kind, each.id.view(), each.seal, keys_of(id)));
  }
  to.add_space(id, std::move(list));
}

// ---- checkpoints

/// An administrator's device signs for what its chains say, when all else is done: whoever comes next begins
/// there. The chain may move on meanwhile; then the next sync makes it.
void ChainWork::build_checkpoints(ChainBatchBuilder& to) {
  const IdentityState& identity = local_.membership->identity();
  if (checkpoints_tried_ || !identity.is_admin(local_.keys.device_id())) return;
  if (identity.since_checkpoint().bytes >= kCheckpointDueBytes) {
    to.add_identity(chain::Checkpoint{identity.state_hash()});
  }
  for (const auto& [id, state] : local_.membership->spaces()) {
    if (to.parts() >= kPartsMax) return;
    if (!state->takes_checkpoints() || state->since_checkpoint().bytes < kCheckpointDueBytes) continue;
    to.add_space(id, chain::SpaceCheckpoint{state->state_hash()});
  }
}

}  // namespace samla::replica
