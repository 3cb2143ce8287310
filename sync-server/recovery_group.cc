// What devices bring back to a server that was restored, emptied or rolled back: chain entries that it
// lacks, and its own signature over places that it lacks. Everything is verified as if it were new; but
// while nobody has confirmed how far the chain had come, entries are judged as history and not as wishes.
#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/chain/server_fragment.h"
#include "core/session/refused.h"
#include "sync-server/group.h"
#include "sync-server/new_life.h"

namespace samla::server {

namespace {

using Answer = std::optional<wire::Refused>;

/// Of the chain that `state` is, entries from `first_seq` on: those that it has must be the same ones, those
/// that follow its head are applied. How many were applied, or why none is taken.
template <class State, class Apply>
std::variant<std::size_t, wire::Refused> follow(const State& state, const wire::ChainOffer& offer,
                                                Apply&& apply) {
  std::size_t applied = 0;
  std::uint64_t seq = offer.first_seq;
  for (const Bytes& entry : offer.entries) {
    if (seq == 0 || seq > state.head().seq + 1) return wire::Refused::kChainBehind;
    if (seq <= state.head().seq) {
      const chain::Head before{seq - 1, state.hash_at(seq - 1)};
      if (chain::next_head(before, entry).hash != state.hash_at(seq)) return wire::Refused::kChainConflict;
    } else {
      if (const Result<void> taken = apply(entry); !taken.ok()) {
        return session::refused_of(taken.error().code);
      }
      ++applied;
    }
    ++seq;
  }
  return applied;
}

/// The sender's pin is of this chain, or beyond its end.
template <class State>
bool agrees(const State& state, const ChainHead& pin) {
  return pin.seq > state.head().seq || state.seq_of(pin.hash) == pin.seq;
}

}  // namespace

Result<void> Group::place(Asker asker, const OfferJob& job) {
  const bool identity_chain = job.offer.space.is_zero();
  SAMLA_ASSIGN(const Answer refused, identity_chain ? take_identity(job) : take_space(job));
  wire::ChainOfferResult answer{job.offer.space, refused, {}};
  if (!refused && identity_chain && identity() != nullptr) answer.head = identity()->head();
  if (!refused && !identity_chain && space(job.offer.space) != nullptr) {
    answer.head = space(job.offer.space)->head();
  }
  result_.offer_results.emplace_back(asker, answer);
  return {};
}

Result<Answer> Group::take_identity(const OfferJob& job) {
  const IdentityPtr before = identity();
  const auto awaited = arbiter_.registry_.awaited();
  if (before == nullptr && !awaited) return Answer(Refused::kNotPermitted);
  auto now = before == nullptr ? std::make_shared<chain::IdentityState>(*awaited)
                               : std::make_shared<chain::IdentityState>(*before);
  now->keep_checkpoints();
  SAMLA_ASSIGN(const bool history, judged_as_history({}));
  const auto placed_ms = history ? std::nullopt : std::optional(arbiter_.clock_.now_ms());
  const std::uint64_t had = now->head().seq;
  const auto taken = follow(*now, job.offer, [&](ByteView entry) { return now->apply(entry, placed_ms); });
  if (const auto* refused = std::get_if<Refused>(&taken)) return Answer(*refused);
  if (!agrees(*now, job.offer.pin)) return Answer(Refused::kChainConflict);
  if (const std::size_t count = std::get<std::size_t>(taken); count > 0) {
    SAMLA_TRY(store_offered(job.offer, count, had));
    chains_.identity = now;
    if (before != nullptr) SAMLA_TRY(judge_again(*before));
  }
  return confirm(job, *now);
}

Result<void> Group::store_offered(const wire::ChainOffer& offer, std::size_t count, std::uint64_t had) {
  const std::size_t skipped = offer.entries.size() - count;
  for (std::size_t i = 0; i < count; ++i) {
    SAMLA_TRY(transaction_.put_entry(offer.space, had + 1 + i, offer.entries[skipped + i]));
  }
  result_.chains_changed.insert(offer.space);
  return {};
}

/// An administrator's device has seen no more of the chain than is here: entries may be added again.
Result<Answer> Group::confirm(const OfferJob& job, const chain::IdentityState& now) {
  const auto* device = now.device(job.device);
  const bool admin = device != nullptr && device->keys.noise == job.peer && now.is_admin(job.device);
  // What was offered to a life that ends with this group is offered again to the next.
  if (result_.renewed || !unconfirmed() || !admin || now.seq_of(job.offer.pin.hash) != job.offer.pin.seq)
    return Answer();
  SAMLA_TRY(transaction_.drop_value(kUnconfirmedName));
  chains_.confirmed = true;
  return Answer();
}

Result<Answer> Group::take_space(const OfferJob& job) {
  const SpaceId& id = job.offer.space;
  if (identity() == nullptr) return Answer(Refused::kChainBehind);
  const SpacePtr before = space(id);
  auto now = before == nullptr ? std::make_shared<chain::SpaceState>(id)
                               : std::make_shared<chain::SpaceState>(*before);
  now->keep_checkpoints();
  SAMLA_ASSIGN(const bool history, judged_as_history(id));
  const auto placing = history ? chain::Placing::kBefore : chain::Placing::kNow;
  const std::uint64_t had = now->head().seq;
  const auto taken =
      follow(*now, job.offer, [&](ByteView entry) { return now->apply(entry, *identity(), placing); });
  if (const auto* refused = std::get_if<Refused>(&taken)) return Answer(*refused);
  if (!agrees(*now, job.offer.pin)) return Answer(Refused::kChainConflict);
  const std::size_t count = std::get<std::size_t>(taken);
  if (now->head().seq == 0) return Answer();
  if (ChainRegistry::access_by(*now, *identity(), job.device) == session::Access::kNone) {
    return Answer(Refused::kNotPermitted);
  }
  if (count > 0) {
    SAMLA_TRY(store_offered(job.offer, count, had));
    chains_.spaces[id] = std::move(now);
  }
  return Answer();
}

/// The server once signed for a place that it does not have, or has otherwise: it was set back without
/// knowing. A new life begins, so that every device looks at what is left.
Result<void> Group::place(Asker, const RenewJob& job) {
  const wire::Receipts& shown = job.receipts;
  if (result_.renewed || shown.incarnation != arbiter_.tips_.incarnation()) return {};
  if (!sign::verify(arbiter_.keys_.receipts.verify_key(), wire::kReceiptsDomain, wire::signed_part(shown),
                    shown.signature)) {
    return {};
  }
  for (const wire::Receipt& each : shown.receipts) {
    SAMLA_ASSIGN(const auto there, arbiter_.storage_.changeset_at(each.space, each.seq));
    if (there && there->head == each.head) continue;
    SystemRandom random;
    const std::uint64_t now_ms = arbiter_.clock_.now_ms();
    SAMLA_ASSIGN(result_.renewed, renew(transaction_, random, now_ms));
    chains_.unconfirmed_ms = now_ms;
    return {};
  }
  return {};
}

// ---- while nobody has confirmed the chains

bool Group::unconfirmed() const {
  return chains_.unconfirmed_ms || (!chains_.confirmed && arbiter_.registry_.unconfirmed_ms());
}

namespace {

std::string added_name(const SpaceId& space) { return std::string(kAddedName) + to_hex(space.view()); }

}  // namespace

/// What a server in a new life lacks of a chain stood in it before, whoever has left the organisation since:
/// by the rules for what is new it would be refused for good, and with it all that was written in the space.
/// Until an entry is added to the chain: then it goes on from there.
Result<bool> Group::judged_as_history(const SpaceId& space) {
  if (unconfirmed()) return true;
  SAMLA_ASSIGN(const auto life, arbiter_.storage_.value(kRenewedName));
  SAMLA_ASSIGN(const auto added, arbiter_.storage_.value(added_name(space)));
  return life.has_value() && added != life;
}

Result<void> Group::note_added(const SpaceId& space) {
  SAMLA_ASSIGN(const auto life, arbiter_.storage_.value(kRenewedName));
  return life ? transaction_.put_value(added_name(space), *life) : Result<void>();
}

/// Absent: new entries may be placed.
Result<Answer> Group::too_early() {
  if (!unconfirmed()) return Answer();
  const std::uint64_t now_ms = arbiter_.clock_.now_ms();
  const std::uint64_t begun = arbiter_.registry_.unconfirmed_ms().value_or(now_ms);
  if (now_ms < chains_.unconfirmed_ms.value_or(begun) + kConfirmationMs) return Answer(Refused::kLater);
  SAMLA_TRY(transaction_.drop_value(kUnconfirmedName));
  chains_.confirmed = true;
  return Answer();
}

}  // namespace samla::server
