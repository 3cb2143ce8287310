// Look-ups in an identity chain's state. Its rules: identity_rules.cc.
#include "core/chain/identity_state.h"

#include <algorithm>

namespace samla::chain {

namespace {

template <class Facts>
std::optional<OneUseStatus> status_at(const Facts* facts, std::uint64_t seq) {
  if (facts == nullptr || facts->certified_at > seq) return std::nullopt;
  return facts->settled_at != 0 && facts->settled_at <= seq ? facts->status : OneUseStatus::kPending;
}

}  // namespace

std::optional<std::uint64_t> IdentityState::seq_of(const sign::Hash& hash) const {
  if (hash.is_zero()) return 0;
  const std::uint64_t* found = heads_.find(hash);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

sign::Hash IdentityState::hash_at(std::uint64_t seq) const {
  return seq == 0 ? sign::Hash{} : *hashes_.find(seq);
}

std::optional<std::uint64_t> IdentityState::abandoned(const sign::Hash& hash) const {
  const std::uint64_t* found = abandoned_.find(hash);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::uint64_t> IdentityState::named(const sign::Hash& hash) const {
  const auto stands = seq_of(hash);
  return stands ? stands : abandoned(hash);
}

const IdentityState::User* IdentityState::user_at(const UserId& id, std::uint64_t seq) const {
  const UserHistory* info = users_.find(id);
  if (info == nullptr) return nullptr;
  const auto after = std::ranges::upper_bound(
      info->versions, seq, {}, [](const std::shared_ptr<const User>& version) { return version->since; });
  return after == info->versions.begin() ? nullptr : std::prev(after)->get();
}

const Entitlement* IdentityState::entitlement_at(const UserId& id, const SpaceId& space,
                                                 std::uint64_t seq) const {
  const User* who = user_at(id, seq);
  if (who == nullptr) return nullptr;
  const auto found = std::ranges::lower_bound(who->entitlements, space, {}, &Entitlement::space);
  return found == who->entitlements.end() || found->space != space ? nullptr : &*found;
}

bool IdentityState::active_at(const DeviceId& id, std::uint64_t seq) const {
  const Device* found = device(id);
  return found != nullptr && found->certified_at <= seq &&
         std::ranges::none_of(found->revoked, [&](const Span& span) { return span.covers(seq); });
}

bool IdentityState::is_admin_at(const DeviceId& id, std::uint64_t seq) const {
  const Device* found = device(id);
  return found != nullptr && found->admin_span && found->admin_span->covers(seq) && active_at(id, seq);
}

std::optional<OneUseStatus> IdentityState::invite_status_at(const InviteId& id, std::uint64_t seq) const {
  return status_at(invite(id), seq);
}

std::optional<OneUseStatus> IdentityState::pairing_status_at(const PairingId& id, std::uint64_t seq) const {
  return status_at(pairing(id), seq);
}

bool IdentityState::paper_active_at(const PaperId& id, std::uint64_t seq) const {
  const PaperFacts* found = paper(id);
  return found != nullptr && found->certified_at <= seq && (!found->revoked_at || *found->revoked_at > seq);
}

std::optional<PaperId> IdentityState::paper_of_at(const UserId& user, std::uint64_t seq) const {
  const UserHistory* history = users_.find(user);
  if (history == nullptr) return std::nullopt;
  const auto found =
      std::ranges::find_if(history->papers, [&](const PaperId& id) { return paper_active_at(id, seq); });
  return found == history->papers.end() ? std::nullopt : std::optional(*found);
}

bool IdentityState::escrow_active_at(const EscrowId& id, std::uint64_t seq) const {
  const EscrowFacts* found = escrow(id);
  return found != nullptr && found->declared_at <= seq && (!found->revoked_at || *found->revoked_at > seq);
}

std::vector<EscrowId> IdentityState::escrows_at(std::uint64_t seq) const {
  std::vector<EscrowId> out;
  for (const auto& [id, facts] : escrows_) {
    if (escrow_active_at(id, seq)) out.push_back(id);
  }
  return out;
}

std::optional<DeviceId> IdentityState::device_of_writer(const WriterId& writer, std::uint64_t seq) const {
  const DeviceId first = chain::device_of_writer(writer);
  if (const Device* found = device(first)) {
    return found->certified_at <= seq ? std::optional(first) : std::nullopt;
  }
  const InstanceFacts* instance = instances_.find(writer);
  return instance == nullptr || instance->since > seq ? std::nullopt : std::optional(instance->device);
}

std::vector<IdentityState::RecipientId> IdentityState::recipients_of(const DeviceId& id, const SpaceId& space,
                                                                     std::uint64_t seq) const {
  std::vector<RecipientId> out = {RecipientId::from(id.view())};
  const Device* found = device(id);
  if (found == nullptr) return out;
  const AuthorKind by = found->certified_by.kind;
  if (by == AuthorKind::kInvite || by == AuthorKind::kPairing || by == AuthorKind::kPaper) {
    out.push_back(RecipientId::from(found->certified_by.id.view()));
  }
  for (const EscrowAccess& access : found->escrows) {
    if (access.space == space && access.at <= seq) out.push_back(RecipientId::from(access.escrow.view()));
  }
  return out;
}

std::optional<Cutoff> IdentityState::cutoff_of(const WriterId& writer, const SpaceId& space) const {
  const auto id = device_of_writer(writer, head_.seq);
  const Device* found = id ? device(*id) : nullptr;
  if (found == nullptr || !found->revoked_at) return std::nullopt;
  const bool first = writer == writer_of_device(*id);
  const std::vector<Cutoff>& list = first ? found->cutoffs : instances_.find(writer)->cutoffs;
  const auto cutoff = std::ranges::lower_bound(list, space, {}, &Cutoff::space);
  return cutoff == list.end() || cutoff->space != space ? Cutoff{space, 0, {}} : *cutoff;
}

std::optional<sign::Hash> IdentityState::standing_branch(const SpaceId& space, const WriterId& writer,
                                                         std::uint64_t seq) const {
  const sign::Hash* found = branches_.find({space, writer, seq});
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Erased IdentityState::erased(const ChangesetPlace& changeset, std::uint32_t write) const {
  const std::vector<std::uint32_t>* writes = erasures_.find(changeset);
  if (writes == nullptr || !std::ranges::binary_search(*writes, write)) return Erased::kNo;
  return held(changeset.space) ? Erased::kHeld : Erased::kYes;
}

bool IdentityState::reads_by_escrow(const DeviceId& id, const SpaceId& space, std::uint64_t seq) const {
  const Device* found = device(id);
  return found != nullptr && std::ranges::any_of(found->escrows, [&](const EscrowAccess& access) {
           return access.space == space && access.at <= seq && escrow_active_at(access.escrow, seq);
         });
}

std::vector<WriterId> IdentityState::writers_of(const DeviceId& device) const {
  std::vector<WriterId> out = {chain::writer_of_device(device)};
  for (const auto& [writer, facts] : instances_) {
    if (facts.device == device) out.push_back(writer);
  }
  return out;
}

bool IdentityState::held(const SpaceId& space) const {
  for (const auto& [id, hold] : holds_) {
    const bool concerns = hold.spaces.empty() || std::ranges::binary_search(hold.spaces, space);
    if (concerns && hold.span.covers(head_.seq)) return true;
  }
  return false;
}

std::vector<DeviceId> IdentityState::devices_of(const UserId& user) const {
  const UserHistory* info = users_.find(user);
  return info == nullptr ? std::vector<DeviceId>{} : info->devices;
}

std::vector<InviteId> IdentityState::invites_of(const UserId& user) const {
  const UserHistory* info = users_.find(user);
  return info == nullptr ? std::vector<InviteId>{} : info->invites;
}

std::vector<PairingId> IdentityState::pairings_of(const UserId& user) const {
  const UserHistory* info = users_.find(user);
  return info == nullptr ? std::vector<PairingId>{} : info->pairings;
}

std::vector<UserId> IdentityState::users() const {
  std::vector<UserId> out;
  for (const auto& [id, info] : users_) out.push_back(id);
  return out;
}

IdentityState::Certified IdentityState::certified_by(const DeviceId& device) const {
  const Author author{AuthorKind::kDevice, decltype(Author::id)::from(device.view())};
  Certified out;
  for (const auto& [id, facts] : devices_) {
    if (facts.certified_by == author) out.devices.push_back(id);
  }
  for (const auto& [id, facts] : invites_) {
    if (facts.certified_by != author) continue;
    out.invites.push_back(id);
    if (facts.device) out.devices.push_back(*facts.device);
  }
  for (const auto& [id, facts] : pairings_) {
    if (facts.certified_by != author) continue;
    out.pairings.push_back(id);
    if (facts.device) out.devices.push_back(*facts.device);
  }
  for (const auto& [id, facts] : papers_) {
    if (facts.certified_by == author) out.papers.push_back(id);
  }
  std::ranges::sort(out.devices);
  return out;
}

}  // namespace samla::chain
