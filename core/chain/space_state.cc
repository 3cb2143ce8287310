// Look-ups in a space's state. Its rules: space_rules.cc, space_recipients.cc.
#include "core/chain/space_state.h"

#include <algorithm>

namespace samla::chain {

std::optional<std::uint64_t> SpaceState::seq_of(const sign::Hash& hash) const {
  if (hash.is_zero()) return 0;
  const std::uint64_t* found = heads_.find(hash);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

sign::Hash SpaceState::hash_at(std::uint64_t seq) const {
  return seq == 0 ? sign::Hash{} : hashes_.find(seq)->hash;
}

std::optional<std::uint64_t> SpaceState::abandoned(const sign::Hash& hash) const {
  const std::uint64_t* found = abandoned_.find(hash);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::uint64_t> SpaceState::named(const sign::Hash& hash) const {
  const auto stands = seq_of(hash);
  return stands ? stands : abandoned(hash);
}

std::uint64_t SpaceState::relied_on(const sign::Hash& hash) const {
  const std::uint64_t* found = heads_.find(hash);
  return found == nullptr ? 0 : hashes_.find(*found)->identity_seq;
}

const Epoch* SpaceState::epoch_entry(std::uint32_t epoch) const {
  const EpochFacts* found = epochs_.find(epoch);
  return found == nullptr ? nullptr : &found->entry;
}

std::uint32_t SpaceState::epoch_at(std::uint64_t seq) const {
  std::uint32_t epoch = epoch_;
  while (epoch > 0 && epochs_.find(epoch)->at > seq) --epoch;
  return epoch;
}

Right SpaceState::right_of_user(const UserId& user) const {
  const std::vector<RightFacts>* found = rights_.find(user);
  return found == nullptr ? Right::kNone : found->back().right;
}

bool SpaceState::put_out(const UserId& user) const {
  const auto* changes = rights_.find(user);
  return changes != nullptr && !changes->empty() && changes->back().right == Right::kNone;
}

std::vector<std::pair<UserId, Right>> SpaceState::members() const {
  std::vector<std::pair<UserId, Right>> out;
  for (const auto& [user, changes] : rights_) {
    if (changes.back().right != Right::kNone) out.emplace_back(user, changes.back().right);
  }
  return out;
}

bool SpaceState::granted(const DeviceId& device, std::uint64_t space_seq, const IdentityState& identity,
                         std::uint64_t identity_seq) const {
  return std::ranges::any_of(identity.recipients_of(device, space_, identity_seq),
                             [&](const RecipientId& id) {
                               const GrantFacts* found = grants_.find(id);
                               return found != nullptr && found->since <= space_seq;
                             });
}

bool SpaceState::holds_present(const DeviceId& device, const IdentityState& identity,
                               std::uint64_t identity_seq) const {
  return std::ranges::any_of(identity.recipients_of(device, space_, identity_seq),
                             [&](const RecipientId& id) { return grant_of(id).has_value(); });
}

bool SpaceState::holds_grant(const DeviceId& device, const IdentityState& identity) const {
  return holds_present(device, identity, identity.head().seq);
}

Right SpaceState::right_of(const DeviceId& device, const IdentityState& identity) const {
  return right_at(device, head_.seq, identity, identity.head().seq);
}

Right SpaceState::right_at(const DeviceId& device, std::uint64_t space_seq, const IdentityState& identity,
                           std::uint64_t identity_seq) const {
  const auto* info = identity.device(device);
  if (info == nullptr || !identity.active_at(device, identity_seq)) return Right::kNone;
  if (!granted(device, space_seq, identity, identity_seq)) return Right::kNone;
  Right right = Right::kNone;
  if (const std::vector<RightFacts>* found = rights_.find(info->user)) {
    for (const RightFacts& change : *found) {
      if (change.at <= space_seq) right = change.right;
    }
  }
  // Whom two holders and an administrator have given the keys reads, and lets in whom the administrator
  // entitled.
  const bool by_escrow = right == Right::kNone && identity.reads_by_escrow(device, space_, identity_seq);
  return by_escrow ? Right::kReader : right;
}

std::optional<sign::Hash> SpaceState::grant_of(const RecipientId& recipient) const {
  const GrantFacts* found = grants_.find(recipient);
  if (found == nullptr || found->epoch != epoch_) return std::nullopt;
  return found->grant;
}

}  // namespace samla::chain
