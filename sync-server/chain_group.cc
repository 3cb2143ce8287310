// Chain appends within a group: each part by compare-and-swap, all parts or none.
#include <algorithm>
#include <utility>

#include "core/chain/server_fragment.h"
#include "core/session/refused.h"
#include "sync-server/group.h"

namespace samla::server {

using chain::Entry;

namespace {

/// Every grant must be one that an entry beside it announces, by recipient and hash. Beside words in the
/// identity chain stands what is kept for their holder: sealed to the words, so nobody else can make one.
bool grants_announced(const wire::ChainAppend::Part& part) {
  std::set<std::pair<RecipientId, Hash>> announced;
  std::set<RecipientId> papers;
  for (const Bytes& bytes : part.entries) {
    const auto entry = Entry::decode(bytes);
    if (!entry.ok()) return false;
    const std::vector<chain::Recipient>* list = nullptr;
    if (const auto* paper = std::get_if<chain::Paper>(&entry->body)) {
      papers.insert(RecipientId::from(chain::paper_id(paper->sign).view()));
    }
    if (const auto* epoch = std::get_if<chain::Epoch>(&entry->body)) list = &epoch->recipients;
    if (const auto* grants = std::get_if<chain::GrantList>(&entry->body)) list = &grants->recipients;
    if (list == nullptr) continue;
    for (const chain::Recipient& r : *list) announced.emplace(RecipientId::from(r.id.view()), r.grant);
  }
  return std::ranges::all_of(part.grants, [&](const wire::Grant& grant) {
    if (part.space.is_zero()) return papers.contains(RecipientId::from(grant.recipient.view()));
    return announced.contains({RecipientId::from(grant.recipient.view()), chain::grant_hash(grant.sealed)});
  });
}

/// Floating entries are placed wherever the chain stands; the others where their author saw it.
bool all_floating(const wire::ChainAppend::Part& part) {
  return std::ranges::all_of(part.entries, [](const Bytes& bytes) {
    const auto entry = Entry::decode(bytes);
    return entry.ok() && entry->floating;
  });
}

template <class State>
std::optional<wire::Refused> refusal_of(const Result<State>& applied) {
  if (applied.ok()) return {};
  return session::refused_of(applied.error().code);
}

}  // namespace

Result<void> Group::place(Asker asker, const AppendJob& job) {
  SAMLA_ASSIGN(const std::optional<Refused> refused, append(job));
  result_.chain_results.push_back({asker, {job.append.request, refused}});
  return {};
}

Result<std::optional<wire::Refused>> Group::append(const AppendJob& job) {
  using Answer = std::optional<Refused>;
  const bool claim = job.hello.entrance == wire::Entrance::kClaim;
  if (claim) {
    SAMLA_ASSIGN(const Answer refused, check_claim(job));
    if (refused) return refused;
  } else if (identity() == nullptr) {
    return Answer(Refused::kNotPermitted);
  } else if (job.hello.entrance == wire::Entrance::kDevice && !identity()->active(job.hello.device)) {
    return Answer(Refused::kDeviceRevoked);
  }
  SAMLA_ASSIGN(const Answer early, too_early());
  if (early) return early;
  Appended appended;
  if (claim) {
    appended.identity = std::make_shared<chain::IdentityState>(job.hello.organisation);
    appended.identity->keep_checkpoints();
  }
  std::map<SpaceId, std::uint64_t> first_seq;
  for (const wire::ChainAppend::Part& part : job.append.parts) {
    const bool again = !first_seq.try_emplace(part.space, 0).second;
    if (again || part.entries.empty()) return Answer(Refused::kVoid);
    if (const Answer refused = apply_part(part, appended)) return refused;
    const std::uint64_t seq =
        part.space.is_zero() ? appended.identity->head().seq : appended.spaces[part.space]->head().seq;
    first_seq[part.space] = seq - part.entries.size() + 1;
  }
  if (claim) {
    // The organisation must want this very server, or a claim could be relayed to another one.
    const auto& wanted = appended.identity->server_keys();
    if (wanted && (wanted->noise != arbiter_.keys_.noise_public() ||
                   wanted->receipts != arbiter_.keys_.receipts.verify_key())) {
      return Answer(Refused::kNotPermitted);
    }
    if (!appended.identity->active(job.hello.device)) return Answer(Refused::kNotPermitted);
    SAMLA_TRY(transaction_.drop_value(kClaimName));
  }
  for (const wire::ChainAppend::Part& part : job.append.parts) {
    SAMLA_TRY(store_part(part, first_seq[part.space]));
    result_.chains_changed.insert(part.space);
  }
  const IdentityPtr before = identity();
  for (auto& [id, state] : appended.spaces) chains_.spaces[id] = std::move(state);
  if (appended.identity != nullptr) {
    chains_.identity = std::move(appended.identity);
    if (before != nullptr) SAMLA_TRY(judge_again(*before));
    for (const wire::ChainAppend::Part& part : job.append.parts) SAMLA_TRY(erase(part));
  }
  return Answer();
}

Result<std::optional<wire::Refused>> Group::check_claim(const AppendJob& job) {
  using Answer = std::optional<Refused>;
  if (identity() != nullptr) return Answer(Refused::kClaimUsed);
  SAMLA_ASSIGN(const auto expected, arbiter_.storage_.value(kClaimName));
  if (!expected) return Answer(Refused::kClaimUsed);
  if (job.hello.proof.size() != chain::ClaimToken::kSize) return Answer(Refused::kNotPermitted);
  const Hash given = chain::claim_hash(chain::ClaimToken::from(job.hello.proof));
  return equal_in_constant_time(given.view(), *expected) ? Answer() : Answer(Refused::kNotPermitted);
}

std::optional<wire::Refused> Group::apply_part(const wire::ChainAppend::Part& part, Appended& appended) {
  if (!grants_announced(part)) return Refused::kVoid;
  if (part.space.is_zero()) {
    if (appended.identity == nullptr) appended.identity = std::make_shared<chain::IdentityState>(*identity());
    if (!all_floating(part) && part.expected != appended.identity->head()) return Refused::kChainConflict;
    for (const Bytes& entry : part.entries) {
      if (const auto refused = refusal_of(appended.identity->apply(entry, arbiter_.clock_.now_ms()))) {
        return refused;
      }
    }
    return {};
  }
  auto& state = appended.spaces[part.space];
  const SpacePtr known = space(part.space);
  state = known == nullptr ? std::make_shared<chain::SpaceState>(part.space)
                           : std::make_shared<chain::SpaceState>(*known);
  state->keep_checkpoints();
  if (part.expected != state->head()) return Refused::kChainConflict;
  const chain::IdentityState& by = appended.identity == nullptr ? *identity() : *appended.identity;
  for (const Bytes& entry : part.entries) {
    if (const auto refused = refusal_of(state->apply(entry, by, chain::Placing::kNow))) return refused;
  }
  return {};
}

Result<void> Group::store_part(const wire::ChainAppend::Part& part, std::uint64_t first_seq) {
  SAMLA_TRY(note_added(part.space));
  for (std::size_t i = 0; i < part.entries.size(); ++i) {
    SAMLA_TRY(transaction_.put_entry(part.space, first_seq + i, part.entries[i]));
  }
  for (const wire::Grant& grant : part.grants) {
    SAMLA_TRY(transaction_.put_grant(part.space,
                                     {grant.epoch, RecipientId::from(grant.recipient.view()), grant.sealed}));
  }
  return {};
}

IdentityPtr Group::identity() const {
  return chains_.identity != nullptr ? chains_.identity : arbiter_.registry_.identity();
}

SpacePtr Group::space(const SpaceId& id) const {
  const auto found = chains_.spaces.find(id);
  return found != chains_.spaces.end() ? found->second : arbiter_.registry_.space(id);
}

}  // namespace samla::server
