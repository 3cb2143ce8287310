// Escrow as the domain asks for it.
#include <algorithm>

#include "core/custody/escrow.h"
#include "core/replica/local_replica.h"

namespace samla::replica {

namespace {

chain::EscrowId chain_id(const EscrowId& id) { return chain::EscrowId::from(id.view()); }

/// Both holders' keys in the escrow's order; whoever types first need not be the first. Absent: they are not.
std::optional<std::array<custody::PaperKeys, 2>> in_order(const chain::Escrow& escrow, custody::PaperKeys a,
                                                          custody::PaperKeys b) {
  const auto is = [&](std::size_t i, const custody::PaperKeys& keys) {
    return escrow.holders[i].sign == keys.sign.verify_key() &&
           escrow.holders[i].seal == keys.seal.public_key();
  };
  if (is(0, a) && is(1, b)) return std::array{std::move(a), std::move(b)};
  if (is(0, b) && is(1, a)) return std::array{std::move(b), std::move(a)};
  return {};
}

}  // namespace

Result<EscrowId> LocalReplica::declare_escrow(const UserId& first, const UserId& second,
                                              const SyncOptions& options) {
  constexpr const char* kOperation = "escrow.declare";
  if (first == second) {
    return fail(ErrorCode::invalid_argument, kOperation, "two people hold an escrow together");
  }
  if (!is_admin()) return fail(ErrorCode::not_permitted, kOperation, "only an administrator may do this");
  SAMLA_TRY(sync_or_fail(options));
  std::array<custody::HolderKeys, 2> holders;
  for (std::size_t i = 0; i < holders.size(); ++i) {
    const auto paper = identity().paper_of(i == 0 ? first : second);
    if (!paper) {
      return fail(ErrorCode::not_found, kOperation,
                  "a holder must have recovery words first: samla key recovery show");
    }
    holders[i] = {identity().paper(*paper)->sign, identity().paper(*paper)->seal};
  }
  const chain::Escrow body = custody::make_escrow(local_->random, organisation(), holders);
  SAMLA_TRY(wish(
      [&](ChainBatchBuilder& to) -> Result<void> {
        to.add_identity(body);
        return {};
      },
      options));
  return EscrowId::from(body.escrow.view());
}

Result<void> LocalReplica::revoke_escrow(const EscrowId& escrow, const SyncOptions& options) {
  const auto* facts = identity().escrow(chain_id(escrow));
  if (facts == nullptr || facts->revoked_at) return fail(ErrorCode::not_found, "escrow.revoke");
  chain::Revocation body{
      chain::RevocationTarget::kEscrow, decltype(chain::Revocation::id)::from(escrow.view()), {}};
  return wish(
      [&](ChainBatchBuilder& to) -> Result<void> {
        to.add_identity(body);
        return {};
      },
      options);
}

/// Whose words they are, or were.
Result<UserId> LocalReplica::holder_of(const chain::EscrowHolder& holder) const {
  const auto* paper = identity().paper(chain::paper_id(holder.sign));
  if (paper == nullptr) return fail(ErrorCode::not_found, "escrow.holder");
  return paper->user;
}

std::vector<EscrowInfo> LocalReplica::escrows() const {
  std::vector<EscrowInfo> out;
  for (const auto& [id, facts] : identity().escrows()) {
    EscrowInfo info{EscrowId::from(id.view()), {}, !facts.revoked_at, 0};
    for (const chain::EscrowHolder& holder : facts.escrow.holders) {
      if (const auto user = holder_of(holder); user.ok()) info.holders.push_back(*user);
    }
    for (const auto& [device, device_facts] : identity().devices()) {
      info.uses += static_cast<std::size_t>(
          std::ranges::count(device_facts.escrows, id, &chain::EscrowAccess::escrow));
    }
    out.push_back(std::move(info));
  }
  return out;
}

Result<void> LocalReplica::use_escrow(const SpaceId& space, std::string_view first_words,
                                      std::string_view second_words, const SyncOptions& options) {
  constexpr const char* kOperation = "escrow.use";
  if (!is_admin()) return fail(ErrorCode::not_permitted, kOperation, "only an administrator may do this");
  SAMLA_TRY(sync_or_fail(options));
  for (const chain::EscrowId& id : identity().escrows_at(identity().head().seq)) {
    const chain::Escrow& escrow = identity().escrow(id)->escrow;
    SAMLA_ASSIGN(const custody::RecoveryWords one, custody::RecoveryWords::parse(first_words));
    SAMLA_ASSIGN(const custody::RecoveryWords two, custody::RecoveryWords::parse(second_words));
    const auto holders = in_order(escrow, custody::keys_of_words(one), custody::keys_of_words(two));
    if (!holders) continue;
    SAMLA_ASSIGN(const Secret<32> a, custody::open_share((*holders)[0].seal, organisation(), escrow, 0));
    SAMLA_ASSIGN(const Secret<32> b, custody::open_share((*holders)[1].seal, organisation(), escrow, 1));
    SAMLA_ASSIGN(seal::KeyPair pair, custody::join_shares(escrow, a, b));
    local_->escrow.emplace(LocalStore::OpenEscrow{id, std::move(pair)});
    const auto used = wish(
        [&](ChainBatchBuilder& to) -> Result<void> {
          chain::EscrowUse body{id, space, device(), {}};
          const Bytes words = chain::escrow_use_bytes(organisation(), to.identity_head(), body);
          for (std::size_t i = 0; i < holders->size(); ++i) {
            body.holders[i] = (*holders)[i].sign.sign(chain::kEscrowUseDomain, words);
          }
          to.add_identity(body);
          return {};
        },
        options);
    // The space is among this device's from the next connection on, if not already.
    const auto pulled = used.ok() && !work_.reads(space) ? sync_or_fail(options) : used;
    local_->escrow.reset();
    SAMLA_TRY(pulled);
    if (work_.reads(space)) return {};
    return fail(ErrorCode::awaiting_grant, kOperation,
                "no member of that space has sealed its key to the escrow yet");
  }
  return fail(ErrorCode::not_permitted, kOperation, "these are not the words of both holders of an escrow");
}

Result<void> LocalReplica::set_personal_escrow(const SpaceId& space, bool on, const SyncOptions& options) {
  constexpr const char* kOperation = "escrow.notebook";
  const chain::SpaceState* state = local_->membership->space(space);
  if (state == nullptr || state->genesis()->space_class != chain::SpaceClass::kPersonal) {
    return fail(ErrorCode::not_found, kOperation, "only a personal space is asked about");
  }
  return place_wish(
      [&](ChainBatchBuilder& to) -> Result<void> {
        to.add_space(space, chain::SpaceEscrow{on});
        return {};
      },
      options);
}

}  // namespace samla::replica
