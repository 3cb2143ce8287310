#include "sync-server/chain_registry.h"

#include "sync-server/arbiter.h"

namespace samla::server {

using chain::IdentityState;
using chain::SpaceState;
using session::Access;

namespace {

using Entries = std::vector<std::pair<SpaceId, Bytes>>;

/// The states with the entries added: the identity chain's first, since a space's need it, at whatever
/// length.
Result<ChainChange> with(IdentityPtr identity, const std::function<SpacePtr(const SpaceId&)>& space_before,
                         const Entries& entries) {
  std::shared_ptr<IdentityState> grown;
  for (const auto& [space, bytes] : entries) {
    if (!space.is_zero()) continue;
    if (grown == nullptr && identity == nullptr) {
      SAMLA_ASSIGN(const chain::Entry first, chain::Entry::decode(bytes));
      grown = std::make_shared<IdentityState>(first.organisation);
      grown->keep_checkpoints();
    } else if (grown == nullptr) {
      grown = std::make_shared<IdentityState>(*identity);
    }
    SAMLA_TRY(grown->apply(bytes));
  }
  if (grown != nullptr) identity = grown;
  std::map<SpaceId, std::shared_ptr<SpaceState>> spaces;
  for (const auto& [space, bytes] : entries) {
    if (space.is_zero()) continue;
    if (identity == nullptr) return fail(ErrorCode::store_corrupt, "chains.load", "no identity chain");
    auto& state = spaces[space];
    if (state == nullptr) {
      const SpacePtr before = space_before(space);
      state = before == nullptr ? std::make_shared<SpaceState>(space) : std::make_shared<SpaceState>(*before);
      if (before == nullptr) state->keep_checkpoints();
    }
    SAMLA_TRY(state->apply(bytes, *identity));
  }
  return ChainChange{grown, {spaces.begin(), spaces.end()}};
}

}  // namespace

Result<ChainRegistry::Values> ChainRegistry::read_values(StorageReader& storage) {
  Values out;
  SAMLA_ASSIGN(const auto since, storage.value(kUnconfirmedName));
  if (since) {
    SAMLA_ASSIGN(out.unconfirmed_ms, decode_ms(*since));
  }
  SAMLA_ASSIGN(const auto awaited, storage.value(kAwaitedName));
  if (awaited && awaited->size() == OrganisationId::kSize) out.awaited = OrganisationId::from(*awaited);
  return out;
}

Result<void> ChainRegistry::load(StorageReader& storage) {
  if (storage.shared()) {
    bool set_back = false;
    SAMLA_TRY(catch_up(storage, set_back));
    return {};
  }
  SAMLA_ASSIGN(values_, read_values(storage));
  Entries entries;
  SAMLA_TRY(storage.all_entries([&](const SpaceId& space, ByteView bytes) -> Result<void> {
    entries.emplace_back(space, to_bytes(bytes));
    return {};
  }));
  SAMLA_ASSIGN(const ChainChange change, with(
                                             nullptr, [](const SpaceId&) { return nullptr; }, entries));
  take(change);
  return {};
}

Result<std::set<SpaceId>> ChainRegistry::catch_up(StorageReader& storage, bool& set_back) {
  for (;;) {
    const std::uint64_t known = revision();
    SAMLA_ASSIGN(ChainTail tail, storage.chains_since(known));
    if (tail.revision == known) return std::set<SpaceId>();
    const bool behind = tail.revision < known;
    if (behind) {
      SAMLA_ASSIGN(tail, storage.chains_since(0));
    }
    SAMLA_ASSIGN(const Values values, read_values(storage));
    const std::lock_guard lock(mutex_);
    // Somebody else took something meanwhile: these entries may be among it.
    if (revision_ != known) continue;
    const auto before = [&](const SpaceId& space) -> SpacePtr {
      const auto found = spaces_.find(space);
      return behind || found == spaces_.end() ? nullptr : found->second;
    };
    SAMLA_ASSIGN(ChainChange change, with(behind ? nullptr : identity_, before, tail.entries));
    if (behind) {
      set_back = true;
      identity_.reset();
      spaces_.clear();
      spaces_by_user_.clear();
    }
    std::set<SpaceId> grown;
    if (change.identity != nullptr) grown.insert(SpaceId{});
    for (const auto& [space, state] : change.spaces) grown.insert(space);
    take_locked(change);
    values_ = values;
    revision_ = tail.revision;
    return grown;
  }
}

std::uint64_t ChainRegistry::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

IdentityPtr ChainRegistry::identity() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

SpacePtr ChainRegistry::space(const SpaceId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = spaces_.find(id);
  return found == spaces_.end() ? nullptr : found->second;
}

ChainHead ChainRegistry::head(const SpaceId& space) const {
  const std::lock_guard lock(mutex_);
  if (space.is_zero()) return identity_ == nullptr ? ChainHead{} : identity_->head();
  const auto found = spaces_.find(space);
  return found == spaces_.end() ? ChainHead{} : found->second->head();
}

std::vector<SpaceId> ChainRegistry::all_spaces() const {
  const std::lock_guard lock(mutex_);
  std::vector<SpaceId> out;
  for (const auto& [id, state] : spaces_) out.push_back(id);
  return out;
}

std::optional<std::uint64_t> ChainRegistry::unconfirmed_ms() const {
  const std::lock_guard lock(mutex_);
  return values_.unconfirmed_ms;
}

std::optional<OrganisationId> ChainRegistry::awaited() const {
  const std::lock_guard lock(mutex_);
  return values_.awaited;
}

Access ChainRegistry::access(const SpaceId& space, const DeviceId& device) const {
  const std::lock_guard lock(mutex_);
  return access_locked(space, device);
}

Access ChainRegistry::access_locked(const SpaceId& space, const DeviceId& device) const {
  const auto found = spaces_.find(space);
  if (found == spaces_.end() || identity_ == nullptr) return Access::kNone;
  return access_by(*found->second, *identity_, device);
}

Access ChainRegistry::access_by(const SpaceState& state, const IdentityState& identity,
                                const DeviceId& device) {
  if (!identity.active(device)) return Access::kNone;
  const chain::Right right = state.right_of(device, identity);
  if (right >= chain::Right::kWriter) return Access::kWrite;
  if (right == chain::Right::kReader) return Access::kRead;
  // Members and the entitled who hold no key yet: they must see that the space has been founded.
  const UserId& user = identity.device(device)->user;
  const bool awaits = state.right_of_user(user) != chain::Right::kNone ||
                      identity.entitlement(user, state.space()) != nullptr;
  return awaits ? Access::kChain : Access::kNone;
}

std::vector<SpaceId> ChainRegistry::spaces_of(const DeviceId& device) const {
  const std::lock_guard lock(mutex_);
  std::vector<SpaceId> out;
  const IdentityState::Device* info = identity_ == nullptr ? nullptr : identity_->device(device);
  if (info == nullptr) return out;
  std::set<SpaceId> candidates;
  if (const auto found = spaces_by_user_.find(info->user); found != spaces_by_user_.end()) {
    candidates = found->second;
  }
  if (const IdentityState::User* user = identity_->user(info->user)) {
    for (const chain::Entitlement& entitlement : user->entitlements) candidates.insert(entitlement.space);
  }
  for (const chain::EscrowAccess& access : info->escrows) candidates.insert(access.space);
  for (const SpaceId& space : candidates) {
    if (access_locked(space, device) >= Access::kChain) out.push_back(space);
  }
  return out;
}

void ChainRegistry::take(const ChainChange& change) {
  const std::lock_guard lock(mutex_);
  if (change.revision != 0) {
    // Another thread has read it from the storage since, and perhaps more.
    if (change.revision <= revision_) return;
    revision_ = change.revision;
  }
  take_locked(change);
}

void ChainRegistry::take_locked(const ChainChange& change) {
  if (change.identity != nullptr) identity_ = change.identity;
  if (change.confirmed) values_.unconfirmed_ms.reset();
  if (change.unconfirmed_ms) values_.unconfirmed_ms = change.unconfirmed_ms;
  for (const auto& [id, state] : change.spaces) {
    spaces_[id] = state;
    for (const auto& [user, right] : state->members()) spaces_by_user_[user].insert(id);
  }
}

}  // namespace samla::server
