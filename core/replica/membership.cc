#include "core/replica/membership.h"

#include "core/custody/rotation.h"

namespace samla::replica {

namespace {
constexpr std::string_view kKeyRingKey = "key_ring";
}

Membership::Membership(store::Store& tables, const OrganisationId& organisation)
    : tables_(tables),
      organisation_(organisation),
      identity_(std::make_unique<chain::IdentityState>(organisation)) {}

Result<void> Membership::load() {
  identity_ = std::make_unique<chain::IdentityState>(organisation_);
  spaces_.clear();
  SAMLA_ASSIGN(auto ring, tables_.meta.get(kKeyRingKey));
  if (ring) {
    SAMLA_ASSIGN(ring_, custody::KeyRing::decode(*ring));
    wipe(*ring);
  }
  // The identity chain is named by zeros, so it comes first, and the others rest on it.
  SAMLA_ASSIGN(const std::vector<SpaceId> all, tables_.chains.all());
  for (const SpaceId& chain : all) {
    SAMLA_ASSIGN(const std::vector<Bytes> entries, tables_.chains.read(chain));
    for (const Bytes& entry : entries) SAMLA_TRY(apply(chain, entry));
  }
  return {};
}

Result<void> Membership::apply(const SpaceId& chain, ByteView entry) {
  if (chain.is_zero()) return identity_->apply(entry);
  auto& state = spaces_[chain];
  if (state == nullptr) state = std::make_unique<chain::SpaceState>(chain);
  return state->apply(entry, *identity_);
}

Result<void> Membership::take(const SpaceId& chain, std::span<const Bytes> entries) {
  for (const Bytes& entry : entries) {
    SAMLA_TRY(apply(chain, entry));
    SAMLA_TRY(tables_.chains.append(chain, head(chain), entry));
  }
  return {};
}

const chain::SpaceState* Membership::space(const SpaceId& id) const {
  const auto found = spaces_.find(id);
  return found == spaces_.end() || !found->second->genesis() ? nullptr : found->second.get();
}

ChainHead Membership::head(const SpaceId& chain) const {
  if (chain.is_zero()) return identity_->head();
  const auto found = spaces_.find(chain);
  return found == spaces_.end() ? ChainHead{} : found->second->head();
}

Result<void> Membership::add_key(const SpaceId& space, std::uint32_t epoch, custody::SpaceKeys keys) {
  SAMLA_TRY(ring_.add(space, epoch, std::move(keys)));
  return save_keys();
}

Result<void> Membership::open_earlier(const SpaceId& space) {
  const auto opened = custody::open_earlier_epochs(*spaces_.at(space), organisation_, ring_);
  SAMLA_TRY(save_keys());
  if (!opened.ok()) return opened.error();
  return {};
}

Result<void> Membership::save_keys() const {
  Bytes encoded = ring_.encode();
  const auto saved = tables_.meta.put(kKeyRingKey, encoded);
  wipe(encoded);
  return saved;
}

bool Membership::readable(const SpaceId& id) const {
  const chain::SpaceState* state = space(id);
  return state != nullptr && ring_.epoch_key(id, state->epoch()) != nullptr;
}

}  // namespace samla::replica
