// The rules of an identity chain: one function a body, each of which checks before it changes anything.
#include "core/chain/identity_state.h"

#include <algorithm>
#include <map>

namespace samla::chain {

namespace {

Error refused(ErrorCode code, std::string hint = {}) { return fail(code, "identity_chain", std::move(hint)); }

DeviceId device_author(const Entry& entry) { return DeviceId::from(entry.author.id.view()); }

/// A user's entitlements grow by each invite: a later one for the same space replaces the earlier.
void merge_entitlements(std::vector<Entitlement>& into, const std::vector<Entitlement>& more) {
  std::map<SpaceId, Entitlement> by_space;
  for (const Entitlement& entitlement : into) by_space[entitlement.space] = entitlement;
  for (const Entitlement& entitlement : more) by_space[entitlement.space] = entitlement;
  into.clear();
  for (const auto& [space, entitlement] : by_space) into.push_back(entitlement);
}

/// Moves cut-offs on, never back; whether any moved.
bool extend(std::vector<Cutoff>& into, const std::vector<Cutoff>& more) {
  bool moved = false;
  for (const Cutoff& cutoff : more) {
    const auto found = std::ranges::lower_bound(into, cutoff.space, {}, &Cutoff::space);
    if (found == into.end() || found->space != cutoff.space) {
      into.insert(found, cutoff);
      moved = true;
    } else if (found->seq < cutoff.seq) {
      *found = cutoff;
      moved = true;
    }
  }
  return moved;
}

/// A settled invite keeps its gate, so that whoever still holds the link is told what became of it.
void drop_spent(Invite& invite) {
  invite.auth = {};
  invite.seal = {};
  invite.entitlements.clear();
}

Result<void> check_one_use(OneUseStatus status, std::uint64_t expires_ms, std::uint64_t now_ms) {
  if (status == OneUseStatus::kUsed)
    return refused(ErrorCode::invite_used, "each works once: ask for a new one");
  if (status == OneUseStatus::kRevoked) return refused(ErrorCode::invite_revoked, "ask for a new one");
  if (now_ms > expires_ms) return refused(ErrorCode::invite_expired, "ask for a new one");
  return {};
}

}  // namespace

Result<void> IdentityState::apply(ByteView entry_bytes, std::optional<std::uint64_t> placed_ms) {
  SAMLA_ASSIGN(const Entry entry, Entry::decode(entry_bytes));
  SAMLA_TRY(check_place(entry));
  const Pending pending{entry, placed_ms};
  SAMLA_TRY(std::visit([&](const auto& body) { return take(pending, body); }, entry.body));
  head_ = next_head(head_, entry_bytes);
  heads_.put(head_.hash, head_.seq);
  hashes_.put(head_.seq, head_.hash);
  if (std::holds_alternative<Checkpoint>(entry.body)) {
    since_checkpoint_ = {head_.seq, 0};
  } else {
    since_checkpoint_.bytes += entry_bytes.size();
  }
  return {};
}

// A server might hand an entry of another chain, or a good one at a place that its author did not mean.
Result<void> IdentityState::check_place(const Entry& entry) const {
  if (entry.organisation != organisation_ || !entry.space.is_zero()) {
    return refused(ErrorCode::bad_signature, "an entry of another chain");
  }
  if (entry.floating) {
    const auto seen = seq_of(entry.anchor.hash);
    if (!seen || *seen != entry.anchor.seq) return refused(ErrorCode::chain_forked);
    if (!std::holds_alternative<DeviceCertificate>(entry.body) &&
        !std::holds_alternative<Revocation>(entry.body) &&
        !std::holds_alternative<StoreInstance>(entry.body)) {
      return refused(ErrorCode::not_permitted, "this entry may not float");
    }
  } else if (entry.anchor != head_) {
    return refused(ErrorCode::chain_conflict);
  }
  const bool first = std::holds_alternative<Genesis>(entry.body);
  if (first != (head_.seq == 0))
    return refused(ErrorCode::not_permitted, "a chain begins with its genesis, once");
  return {};
}

Result<void> IdentityState::require_root(const Entry& entry) const {
  if (entry.author.kind != AuthorKind::kRoot || !genesis_) return refused(ErrorCode::not_permitted);
  if (!entry.signed_by(genesis_->root)) return refused(ErrorCode::bad_signature);
  return {};
}

Result<void> IdentityState::require_admin(const Entry& entry) const {
  const DeviceId author = device_author(entry);
  if (entry.author.kind != AuthorKind::kDevice || !is_admin(author)) {
    return refused(ErrorCode::not_permitted, "only an administrator's device may do this");
  }
  if (!entry.signed_by(device(author)->keys.sign)) return refused(ErrorCode::bad_signature);
  return {};
}

Result<IdentityState::Signer> IdentityState::require_device_or_paper(const Entry& entry) const {
  if (entry.author.kind == AuthorKind::kPaper) {
    const PaperId id = PaperId::from(entry.author.id.view());
    if (!paper_active_at(id, head_.seq)) return refused(ErrorCode::not_permitted);
    if (!entry.signed_by(paper(id)->sign)) return refused(ErrorCode::bad_signature);
    return Signer{paper(id)->user, false, Rank::kOutranking};
  }
  const DeviceId id = device_author(entry);
  if (entry.author.kind != AuthorKind::kDevice || !active(id)) return refused(ErrorCode::not_permitted);
  if (!entry.signed_by(device(id)->keys.sign)) return refused(ErrorCode::bad_signature);
  const bool admin = is_admin(id);
  return Signer{device(id)->user, admin, admin ? Rank::kOutranking : Rank::kDevice};
}

Result<void> IdentityState::require_device_of(const Entry& entry, const UserId& user) const {
  if (entry.author.kind != AuthorKind::kDevice) return refused(ErrorCode::not_permitted);
  SAMLA_ASSIGN(const Signer signer, require_device_or_paper(entry));
  if (signer.user != user) return refused(ErrorCode::not_permitted, "only a device of that user may do this");
  return {};
}

// ---- one rule a body

Result<void> IdentityState::take(const Pending& p, const Genesis& body) {
  if (organisation_id(body) != organisation_) return refused(ErrorCode::bad_signature);
  genesis_ = body;
  if (const auto checked = require_root(p.entry); !checked.ok()) {
    genesis_.reset();
    return checked.error();
  }
  return {};
}

Result<void> IdentityState::take(const Pending& p, const AdminCertificate& body) {
  SAMLA_TRY(require_root(p.entry));
  const DeviceId id = device_id(body.keys.sign);
  if (devices_.contains(id)) return refused(ErrorCode::already_exists);
  Device device;
  device.user = body.user;
  device.keys = body.keys;
  device.certified_ms = p.entry.time_ms;
  device.certified_by = p.entry.author;
  device.admin = true;
  device.admin_span = Span{next_seq(), {}};
  add_device(id, std::move(device));
  change_user(body.user, [&](User& user) { user.role = body.role; });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const AdminRemoval& body) {
  SAMLA_TRY(require_root(p.entry));
  const Device* found = device(body.device);
  if (found == nullptr || !found->admin) return refused(ErrorCode::not_found);
  devices_.update(body.device, [&](Device& device) {
    device.admin = false;
    device.admin_span->until = next_seq();
  });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const ServerKeys& body) {
  SAMLA_TRY(require_admin(p.entry));
  server_keys_ = body;
  all_server_keys_.push_back({body, next_seq()});
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Invite& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (invites_.contains(body.invite)) return refused(ErrorCode::already_exists);
  invites_.put(body.invite, {body, OneUseStatus::kPending, {}, next_seq(), 0, p.entry.author});
  change_user(body.user, [&](User& user) {
    user.role = body.role;
    merge_entitlements(user.entitlements, body.entitlements);
  });
  users_.update(body.user, [&](UserHistory& info) { info.invites.push_back(body.invite); });
  return {};
}

Result<void> IdentityState::check_redeemable(const InviteId& id, std::uint64_t now_ms) const {
  const InviteInfo* info = invite(id);
  if (info == nullptr) return refused(ErrorCode::invite_unknown, "ask for a new one");
  return check_one_use(info->status, info->invite.expires_ms, now_ms);
}

Result<void> IdentityState::check_redeemable(const PairingId& id, std::uint64_t now_ms) const {
  const PairingFacts* info = pairing(id);
  if (info == nullptr) return refused(ErrorCode::invite_unknown, "make a new code");
  return check_one_use(info->status, info->pairing.expires_ms, now_ms);
}

Result<void> IdentityState::take(const Pending& p, const DeviceCertificate& body) {
  const DeviceId id = device_id(body.keys.sign);
  if (devices_.contains(id)) return refused(ErrorCode::already_exists);
  if (!sign::verify(body.keys.sign, kPossessionDomain, possession_bytes(organisation_, body.user, body.keys),
                    body.possession)) {
    return refused(ErrorCode::bad_signature, "the newcomer does not hold its key");
  }
  const AuthorKind by = p.entry.author.kind;
  if (by == AuthorKind::kInvite || by == AuthorKind::kPairing) {
    SAMLA_TRY(redeem(p, body, id));
  } else {
    SAMLA_ASSIGN(const Signer signer, require_device_or_paper(p.entry));
    if (signer.user != body.user) {
      return refused(ErrorCode::not_permitted, "only a device or the words of the same user pair another");
    }
  }
  Device device;
  device.user = body.user;
  device.keys = body.keys;
  device.certified_ms = p.entry.time_ms;
  device.certified_by = p.entry.author;
  if (by == AuthorKind::kInvite) device.invite = InviteId::from(p.entry.author.id.view());
  add_device(id, std::move(device));
  return {};
}

// An entry that stands in the chain was in time when it was placed.
Result<void> IdentityState::redeem(const Pending& p, const DeviceCertificate& body, const DeviceId& device) {
  const ByteView author = p.entry.author.id.view();
  const auto check = [&](const auto& key) -> Result<void> {
    if (!p.entry.signed_by(key.auth)) return refused(ErrorCode::bad_signature);
    if (key.user != body.user) return refused(ErrorCode::not_permitted, "it is another user's");
    return {};
  };
  const auto settle = [&](auto& facts) {
    facts.status = OneUseStatus::kUsed;
    facts.device = device;
    facts.settled_at = next_seq();
  };
  if (p.entry.author.kind == AuthorKind::kPairing) {
    const PairingId id = PairingId::from(author);
    SAMLA_TRY(check_redeemable(id, p.placed_ms.value_or(0)));
    SAMLA_TRY(check(pairing(id)->pairing));
    pairings_.update(id, settle);
    return {};
  }
  const InviteId id = InviteId::from(author);
  SAMLA_TRY(check_redeemable(id, p.placed_ms.value_or(0)));
  SAMLA_TRY(check(invite(id)->invite));
  invites_.update(id, [&](InviteInfo& info) {
    settle(info);
    drop_spent(info.invite);
  });
  return {};
}

// ---- revocation

Result<void> IdentityState::take(const Pending& p, const Revocation& body) {
  SAMLA_ASSIGN(const Signer by, require_device_or_paper(p.entry));
  const ByteView id = body.id.view();
  switch (body.target) {
    case RevocationTarget::kDevice:
      return revoke_device(p.entry, by, body);
    case RevocationTarget::kInvite:
      return revoke_invite(by, InviteId::from(id));
    case RevocationTarget::kPaper:
      return revoke_paper(by, PaperId::from(id));
    case RevocationTarget::kPairing:
      return revoke_pairing(by, PairingId::from(id));
    case RevocationTarget::kEscrow:
      return revoke_escrow(by, EscrowId::from(id));
  }
  return refused(ErrorCode::unsupported);
}

// A second revocation of the same device moves its cut-offs on, where whoever signs it ranks as high.
Result<void> IdentityState::revoke_device(const Entry& entry, const Signer& by, const Revocation& body) {
  const DeviceId target = DeviceId::from(body.id.view());
  const Device* found = device(target);
  if (found == nullptr) return refused(ErrorCode::not_found);
  const bool own = by.user == found->user && (!found->admin || by.rank == Rank::kOutranking);
  if (!by.admin && !own) return refused(ErrorCode::not_permitted);
  // Signed before a reversal that has undone it: a server could place it a second time.
  if (entry.floating && !found->revoked.empty() &&
      found->revoked.back().until.value_or(0) > entry.anchor.seq) {
    return refused(ErrorCode::not_permitted, "it has been reversed since");
  }
  if (found->revoked_at) {
    if (by.rank < found->revoked_by) {
      return refused(ErrorCode::not_permitted, "a device does not change what outranks it");
    }
    std::vector<Cutoff> cutoffs = found->cutoffs;
    if (!extend(cutoffs, body.cutoffs) && by.rank == found->revoked_by) {
      return refused(ErrorCode::device_revoked);
    }
    devices_.update(target, [&](Device& device) {
      device.cutoffs = cutoffs;
      device.revoked_by = by.rank;
    });
    return {};
  }
  devices_.update(target, [&](Device& device) {
    device.revoked_at = next_seq();
    device.cutoffs = body.cutoffs;
    device.revoked_by = by.rank;
    device.revoked.push_back({next_seq(), {}});
  });
  return {};
}

Result<void> IdentityState::revoke_invite(const Signer& by, const InviteId& id) {
  if (!by.admin) return refused(ErrorCode::not_permitted, "only an administrator's device may do this");
  SAMLA_TRY(check_redeemable(id, 0));
  invites_.update(id, [&](InviteInfo& info) {
    info.status = OneUseStatus::kRevoked;
    info.settled_at = next_seq();
    drop_spent(info.invite);
  });
  return {};
}

Result<void> IdentityState::revoke_pairing(const Signer& by, const PairingId& id) {
  SAMLA_TRY(check_redeemable(id, 0));
  if (!by.admin && by.user != pairing(id)->pairing.user) return refused(ErrorCode::not_permitted);
  pairings_.update(id, [&](PairingFacts& info) {
    info.status = OneUseStatus::kRevoked;
    info.settled_at = next_seq();
  });
  return {};
}

// Not by a device: whoever has stolen one could take its user's better word away.
Result<void> IdentityState::revoke_paper(const Signer& by, const PaperId& id) {
  const PaperFacts* found = paper(id);
  if (found == nullptr) return refused(ErrorCode::not_found);
  if (found->revoked_at) return refused(ErrorCode::already_exists, "these words are revoked");
  const bool own = by.user == found->user && by.rank == Rank::kOutranking;
  if (!by.admin && !own) return refused(ErrorCode::not_permitted);
  papers_.update(id, [&](PaperFacts& facts) { facts.revoked_at = next_seq(); });
  return {};
}

Result<void> IdentityState::revoke_escrow(const Signer& by, const EscrowId& id) {
  if (!by.admin) return refused(ErrorCode::not_permitted, "only an administrator's device may do this");
  if (!escrow_active_at(id, head_.seq)) return refused(ErrorCode::not_found);
  escrows_.update(id, [&](EscrowFacts& facts) { facts.revoked_at = next_seq(); });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const InstanceCutoffs& body) {
  SAMLA_ASSIGN(const Signer by, require_device_or_paper(p.entry));
  const InstanceFacts* instance = instances_.find(body.writer);
  if (instance == nullptr) return refused(ErrorCode::not_found);
  const Device& owner = *device(instance->device);
  if (!owner.revoked_at) return refused(ErrorCode::wrong_state, "its device is not revoked");
  const bool own = by.user == owner.user && (!owner.admin || by.rank == Rank::kOutranking);
  if ((!by.admin && !own) || by.rank < owner.revoked_by) return refused(ErrorCode::not_permitted);
  std::vector<Cutoff> cutoffs = instance->cutoffs;
  if (!extend(cutoffs, body.cutoffs)) return refused(ErrorCode::already_exists);
  instances_.update(body.writer, [&](InstanceFacts& facts) { facts.cutoffs = cutoffs; });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Reversal& body) {
  SAMLA_ASSIGN(const Signer by, require_device_or_paper(p.entry));
  const Device* found = device(body.device);
  if (found == nullptr || !found->revoked_at) return refused(ErrorCode::not_found);
  if (by.rank != Rank::kOutranking || (!by.admin && by.user != found->user)) {
    return refused(ErrorCode::not_permitted, "only an administrator or the user's words reverse one");
  }
  if (found->revoked_by != Rank::kDevice) {
    return refused(ErrorCode::not_permitted, "only what a device revoked can be reversed");
  }
  devices_.update(body.device, [&](Device& device) {
    device.revoked_at.reset();
    device.cutoffs.clear();
    device.revoked.back().until = next_seq();
  });
  std::vector<WriterId> writers;
  for (const auto& [writer, facts] : instances_) {
    if (facts.device == body.device) writers.push_back(writer);
  }
  for (const WriterId& writer : writers) {
    instances_.update(writer, [](InstanceFacts& facts) { facts.cutoffs.clear(); });
  }
  return {};
}

// ---- other keys of a user

Result<void> IdentityState::take(const Pending& p, const Paper& body) {
  SAMLA_TRY(require_device_of(p.entry, body.user));
  const PaperId id = paper_id(body.sign);
  if (papers_.contains(id)) return refused(ErrorCode::already_exists);
  if (paper_of(body.user)) {
    return refused(ErrorCode::already_exists, "the user has words; they, or an administrator, revoke them");
  }
  if (!sign::verify(body.sign, kPaperPossessionDomain, paper_possession_bytes(organisation_, body),
                    body.possession)) {
    return refused(ErrorCode::bad_signature);
  }
  papers_.put(id, {body.user, body.sign, body.seal, next_seq(), {}, p.entry.author});
  users_.update(body.user, [&](UserHistory& info) { info.papers.push_back(id); });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Pairing& body) {
  SAMLA_TRY(require_device_of(p.entry, body.user));
  if (pairings_.contains(body.pairing)) return refused(ErrorCode::already_exists);
  pairings_.put(body.pairing, {body, OneUseStatus::kPending, {}, next_seq(), 0, p.entry.author});
  users_.update(body.user, [&](UserHistory& info) { info.pairings.push_back(body.pairing); });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const StoreInstance& body) {
  const DeviceId author = device_author(p.entry);
  if (p.entry.author.kind != AuthorKind::kDevice || !active(author)) return refused(ErrorCode::not_permitted);
  if (!p.entry.signed_by(device(author)->keys.sign)) return refused(ErrorCode::bad_signature);
  if (instances_.contains(body.writer) || devices_.contains(chain::device_of_writer(body.writer))) {
    return refused(ErrorCode::already_exists);
  }
  instances_.put(body.writer, {author, next_seq(), {}});
  return {};
}

Result<void> IdentityState::take(const Pending& p, const ForkChoice& body) {
  SAMLA_ASSIGN(const Signer by, require_device_or_paper(p.entry));
  const auto owner = device_of_writer(body.writer, head_.seq);
  if (!owner) return refused(ErrorCode::not_found);
  if (!by.admin && by.user != device(*owner)->user) return refused(ErrorCode::not_permitted);
  const ChangesetPlace place{body.space, body.writer, body.seq};
  if (branches_.contains(place)) return refused(ErrorCode::already_exists);
  branches_.put(place, body.hash);
  return {};
}

// ---- the organisation's

Result<void> IdentityState::take(const Pending& p, const Escrow& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (escrows_.contains(body.escrow)) return refused(ErrorCode::already_exists);
  if (body.holders[0].sign == body.holders[1].sign || body.holders[0].seal == body.holders[1].seal) {
    return refused(ErrorCode::not_permitted, "an escrow has two holders");
  }
  escrows_.put(body.escrow, {body, next_seq(), {}});
  return {};
}

Result<void> IdentityState::take(const Pending& p, const EscrowUse& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (!escrow_active_at(body.escrow, head_.seq) || !active(body.device)) return refused(ErrorCode::not_found);
  const Bytes words = escrow_use_bytes(organisation_, p.entry.anchor, body);
  const Escrow& used = escrow(body.escrow)->escrow;
  for (std::size_t i = 0; i < used.holders.size(); ++i) {
    if (!sign::verify(used.holders[i].sign, kEscrowUseDomain, words, body.holders[i])) {
      return refused(ErrorCode::bad_signature, "both holders sign");
    }
  }
  devices_.update(body.device, [&](Device& device) {
    device.escrows.push_back({body.escrow, body.space, next_seq()});
  });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Erasure& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (body.changesets.empty()) return refused(ErrorCode::malformed, "an erasure of nothing");
  for (const ErasedChangeset& changeset : body.changesets) {
    erasures_.update({changeset.space, changeset.writer, changeset.seq},
                     [&](std::vector<std::uint32_t>& all) {
                       std::vector<std::uint32_t> merged;
                       std::ranges::set_union(all, changeset.writes, std::back_inserter(merged));
                       all = std::move(merged);
                     });
  }
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Hold& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (holds_.contains(body.hold)) return refused(ErrorCode::already_exists);
  holds_.put(body.hold, {body.spaces, {next_seq(), {}}});
  return {};
}

Result<void> IdentityState::take(const Pending& p, const HoldRelease& body) {
  SAMLA_TRY(require_admin(p.entry));
  const HoldFacts* found = holds_.find(body.hold);
  if (found == nullptr || found->span.until) return refused(ErrorCode::not_found);
  holds_.update(body.hold, [&](HoldFacts& facts) { facts.span.until = next_seq(); });
  return {};
}

Result<void> IdentityState::take(const Pending& p, const Repair& body) {
  SAMLA_TRY(p.entry.author.kind == AuthorKind::kRoot ? require_root(p.entry) : require_admin(p.entry));
  if (seq_of(body.common.hash) != body.common.seq || body.abandoned.empty()) {
    return refused(ErrorCode::not_found, "no fork that this chain knows of");
  }
  for (const Head& head : body.abandoned) {
    if (heads_.contains(head.hash)) return refused(ErrorCode::not_permitted, "that head stands");
  }
  for (const Head& head : body.abandoned) abandoned_.put(head.hash, next_seq());
  return {};
}

// Whoever holds the whole state checks what a newcomer will have to believe.
Result<void> IdentityState::take(const Pending& p, const Checkpoint& body) {
  SAMLA_TRY(require_admin(p.entry));
  Bytes state = encode();
  if (body.state != hash_of_state(state)) {
    return refused(ErrorCode::not_authentic, "the state here is another");
  }
  if (kept_.keeps) kept_.state = std::make_shared<const Bytes>(std::move(state));
  return {};
}

Result<void> IdentityState::take(const Pending& p, const UserChange& body) {
  SAMLA_TRY(require_admin(p.entry));
  if (!users_.contains(body.user)) return refused(ErrorCode::not_found);
  change_user(body.user, [&](User& user) {
    user.role = body.role;
    user.entitlements = body.entitlements;
  });
  return {};
}

/// Bodies of space chains, and numbers whose rules this version does not have: an entry that nobody
/// checked must not stand in a chain.
template <class Other>
Result<void> IdentityState::take(const Pending&, const Other&) {
  return refused(ErrorCode::unsupported, "this version knows no rule for such an entry");
}

// ---- what the rules change

void IdentityState::add_device(const DeviceId& id, Device device) {
  const UserId user = device.user;
  device.certified_at = next_seq();
  devices_.put(id, std::move(device));
  users_.update(user, [&](UserHistory& info) { info.devices.push_back(id); });
}

template <class Change>
void IdentityState::change_user(const UserId& id, Change change) {
  users_.update(id, [&](UserHistory& info) {
    User version = info.versions.empty() ? User{} : *info.versions.back();
    change(version);
    version.since = next_seq();
    info.versions.push_back(std::make_shared<const UserFacts>(std::move(version)));
  });
}

}  // namespace samla::chain
