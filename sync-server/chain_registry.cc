#include "sync-server/chain_registry.h"

#include "sync-server/arbiter.h"

namespace samla::server {

using chain::IdentityState;
using chain::SpaceState;
using session::Access;

Result<void> ChainRegistry::load(StorageReader& storage) {
  SAMLA_ASSIGN(const auto since, storage.value(kUnconfirmedName));
  if (since) {
    SAMLA_ASSIGN(unconfirmed_ms_, decode_ms(*since));
  }
  SAMLA_ASSIGN(const auto awaited, storage.value(kAwaitedName));
  if (awaited && awaited->size() == OrganisationId::kSize) awaited_ = OrganisationId::from(*awaited);
  std::shared_ptr<IdentityState> identity;
  std::map<SpaceId, std::shared_ptr<SpaceState>> spaces;
  SAMLA_TRY(storage.all_entries([&](const SpaceId& space, ByteView bytes) -> Result<void> {
    if (!space.is_zero()) return {};
    if (identity == nullptr) {
      SAMLA_ASSIGN(const chain::Entry first, chain::Entry::decode(bytes));
      identity = std::make_shared<IdentityState>(first.organisation);
      identity->keep_checkpoints();
    }
    return identity->apply(bytes);
  }));
  SAMLA_TRY(storage.all_entries([&](const SpaceId& space, ByteView bytes) -> Result<void> {
    if (space.is_zero()) return {};
    if (identity == nullptr) return fail(ErrorCode::store_corrupt, "chains.load", "no identity chain");
    auto& state = spaces[space];
    if (state == nullptr) {
      state = std::make_shared<SpaceState>(space);
      state->keep_checkpoints();
    }
    return state->apply(bytes, *identity);
  }));
  if (identity == nullptr) return {};
  take({identity, {spaces.begin(), spaces.end()}, false, {}});
  return {};
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
  return unconfirmed_ms_;
}

std::optional<OrganisationId> ChainRegistry::awaited() const {
  const std::lock_guard lock(mutex_);
  return awaited_;
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
  if (change.identity != nullptr) identity_ = change.identity;
  if (change.confirmed) unconfirmed_ms_.reset();
  if (change.unconfirmed_ms) unconfirmed_ms_ = change.unconfirmed_ms;
  for (const auto& [id, state] : change.spaces) {
    spaces_[id] = state;
    for (const auto& [user, right] : state->members()) spaces_by_user_[user].insert(id);
  }
}

}  // namespace samla::server
