#include "core/replica/chain_work.h"

#include <algorithm>

#include "core/custody/invite.h"
#include "core/replica/erasing.h"
#include "core/replica/history.h"

namespace samla::replica {

using chain::IdentityState;
using chain::RecipientKind;
using chain::Right;
using chain::SpaceState;

namespace {

/// Rotations in one batch: a conflict in one repeats the others.
constexpr std::size_t kRotationsMax = 64;
/// A batch must fit into a message; one invite always does.
constexpr std::size_t kInviteBytesMax = 256 * 1024;

chain::SpaceGenesis genesis_of(const SpaceSpec& spec, const SpaceId& id, const custody::SpaceKeys& keys) {
  chain::SpaceGenesis out;
  out.purpose = spec.purpose;
  out.space_class = static_cast<chain::SpaceClass>(spec.space_class);
  out.scope = decltype(out.scope)::from(spec.scope.view());
  out.co_members = spec.confirm_co_members ? chain::GrantPolicy::kConfirm : chain::GrantPolicy::kAuto;
  out.own_devices = spec.approve_devices ? chain::GrantPolicy::kConfirm : chain::GrantPolicy::kAuto;
  out.tag_key = seal::commitment_of(id, keys.tag_key);
  return out;
}

/// Who certifies this device: the holder of an invite, a pairing code or recovery words.
struct Voucher {
  UserId user;
  chain::Author author;
  sign::SigningKey key;
};

Result<Voucher> voucher_of(const LocalStore& local) {
  using AuthorId = decltype(chain::Author::id);
  const IdentityState& identity = local.membership->identity();
  if (local.paper) {
    return Voucher{local.account.user,
                   {chain::AuthorKind::kPaper, AuthorId::from(local.paper->id().view())},
                   local.paper->sign.duplicate()};
  }
  if (local.pairing_secret) {
    const chain::PairingId id = custody::pairing_id(*local.pairing_secret);
    if (identity.pairing(id) == nullptr) return fail(ErrorCode::invite_unknown, "join", "make a new code");
    return Voucher{identity.pairing(id)->pairing.user,
                   {chain::AuthorKind::kPairing, AuthorId::from(id.view())},
                   custody::keys_of_pairing(*local.pairing_secret).auth};
  }
  if (!local.invite_secret)
    return fail(ErrorCode::not_permitted, "replica.sync", "this device is not certified");
  const auto* info = identity.invite(*local.account.invite);
  if (info == nullptr) return fail(ErrorCode::invite_unknown, "join", "ask for a new one");
  // The chain says for whom the invite is.
  return Voucher{info->invite.user,
                 {chain::AuthorKind::kInvite, AuthorId::from(local.account.invite->view())},
                 custody::keys_of_invite(*local.invite_secret).auth};
}

bool all_floating(const wire::ChainAppend::Part& part) {
  return std::ranges::all_of(part.entries, [](const Bytes& bytes) {
    const auto entry = chain::Entry::decode(bytes);
    return entry.ok() && entry->floating;
  });
}

custody::SpaceKeys duplicate(const custody::SpaceKeys& keys) {
  return {{keys.epoch_key.bytes.duplicate()}, {keys.tag_key.bytes.duplicate()}};
}

}  // namespace

// ---- intents

Result<void> ChainWork::queue(const Intent& intent) {
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_ASSIGN([[maybe_unused]] const auto id, local_.tables->chain_outbox.push(intent.encode()));
  return transaction.commit();
}

void ChainWork::begin_session() {
  passed_.clear();
  cutoffs_.clear();
  checkpoints_tried_ = false;
  rotations_max_ = kRotationsMax;
}

Result<std::optional<session::ChainBatch>> ChainWork::next() {
  using Answer = std::optional<session::ChainBatch>;
  ChainBatchBuilder to(local_);
  new_keys_.clear();
  SAMLA_ASSIGN(asked_, build(to));
  return asked_ == Asked::kNothing ? Answer() : Answer(to.take());
}

/// Rotations come before whatever grants: nobody is given a key that is about to be left behind.
Result<ChainWork::Asked> ChainWork::build(ChainBatchBuilder& to) {
  if (claim) {
    SAMLA_TRY(build_claim(to));
    certificate_sent_ = true;
    return Asked::kClaim;
  }
  if (!certified()) {
    SAMLA_TRY(build_certificate(to));
    certificate_sent_ = true;
    return Asked::kCertificate;
  }
  const IdentityState& identity = local_.membership->identity();
  if (!identity.device_of_writer(local_.writer(), identity.head().seq)) {
    to.add_identity(chain::StoreInstance{local_.writer()});
    return Asked::kInstance;
  }
  build_rotations(to);
  if (!to.empty()) return Asked::kRotations;
  SAMLA_ASSIGN(const Asked own, build_own(to));
  if (own != Asked::kNothing) return own;
  SAMLA_TRY(build_intent(to));
  if (!to.empty()) return Asked::kIntent;
  build_grants(to);
  if (!to.empty()) return Asked::kGrants;
  build_checkpoints(to);
  return to.empty() ? Asked::kNothing : Asked::kCheckpoints;
}

/// What the present call wants.
Result<ChainWork::Asked> ChainWork::build_own(ChainBatchBuilder& to) {
  if (!invites.empty()) {
    SAMLA_TRY(build_invites(to));
    return Asked::kInvite;
  }
  if (revoke_invite) {
    to.add_identity(chain::Revocation{
        chain::RevocationTarget::kInvite, decltype(chain::Revocation::id)::from(revoke_invite->view()), {}});
    return Asked::kRevocation;
  }
  if (revoke_words) {
    to.add_identity(*revoke_words);
    return Asked::kRevocation;
  }
  if (server_keys) {
    to.add_identity(*server_keys);
    return Asked::kServerKeys;
  }
  if (!wishes.empty()) {
    SAMLA_TRY(wishes.front()(to));
    return Asked::kWish;
  }
  if (pairing) {
    build_pairing(to);
    return Asked::kPairing;
  }
  // They stand already where an earlier try broke off before its answer came.
  if (words && local_.membership->identity().paper(words->id()) == nullptr) {
    build_words(to);
    return Asked::kWords;
  }
  if (personal && local_.membership->space(id_of(*personal)) == nullptr) {
    found(to, *personal, {});
    return Asked::kPersonal;
  }
  return Asked::kNothing;
}

/// Floating entries are not taken from the batch: the server has told where they stand, perhaps behind
/// somebody else's, and they are pulled from there.
Result<void> ChainWork::placed(const session::ChainBatch& batch) {
  bool erased = false;
  // Rolled back before the chains are loaded anew, so that they are what is on the disk.
  const auto take = [&]() -> Result<void> {
    SAMLA_ASSIGN(auto transaction, local_.begin());
    for (const auto& part : batch.parts) {
      if (all_floating(part)) continue;
      SAMLA_TRY(local_.membership->take(part.space, part.entries));
      if (!part.space.is_zero()) continue;
      SAMLA_TRY(judge_cut_off(part.entries));
      SAMLA_ASSIGN(const auto records, apply_erasures(local_, part.entries));
      erased = erased || !records.empty();
    }
    for (NewKey& key : new_keys_) {
      SAMLA_TRY(local_.membership->add_key(key.space, key.epoch, std::move(key.keys)));
    }
    SAMLA_TRY(done());
    return transaction.commit();
  };
  const auto taken = take();
  if (!taken.ok()) SAMLA_TRY(local_.membership->load());
  if (taken.ok() && erased) forget_log(local_);
  new_keys_.clear();
  return taken;
}

/// A revoked device's further names were cut at nothing until this says where.
Result<void> ChainWork::judge_cut_off(const std::vector<Bytes>& entries) {
  for (const Bytes& bytes : entries) {
    const auto entry = chain::Entry::decode(bytes);
    const auto* body = entry.ok() ? std::get_if<chain::InstanceCutoffs>(&entry->body) : nullptr;
    if (body == nullptr) continue;
    SAMLA_ASSIGN([[maybe_unused]] const auto records, History(local_).judge_again(body->writer));
  }
  return {};
}

/// What asked for the batch is over.
Result<void> ChainWork::done() {
  const Asked asked = std::exchange(asked_, Asked::kNothing);
  if (asked == Asked::kClaim) claim.reset();
  if (asked == Asked::kInvite) {
    invites.erase(invites.begin(), invites.begin() + static_cast<std::ptrdiff_t>(invites_sent_));
  }
  if (asked == Asked::kRevocation) revoke_invite.reset();
  if (asked == Asked::kRevocation) revoke_words.reset();
  if (asked == Asked::kServerKeys) server_keys.reset();
  if (asked == Asked::kWish) wishes.pop_front();
  if (asked == Asked::kPairing) pairing.reset();
  if (asked == Asked::kWords) words.reset();
  if (asked == Asked::kRotations) {
    for (const NewKey& key : new_keys_) rotate.erase(key.space);
  }
  if (asked == Asked::kIntent) return local_.tables->chain_outbox.remove(intent_);
  return {};
}

Result<void> ChainWork::refused(ErrorCode code) {
  if (asked_ == Asked::kCheckpoints) {
    checkpoints_tried_ = true;
    return {};
  }
  if (code == ErrorCode::chain_conflict || code == ErrorCode::chain_behind) return {};  // tried again
  if (asked_ == Asked::kRotations) {
    rotations_refused();
    return {};
  }
  const Asked asked = asked_;
  // A server that was restored waits for an administrator's device; what is queued waits here.
  if (code == ErrorCode::retry_later) {
    const bool queued = asked == Asked::kInstance || asked == Asked::kIntent || asked == Asked::kGrants ||
                        asked == Asked::kPersonal;
    if (queued) return {};
    return fail(
        code, "replica.chains",
        "the server was restored and takes nothing new of this kind until a device of an administrator "
        "has synced, or a day has passed");
  }
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(done());
  SAMLA_TRY(transaction.commit());
  // A wish that can't be granted is dropped; what a person waits for is told.
  if (asked == Asked::kIntent) return {};
  return fail(code, "replica.chains");
}

// ---- who we are

bool ChainWork::certified() const {
  return local_.membership->identity().device(local_.keys.device_id()) != nullptr;
}

SpaceId ChainWork::id_of(const SpaceSpec& spec) const {
  const ByteView scope =
      spec.space_class == SpaceClass::kPersonal ? local_.account.user.view() : spec.scope.view();
  return chain::space_id(local_.account.organisation, spec.purpose, scope);
}

bool ChainWork::may_found(const SpaceId& id) const {
  const IdentityState& identity = local_.membership->identity();
  if (identity.is_admin(local_.keys.device_id())) return true;
  const chain::Entitlement* entitlement = identity.entitlement(local_.account.user, id);
  return entitlement != nullptr && entitlement->may_found;
}

// ---- founding

void ChainWork::found(ChainBatchBuilder& to, const SpaceSpec& wanted,
                      const std::vector<std::pair<UserId, SpaceRight>>& members) {
  SpaceSpec spec = wanted;
  if (spec.space_class == SpaceClass::kPersonal) spec.scope = RecordId::from(local_.account.user.view());
  const SpaceId id = id_of(spec);
  new_keys_.push_back({id, 1, custody::SpaceKeys::generate(local_.random)});
  const custody::SpaceKeys& keys = new_keys_.back().keys;
  to.add_space(id, genesis_of(spec, id, keys));
  chain::Epoch epoch;
  epoch.epoch = 1;
  epoch.key = seal::commitment_of(id, 1, keys.epoch_key);
  const auto grant = [&](RecipientKind kind, ByteView recipient, const SealPublicKey& seal) {
    epoch.recipients.push_back(to.add_grant(id, 1, kind, recipient, seal, keys));
  };
  // Words and escrow from the first key on: an epoch that leaves one out is refused.
  const IdentityState& identity = local_.membership->identity();
  const auto grant_words = [&](const UserId& user) {
    if (const auto paper = identity.paper_of(user)) {
      grant(RecipientKind::kPaper, paper->view(), identity.paper(*paper)->seal);
    }
  };
  grant(RecipientKind::kDevice, local_.keys.device_id().view(), local_.keys.seal().public_key());
  grant_words(local_.account.user);
  for (const auto& [user, right] : members) {
    if (user == local_.account.user) continue;
    to.add_space(id, chain::Member{user, static_cast<Right>(right)});
    if (right != SpaceRight::kNone) grant_words(user);
  }
  if (spec.space_class == SpaceClass::kShared) {
    for (const chain::EscrowId& escrow : identity.escrows_at(identity.head().seq)) {
      grant(RecipientKind::kEscrow, escrow.view(), identity.escrow(escrow)->escrow.seal);
    }
  }
  to.add_space(id, std::move(epoch));
}

Result<void> ChainWork::build_claim(ChainBatchBuilder& to) {
  const auto by_root = [&](chain::Body body) {
    chain::Entry entry = to.unsigned_entry(std::move(body));
    entry.author = {chain::AuthorKind::kRoot, {}};
    entry.anchor = to.identity_head();
    entry.sign_with(claim->root);
    to.add_identity_entry(entry);
  };
  by_root(claim->genesis);
  by_root(chain::AdminCertificate{local_.account.user, claim->role, local_.keys.public_keys()});
  to.add_identity(claim->server);
  for (const SpaceSpec& spec : claim->spaces) found(to, spec, {});
  return {};
}

/// Floating: it holds wherever the chain stands by now.
Result<void> ChainWork::build_certificate(ChainBatchBuilder& to) {
  const IdentityState& identity = local_.membership->identity();
  const ChainHead& trusted = local_.account.trusted;
  if (trusted.seq > 0 && identity.seq_of(trusted.hash) != trusted.seq) {
    return fail(ErrorCode::chain_forked, "join",
                "the server's chain lacks what is known to stand in it: this may be another server");
  }
  SAMLA_ASSIGN(const Voucher voucher, voucher_of(local_));
  if (voucher.user != local_.account.user) {
    local_.account.user = voucher.user;
    SAMLA_ASSIGN(auto transaction, local_.begin());
    SAMLA_TRY(local_.save_account());
    SAMLA_TRY(transaction.commit());
  }
  chain::DeviceCertificate body{local_.account.user, local_.keys.public_keys(), {}};
  body.possession = local_.keys.sign().sign(
      chain::kPossessionDomain, chain::possession_bytes(local_.account.organisation, body.user, body.keys));
  chain::Entry entry = to.unsigned_entry(body);
  entry.author = voucher.author;
  entry.floating = true;
  entry.anchor = to.identity_head();
  entry.sign_with(voucher.key);
  to.add_identity_entry(entry);
  return {};
}

// ---- invites

Result<void> ChainWork::build_invites(ChainBatchBuilder& to) {
  Opened opened;
  invites_sent_ = 0;
  for (const PendingInvite& invite : invites) {
    if (to.bytes() > kInviteBytesMax) break;
    build_invite(to, invite);
    for (const InviteSpace& space : invite.spec.spaces) {
      if (space.grant_now) SAMLA_TRY(open_space_to(to, space, invite, opened));
    }
    ++invites_sent_;
  }
  for (auto& [space, list] : opened.grants) to.add_space(space, std::move(list));
  return {};
}

void ChainWork::build_invite(ChainBatchBuilder& to, const PendingInvite& invite) {
  const custody::InviteKeys keys = custody::keys_of_invite(invite.secret);
  chain::Invite body;
  body.invite = invite.id;
  body.user = invite.spec.user;
  body.role = invite.spec.role;
  body.gate = chain::gate_hash(keys.gate.view());
  body.auth = keys.auth.verify_key();
  body.seal = keys.seal.public_key();
  body.expires_ms = invite.spec.expires_ms;
  for (const InviteSpace& space : invite.spec.spaces) {
    body.entitlements.push_back({id_of(space.spec), static_cast<Right>(space.right), !space.grant_now});
  }
  std::ranges::sort(body.entitlements, {}, &chain::Entitlement::space);
  to.add_identity(std::move(body));
}

/// Member and grant for one space, which is founded first where nobody has.
Result<void> ChainWork::open_space_to(ChainBatchBuilder& to, const InviteSpace& space,
                                      const PendingInvite& wanted, Opened& opened) {
  const SpaceId id = id_of(space.spec);
  const SpaceState* state = local_.membership->space(id);
  const auto is_new = [&] { return std::ranges::find(new_keys_, id, &NewKey::space); };
  if (state == nullptr && is_new() == new_keys_.end()) {
    found(to, space.spec, space.members);
    opened.rights[{id, local_.account.user}] = Right::kManager;
    for (const auto& [user, right] : space.members) opened.rights[{id, user}] = static_cast<Right>(right);
  }
  if (state != nullptr && !local_.membership->readable(id)) {
    return fail(ErrorCode::key_missing, "invite.create",
                "this device has no key of a space that the invite opens");
  }
  const UserId& user = wanted.spec.user;
  const Right before = state == nullptr ? Right::kNone : state->right_of_user(user);
  Right& has = opened.rights.try_emplace({id, user}, before).first->second;
  const auto right = static_cast<Right>(space.right);
  if (has < right) {
    to.add_space(id, chain::Member{user, right});
    has = right;
  }
  chain::GrantList& list = opened.grants[id];
  list.epoch = state == nullptr ? 1 : state->epoch();
  const custody::SpaceKeys keys = state == nullptr ? duplicate(is_new()->keys) : keys_of(id);
  list.recipients.push_back(to.add_grant(id, list.epoch, RecipientKind::kInvite, wanted.id.view(),
                                         custody::keys_of_invite(wanted.secret).seal.public_key(), keys));
  return {};
}

custody::SpaceKeys ChainWork::keys_of(const SpaceId& space) const {
  const custody::KeyRing& ring = local_.membership->ring();
  const std::uint32_t epoch = local_.membership->space(space)->epoch();
  return {{ring.epoch_key(space, epoch)->bytes.duplicate()}, {ring.tag_key(space)->bytes.duplicate()}};
}

// ---- queued intents

Result<void> ChainWork::build_intent(ChainBatchBuilder& to) {
  SAMLA_ASSIGN(const auto queue, local_.tables->chain_outbox.all());
  for (const auto& item : queue) {
    SAMLA_ASSIGN(const Intent intent, Intent::decode(item.batch));
    intent_ = item.id;
    SAMLA_TRY(build_one(to, intent));
    if (!to.empty()) return {};
    // It has come true without us, or can't: someone founded the space, the device is gone.
    SAMLA_ASSIGN(auto transaction, local_.begin());
    SAMLA_TRY(local_.tables->chain_outbox.remove(item.id));
    SAMLA_TRY(transaction.commit());
  }
  return {};
}

Result<void> ChainWork::build_one(ChainBatchBuilder& to, const Intent& intent) {
  switch (intent.type) {
    case Intent::Type::kApproveDevice:
      return build_approval(to, intent.device);
    case Intent::Type::kCutoffs:
      return build_cutoffs(to, intent.device);
    case Intent::Type::kFloating: {
      SAMLA_ASSIGN(const chain::Entry entry, chain::Entry::decode(intent.entry));
      if (entry.floating) {
        to.add_identity_entry(entry);
      } else {
        to.add_identity(entry.body);
      }
      return {};
    }
    case Intent::Type::kSetMember: {
      const SpaceState* state = local_.membership->space(intent.space);
      for (const auto& [user, right] : intent.members) {
        if (state == nullptr || state->right_of_user(user) == static_cast<Right>(right)) continue;
        to.add_space(intent.space, chain::Member{user, static_cast<Right>(right)});
      }
      return {};
    }
    case Intent::Type::kFoundSpace:
      break;
  }
  const SpaceId id = id_of(intent.spec);
  if (local_.membership->head(id).seq > 0) return {};
  if (intent.spec.space_class == SpaceClass::kPersonal || may_found(id)) {
    found(to, intent.spec, intent.members);
  }
  return {};
}

Result<void> ChainWork::build_approval(ChainBatchBuilder& to, const DeviceId& device) {
  const IdentityState& identity = local_.membership->identity();
  const IdentityState::Device* info = identity.device(device);
  if (info == nullptr || !identity.active(device) || info->user != local_.account.user) return {};
  for (const auto& [id, state] : local_.membership->spaces()) {
    if (!state->genesis() || state->genesis()->space_class != chain::SpaceClass::kPersonal) continue;
    if (!local_.membership->readable(id) || state->holds_grant(device, identity)) continue;
    chain::GrantList list;
    list.epoch = state->epoch();
    list.recipients.push_back(
        to.add_grant(id, list.epoch, RecipientKind::kDevice, device.view(), info->keys.seal, keys_of(id)));
    to.add_space(id, std::move(list));
  }
  return {};
}

}  // namespace samla::replica
