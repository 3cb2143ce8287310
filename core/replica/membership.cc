#include "core/replica/membership.h"

#include <algorithm>

#include "core/custody/rotation.h"

namespace samla::replica {

namespace {
constexpr std::string_view kKeyRingKey = "key_ring";
/// A state is kept anew once that many entries follow it, or an eighth of a shorter chain: verifying them
/// takes about as long as writing it.
constexpr std::uint64_t kUnkeptMax = 128;
constexpr std::uint64_t kUnkeptShare = 8;
}  // namespace

Membership::Membership(store::Store& tables, const OrganisationId& organisation)
    : tables_(tables),
      organisation_(organisation),
      identity_(std::make_unique<chain::IdentityState>(organisation)) {}

Result<void> Membership::load() {
  identity_ = std::make_unique<chain::IdentityState>(organisation_);
  spaces_.clear();
  kept_.clear();
  SAMLA_ASSIGN(auto ring, tables_.meta.get(kKeyRingKey));
  if (ring) {
    SAMLA_ASSIGN(ring_, custody::KeyRing::decode(*ring));
    wipe(*ring);
  }
  // The identity chain is named by zeros, so it comes first, and the others rest on it.
  SAMLA_ASSIGN(const std::vector<SpaceId> all, tables_.chains.all());
  for (const SpaceId& chain : all) SAMLA_TRY(load(chain));
  return {};
}

/// A state of an earlier form is made anew from the entries, where they are all here.
Result<void> Membership::load(const SpaceId& chain) {
  SAMLA_ASSIGN(const auto kept, tables_.chains.state(chain));
  std::uint64_t after = 0;
  if (kept) {
    Result<void> taken;
    if (chain.is_zero()) {
      auto state = chain::IdentityState::decode(kept->bytes);
      if (state.ok()) identity_ = std::make_unique<chain::IdentityState>(std::move(*state));
      if (!state.ok()) taken = state.error();
    } else {
      auto state = chain::SpaceState::decode(kept->bytes);
      if (state.ok()) spaces_[chain] = std::make_unique<chain::SpaceState>(std::move(*state));
      if (!state.ok()) taken = state.error();
    }
    SAMLA_ASSIGN(const std::uint64_t first, tables_.chains.first(chain));
    if (!taken.ok() && first > 1) return taken.error();
    if (taken.ok() && head(chain) != kept->head) return fail(ErrorCode::store_corrupt, "chain.state");
    if (taken.ok()) after = kept_[chain] = kept->head.seq;
  }
  SAMLA_ASSIGN(const std::vector<Bytes> entries, tables_.chains.read(chain, after));
  for (const Bytes& entry : entries) SAMLA_TRY(apply(chain, entry));
  return {};
}

Result<void> Membership::begin(const SpaceId& chain, ByteView checkpoint, std::span<const Bytes> witnesses,
                               ByteView state) {
  if (head(chain).seq > 0) return fail(ErrorCode::already_exists, "chain.begin");
  const auto unbelieved = [] {
    return fail(ErrorCode::not_authentic, "checkpoint", "nobody vouches for it");
  };
  if (witnesses.empty()) return unbelieved();
  if (chain.is_zero()) {
    SAMLA_ASSIGN(const chain::Entry first, chain::Entry::decode(witnesses.front()));
    const auto* genesis = std::get_if<chain::Genesis>(&first.body);
    if (witnesses.size() != 2 || genesis == nullptr || chain::organisation_id(*genesis) != organisation_) {
      return unbelieved();
    }
    SAMLA_ASSIGN(auto begun, chain::IdentityState::from_checkpoint(organisation_, genesis->root, state,
                                                                   checkpoint, witnesses[1]));
    identity_ = std::make_unique<chain::IdentityState>(std::move(begun));
  } else {
    SAMLA_ASSIGN(auto begun,
                 chain::SpaceState::from_checkpoint(chain, state, checkpoint, witnesses.front(), *identity_));
    spaces_[chain] = std::make_unique<chain::SpaceState>(std::move(begun));
  }
  kept_[chain] = head(chain).seq;
  return tables_.chains.keep_state(chain, head(chain), state);
}

Result<void> Membership::complete(const SpaceId& chain, std::span<const Bytes> entries) {
  std::vector<std::pair<ChainHead, Bytes>> placed;
  ChainHead at;
  for (const Bytes& entry : entries) {
    at = chain::next_head(at, entry);
    if (at.seq > head(chain).seq || at.hash != hash_at(chain, at.seq)) {
      return fail(ErrorCode::chain_forked, "chain.complete");
    }
    placed.emplace_back(at, entry);
  }
  return tables_.chains.complete(chain, placed);
}

sign::Hash Membership::hash_at(const SpaceId& chain, std::uint64_t seq) const {
  return chain.is_zero() ? identity_->hash_at(seq) : spaces_.at(chain)->hash_at(seq);
}

// ---- what is kept

bool Membership::is_unkept(const SpaceId& chain) const {
  const auto found = kept_.find(chain);
  const std::uint64_t seq = head(chain).seq;
  const std::uint64_t tail = seq - (found == kept_.end() ? 0 : found->second);
  return tail > 0 && tail >= std::min(kUnkeptMax, seq / kUnkeptShare);
}

bool Membership::has_unkept() const {
  return is_unkept({}) ||
         std::ranges::any_of(spaces_, [&](const auto& each) { return is_unkept(each.first); });
}

Bytes Membership::encoded(const SpaceId& chain) const {
  return chain.is_zero() ? identity_->encode() : spaces_.at(chain)->encode();
}

Result<void> Membership::keep_states() {
  std::vector<SpaceId> chains;
  if (is_unkept({})) chains.emplace_back();
  for (const auto& [id, state] : spaces_) {
    if (is_unkept(id)) chains.push_back(id);
  }
  for (const SpaceId& chain : chains) {
    SAMLA_TRY(tables_.chains.keep_state(chain, head(chain), encoded(chain)));
    kept_[chain] = head(chain).seq;
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
