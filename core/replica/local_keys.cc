// Keys as the domain asks for them: revoking, pairing, recovery words, rotation, members.
#include <algorithm>

#include "core/base/wipe_text.h"
#include "core/chain/comparison.h"
#include "core/chain/server_fragment.h"
#include "core/replica/nursery.h"

namespace samla::replica {

using chain::IdentityState;
using chain::RevocationTarget;
using chain::SpaceState;

namespace {

using Type = CertifiedInfo::Type;

/// Words that were sent to the server and not yet shown; see pending_words.
constexpr std::string_view kPendingWordsKey = "pending_words";

RevocationTarget target_of(Type type) {
  switch (type) {
    case Type::kDevice:
      return RevocationTarget::kDevice;
    case Type::kInvite:
      return RevocationTarget::kInvite;
    case Type::kPairing:
      break;
  }
  return RevocationTarget::kPairing;
}

}  // namespace

// ---- revoking

std::vector<CertifiedInfo> LocalReplica::certified_by(const DeviceId& device) const {
  std::vector<CertifiedInfo> out;
  const auto add = [&](Type type, ByteView id, bool in_force) {
    out.push_back({type, decltype(CertifiedInfo::id)::from(id), in_force});
  };
  const IdentityState::Certified all = identity().certified_by(device);
  for (const DeviceId& id : all.devices) {
    if (id != this->device()) add(Type::kDevice, id.view(), identity().active(id));
  }
  for (const InviteId& id : all.invites) {
    add(Type::kInvite, id.view(), identity().invite(id)->status == chain::OneUseStatus::kPending);
  }
  for (const chain::PairingId& id : all.pairings) {
    add(Type::kPairing, id.view(), identity().pairing(id)->status == chain::OneUseStatus::kPending);
  }
  return out;
}

/// Where this device reads, everything of the other one that is here stands; what is not here, or comes
/// later, does not. Of other spaces the server is asked: see ChainWork::build_cutoffs.
Result<std::vector<chain::Cutoff>> LocalReplica::cutoffs_of(const WriterId& writer) const {
  std::vector<chain::Cutoff> out;
  for (const auto& [space, state] : local_->membership->spaces()) {
    if (!work_.reads(space)) continue;
    SAMLA_ASSIGN(const store::ChangesetTip tip, local_->tables->changesets.tip(space, writer));
    if (tip.seq > 0) out.push_back({space, tip.seq, tip.hash});
  }
  return out;
}

/// Signed now and floating, so that it holds wherever the chain stands when it comes to be placed.
Result<void> LocalReplica::queue_revocation(RevocationTarget target, ByteView id, const DeviceId* device) {
  chain::Revocation body{target, decltype(chain::Revocation::id)::from(id), {}};
  if (device != nullptr) {
    SAMLA_ASSIGN(body.cutoffs, cutoffs_of(chain::writer_of_device(*device)));
  }
  ChainBatchBuilder builder(*local_);
  chain::Entry entry = builder.unsigned_entry(std::move(body));
  entry.floating = true;
  entry.anchor = builder.identity_head();
  entry.sign_with(local_->keys.sign());
  Intent intent;
  intent.type = Intent::Type::kFloating;
  intent.entry = entry.encode();
  SAMLA_TRY(work_.queue(intent));
  return device == nullptr ? Result<void>() : queue_instance_cutoffs(*device);
}

/// The revocation's cut-offs speak of the device's first name alone.
Result<void> LocalReplica::queue_instance_cutoffs(const DeviceId& device) {
  for (const auto& [writer, facts] : identity().instances()) {
    if (facts.device != device) continue;
    chain::InstanceCutoffs body{writer, {}};
    SAMLA_ASSIGN(body.cutoffs, cutoffs_of(writer));
    if (body.cutoffs.empty()) continue;
    Intent intent;
    intent.type = Intent::Type::kFloating;
    ChainBatchBuilder builder(*local_);
    chain::Entry entry = builder.unsigned_entry(std::move(body));
    entry.sign_with(local_->keys.sign());
    intent.entry = entry.encode();
    SAMLA_TRY(work_.queue(intent));
  }
  return {};
}

Result<void> LocalReplica::queue_cutoffs(const DeviceId& device) {
  Intent intent;
  intent.type = Intent::Type::kCutoffs;
  intent.device = device;
  return work_.queue(intent);
}

Result<void> LocalReplica::revoke_device(const DeviceId& device, const std::vector<CertifiedInfo>& with) {
  constexpr const char* kOperation = "device.revoke";
  const auto check = [&](const DeviceId& id) -> Result<void> {
    const IdentityState::Device* info = identity().device(id);
    if (info == nullptr)
      return fail(ErrorCode::not_found, kOperation, "sync first: it is not known here yet");
    if (id == this->device()) {
      return fail(ErrorCode::invalid_argument, kOperation, "a device is revoked from another one");
    }
    const bool own = info->user == user() && !info->admin;
    if (is_admin() || own) return {};
    return fail(ErrorCode::not_permitted, kOperation, "only its user or an administrator may revoke it");
  };
  SAMLA_TRY(check(device));
  if (!identity().active(device)) return fail(ErrorCode::already_exists, kOperation, "it is revoked");
  for (const CertifiedInfo& each : with) {
    if (each.type == Type::kDevice) SAMLA_TRY(check(DeviceId::from(each.id.view())));
    if (each.type == Type::kInvite && !is_admin()) {
      return fail(ErrorCode::not_permitted, kOperation, "only an administrator may revoke invites");
    }
  }
  SAMLA_TRY(queue_revocation(RevocationTarget::kDevice, device.view(), &device));
  SAMLA_TRY(queue_cutoffs(device));
  for (const CertifiedInfo& each : with) {
    const DeviceId id = DeviceId::from(each.id.view());
    SAMLA_TRY(
        queue_revocation(target_of(each.type), each.id.view(), each.type == Type::kDevice ? &id : nullptr));
    if (each.type == Type::kDevice) SAMLA_TRY(queue_cutoffs(id));
  }
  return {};
}

// ---- pairing

Result<std::string> LocalReplica::create_pairing(std::uint64_t expires_ms, const SyncOptions& options) {
  custody::PairingCode code;
  code.host = local_->account.host;
  code.port = local_->account.port;
  code.server = local_->account.server;
  code.organisation = organisation();
  code.root = identity().genesis()->root;
  code.user = user();
  local_->random.fill(code.secret.writable());
  const chain::PairingId id = custody::pairing_id(code.secret);
  work_.pairing.emplace();
  work_.pairing->user = code.user;
  work_.pairing->secret = code.secret.duplicate();
  work_.pairing_expires_ms = expires_ms;
  const auto synced = sync_or_fail(options);
  work_.pairing.reset();
  if (!synced.ok()) return synced.error();
  if (identity().pairing(id) == nullptr) return fail(ErrorCode::retry_later, "device.pair");
  code.identity = identity().head();
  return code.encode();
}

// ---- recovery words

/// They are kept until they have been shown: if the connection is cut when the server has placed them, the
/// next try shows the same. Else a user would have words that nobody knows.
Result<custody::RecoveryWords> LocalReplica::pending_words() {
  SAMLA_ASSIGN(auto kept, local_->tables->meta.get(kPendingWordsKey));
  if (kept) {
    auto words = custody::RecoveryWords::parse(as_text(*kept));
    wipe(*kept);
    return words;
  }
  custody::RecoveryWords made = custody::RecoveryWords::generate(local_->random);
  std::string text = made.text();
  const SecretText kept_text = text;
  wipe_text(text);
  SAMLA_ASSIGN(auto transaction, local_->begin());
  SAMLA_TRY(local_->tables->meta.put(kPendingWordsKey, as_bytes(kept_text)));
  SAMLA_TRY(transaction.commit());
  return made;
}

Result<void> LocalReplica::forget_pending_words() {
  SAMLA_ASSIGN(auto transaction, local_->begin());
  SAMLA_TRY(local_->tables->meta.remove(kPendingWordsKey));
  return transaction.commit();
}

Result<RecoveryInfo> LocalReplica::make_recovery_words(const Replacement& replacing,
                                                       const SyncOptions& options) {
  constexpr const char* kOperation = "key.recovery.show";
  SAMLA_TRY(sync_or_fail(options));  // there may be words that this device has not heard of
  SAMLA_ASSIGN(const custody::RecoveryWords words, pending_words());
  PendingWords pending{custody::keys_of_words(words), {}, {}};
  if (const auto* facts = identity().paper(pending.id()); facts != nullptr && facts->revoked_at) {
    SAMLA_TRY(forget_pending_words());  // revoked before anybody saw them
    return make_recovery_words(replacing, options);
  }
  const auto present = identity().paper_of(user());
  if (present && *present != pending.id()) {
    if (!replacing.replace) {
      return fail(ErrorCode::already_exists, kOperation,
                  "there are words already, and nobody can show them again; replace them by new ones");
    }
    if (!replacing.old_words.empty()) {
      SAMLA_ASSIGN(const custody::RecoveryWords old, custody::RecoveryWords::parse(replacing.old_words));
      pending.old = custody::keys_of_words(old);
      if (pending.old->id() != *present) {
        return fail(ErrorCode::not_permitted, kOperation, "these are not the words in force");
      }
    } else if (is_admin()) {
      pending.revoked_by_us = present;
    } else {
      return fail(ErrorCode::not_permitted, kOperation,
                  "give the old words, or let an administrator revoke them");
    }
  }
  const chain::PaperId id = pending.id();
  work_.words = std::move(pending);
  const auto synced = sync_or_fail(options);
  work_.words.reset();
  if (!synced.ok()) return synced.error();
  if (identity().paper_of(user()) != id) return fail(ErrorCode::retry_later, kOperation);
  SAMLA_TRY(forget_pending_words());
  const auto& keys = identity().server_keys();
  const chain::ServerFragment fragment{local_->account.server, keys ? keys->receipts : VerifyKey{}, {}};
  std::string text = words.text();
  RecoveryInfo out{text, server_url() + "/#" + fragment.encode()};
  wipe_text(text);
  return out;
}

Result<void> LocalReplica::revoke_recovery_words(const UserId& user, const SyncOptions& options) {
  constexpr const char* kOperation = "key.recovery.revoke";
  if (!is_admin()) return fail(ErrorCode::not_permitted, kOperation, "only an administrator may do this");
  const auto paper = identity().paper_of(user);
  if (!paper) return fail(ErrorCode::not_found, kOperation, "that user has no words");
  work_.revoke_words =
      chain::Revocation{RevocationTarget::kPaper, decltype(chain::Revocation::id)::from(paper->view()), {}};
  const auto synced = sync_or_fail(options);
  work_.revoke_words.reset();
  return synced;
}

// ---- rotation and members

Result<std::size_t> LocalReplica::rotate_keys(const std::optional<SpaceId>& space,
                                              const SyncOptions& options) {
  constexpr const char* kOperation = "key.rotate";
  for (const auto& [id, state] : local_->membership->spaces()) {
    if (space && *space != id) continue;
    if (!local_->membership->readable(id) || state->right_of(device(), identity()) == chain::Right::kNone) {
      continue;
    }
    work_.rotate.insert(id);
  }
  const std::size_t wanted = work_.rotate.size();
  if (wanted == 0) return fail(ErrorCode::key_missing, kOperation, "this device holds no key of that space");
  const auto synced = sync_or_fail(options);
  const std::size_t left = std::exchange(work_.rotate, {}).size();
  if (!synced.ok()) return synced.error();
  if (left == wanted) {
    return fail(ErrorCode::not_authentic, kOperation,
                "an earlier key does not open: another member must do it");
  }
  return wanted - left;
}

Result<void> LocalReplica::set_member(const SpaceId& space, const UserId& member, SpaceRight right) {
  const std::string operation = right == SpaceRight::kNone ? "space.revoke" : "space.grant";
  const SpaceState* state = local_->membership->space(space);
  if (state == nullptr) return fail(ErrorCode::not_found, operation, "no such space is known here");
  if (state->genesis()->space_class == chain::SpaceClass::kPersonal) {
    return fail(ErrorCode::not_permitted, operation, "a notebook has one user");
  }
  if (state->right_of(device(), identity()) != chain::Right::kManager) {
    return fail(ErrorCode::not_permitted, operation, "only a manager of the space may do this");
  }
  if (identity().user(member) == nullptr) return fail(ErrorCode::not_found, operation, "no such user");
  if (right == SpaceRight::kNone && member == user()) {
    return fail(ErrorCode::invalid_argument, operation, "nobody puts themselves out");
  }
  Intent intent;
  intent.type = Intent::Type::kSetMember;
  intent.space = space;
  intent.members = {{member, right}};
  return work_.queue(intent);
}

Result<void> LocalReplica::announce_server_keys(std::string_view server_url, const SyncOptions& options) {
  constexpr const char* kOperation = "org.server";
  if (!is_admin()) return fail(ErrorCode::not_permitted, kOperation, "only an administrator may do this");
  SAMLA_ASSIGN(const ServerAddress address, parse_server_url(server_url));
  const chain::ServerKeys keys{address.fragment.noise, address.fragment.receipts};
  if (identity().server_keys() == keys)
    return fail(ErrorCode::already_exists, kOperation, "it has these keys");
  work_.server_keys = keys;
  const auto synced = sync_or_fail(options);
  work_.server_keys.reset();
  return synced;
}

Result<Replica::ChainsHeld> LocalReplica::chains_held() const {
  SAMLA_ASSIGN(const store::Chains::Size size, local_->tables->chains.size());
  SAMLA_ASSIGN(const auto incomplete, local_->tables->chains.incomplete());
  return ChainsHeld{size.entries, size.bytes, incomplete.size()};
}

std::string LocalReplica::comparison_code() const {
  return chain::comparison_code(organisation(), identity().head());
}

}  // namespace samla::replica
