#include "core/replica/chain_repair.h"

#include "core/chain/comparison.h"
#include "core/change/changeset.h"
#include "core/replica/history.h"
#include "core/replica/store_instance.h"

namespace samla::replica {

using chain::ChainView;
using chain::PinRelation;

namespace {

/// Of a chain that is read whole; twenty times what an organisation of 1,600 has.
constexpr std::size_t kBranchBytesMax = 64 * 1024 * 1024;
/// Keys of epochs that were given up: nothing that counts is sealed under them, and nothing is thrown away.
constexpr std::string_view kGivenUpKeysKey = "key_ring.given_up";

Error not_ours() {
  return fail(ErrorCode::chain_forked, "replica.chains",
              "the server shows another history of a chain than the one that this device knows");
}

/// Entries whose wish still holds when they are signed anew, after others. Not what rests on its place (a
/// checkpoint, words whose blob went with the server), nor what is made again by itself (certificates,
/// epochs, grants).
bool holds_anew(const chain::Body& body) {
  return std::visit(
      []<class Body>(const Body&) {
        using namespace chain;
        return std::is_same_v<Body, Invite> || std::is_same_v<Body, Revocation> ||
               std::is_same_v<Body, UserChange> || std::is_same_v<Body, Reversal> ||
               std::is_same_v<Body, Erasure> || std::is_same_v<Body, Hold> ||
               std::is_same_v<Body, HoldRelease> || std::is_same_v<Body, ForkChoice> ||
               std::is_same_v<Body, InstanceCutoffs> || std::is_same_v<Body, Pairing> ||
               std::is_same_v<Body, Escrow> || std::is_same_v<Body, StoreInstance> ||
               std::is_same_v<Body, ServerKeys> || std::is_same_v<Body, Member> ||
               std::is_same_v<Body, Policy> || std::is_same_v<Body, SpaceEscrow>;
      },
      body);
}

template <class State>
std::vector<ChainHead> heads_after(const State& state, std::uint64_t seq) {
  std::vector<ChainHead> out;
  for (++seq; seq <= state.head().seq; ++seq) out.push_back({seq, state.hash_at(seq)});
  return out;
}

}  // namespace

Result<void> ChainRepair::accept(const wire::ChainEntries& entries) {
  if (entries.space != chain_ || entries.first_seq == 1) {
    chain_ = entries.space;
    at_ = {};
    bytes_ = 0;
    entries_.clear();
  }
  if (entries.first_seq != at_.seq + 1 || (entries.entries.empty() && !entries.last)) return not_ours();
  for (const Bytes& entry : entries.entries) {
    bytes_ += entry.size();
    if (bytes_ > kBranchBytesMax) return not_ours();
    at_ = chain::next_head(at_, entry);
    entries_.push_back(entry);
  }
  return {};
}

Result<bool> ChainRepair::judge(const SpaceId& chain) {
  auto judged = chain.is_zero() ? judge_identity() : judge_space(chain);
  entries_.clear();
  at_ = {};
  return judged;
}

Result<bool> ChainRepair::judge_identity() {
  const chain::IdentityState& ours = local_.membership->identity();
  chain::IdentityState theirs(local_.account.organisation);
  for (const Bytes& entry : entries_) {
    if (!theirs.apply(entry).ok()) return not_ours();
  }
  const ChainHead& trusted = local_.account.trusted;
  if (trusted.seq > 0 && !theirs.named(trusted.hash)) return not_ours();
  const PinRelation relation = compare_pin(ours.head(), theirs);
  if (relation == PinRelation::kHeld) return not_ours();  // it named another head than its chain has
  Branch branch;
  branch.common = compare(ChainView::of(ours), ChainView::of(theirs)).common;
  branch.ours = heads_after(ours, branch.common);
  const bool given_up = relation == PinRelation::kRepaired;
  branch.by_us = !given_up && work_.repair_forks && theirs.is_admin(local_.keys.device_id());
  if (!given_up && !branch.by_us) return false;
  SAMLA_TRY(adopt(branch));
  return true;
}

Result<bool> ChainRepair::judge_space(const SpaceId& chain) {
  const chain::SpaceState* ours = local_.membership->space(chain);
  if (ours == nullptr) return not_ours();
  chain::SpaceState theirs(chain);
  for (const Bytes& entry : entries_) {
    if (!theirs.apply(entry, local_.membership->identity()).ok()) return not_ours();
  }
  const PinRelation relation = compare_pin(ours->head(), theirs);
  if (relation == PinRelation::kHeld) return not_ours();
  Branch branch;
  branch.chain = chain;
  branch.common = compare(ChainView::of(*ours), ChainView::of(theirs)).common;
  branch.ours = heads_after(*ours, branch.common);
  branch.epoch = ours->epoch_at(branch.common);
  const bool given_up = relation == PinRelation::kRepaired;
  branch.by_us = !given_up && work_.repair_forks && may_repair(theirs);
  if (!given_up && !branch.by_us) {
    work_.forked.insert(chain);
    return false;
  }
  SAMLA_TRY(adopt(branch));
  return true;
}

bool ChainRepair::may_repair(const chain::SpaceState& space) const {
  const chain::IdentityState& identity = local_.membership->identity();
  const DeviceId device = local_.keys.device_id();
  return identity.is_admin(device) || space.right_of(device, identity) == chain::Right::kManager;
}

// ---- ours is given up

/// All of it or nothing: chains, keys, what is issued anew and what is to be signed anew commit at once.
Result<void> ChainRepair::adopt(const Branch& branch) {
  const auto take = [&]() -> Result<void> {
    SAMLA_ASSIGN(auto transaction, local_.begin());
    SAMLA_ASSIGN(const std::vector<Bytes> given_up, local_.tables->chains.read(branch.chain, branch.common));
    if (!branch.chain.is_zero()) SAMLA_TRY(leave_epochs(branch));
    SAMLA_ASSIGN(const std::vector<Branch> cut, replace(branch));
    if (branch.by_us) SAMLA_TRY(queue_repair(branch));
    SAMLA_TRY(queue_again(branch, given_up));
    for (const Branch& each : cut) {
      const chain::SpaceState* space = local_.membership->space(each.chain);
      if (space != nullptr && may_repair(*space)) SAMLA_TRY(queue_repair(each));
    }
    SAMLA_TRY(judge_changesets(branch));
    return transaction.commit();
  };
  const auto taken = take();
  if (!taken.ok()) {
    SAMLA_TRY(local_.membership->load());
    return taken;
  }
  ++work_.repaired;
  return {};
}

Result<std::vector<ChainRepair::Branch>> ChainRepair::replace(const Branch& branch) {
  store::Chains& chains = local_.tables->chains;
  SAMLA_TRY(chains.give_up(branch.chain, branch.common));
  SAMLA_TRY(chains.forget(branch.chain));
  ChainHead at;
  for (const Bytes& entry : entries_) {
    at = chain::next_head(at, entry);
    SAMLA_TRY(chains.append(branch.chain, at, entry));
  }
  std::vector<Branch> cut;
  if (branch.chain.is_zero()) {
    SAMLA_ASSIGN(cut, cut_spaces());
  }
  SAMLA_TRY(local_.membership->load());
  return cut;
}

/// Entries of spaces that rest on what the identity chain does not say any more are given up with it. A
/// space's chain that began at a checkpoint is fetched anew, since only the whole of one can be verified.
Result<std::vector<ChainRepair::Branch>> ChainRepair::cut_spaces() {
  store::Chains& chains = local_.tables->chains;
  chain::IdentityState identity(local_.account.organisation);
  for (const Bytes& entry : entries_) SAMLA_TRY(identity.apply(entry));
  SAMLA_ASSIGN(const std::vector<SpaceId> all, chains.all());
  std::vector<Branch> out;
  for (const SpaceId& space : all) {
    if (space.is_zero()) continue;
    SAMLA_ASSIGN(const std::uint64_t first, chains.first(space));
    SAMLA_ASSIGN(const std::vector<Bytes> entries, chains.read(space));
    if (first > 1) {
      SAMLA_TRY(chains.give_up(space, 0));
      SAMLA_TRY(chains.forget(space));
      continue;
    }
    chain::SpaceState state(space);
    for (const Bytes& entry : entries) {
      if (!state.apply(entry, identity).ok()) break;
    }
    Branch cut;
    cut.chain = space;
    cut.common = state.head().seq;
    ChainHead at = state.head();
    for (std::size_t i = cut.common; i < entries.size(); ++i) {
      at = chain::next_head(at, entries[i]);
      cut.ours.push_back(at);
    }
    SAMLA_TRY(chains.give_up(space, cut.common));
    SAMLA_TRY(chains.forget_state(space));
    if (!cut.ours.empty()) out.push_back(std::move(cut));
  }
  return out;
}

/// What was sealed under a key that nobody else will know counts nowhere: while it still opens here, what
/// this device wrote so is issued anew.
Result<void> ChainRepair::leave_epochs(const Branch& branch) {
  const SpaceId& space = branch.chain;
  std::vector<store::StoredChangeset> own;
  SAMLA_TRY(local_.tables->changesets.each(space, {}, [&](const store::StoredChangeset& stored) {
    const auto header = change::decode_header(stored.bytes);
    if (!header.ok()) return Result<void>(header.error());
    if (stored.own && header->epoch > branch.epoch) own.push_back(stored);
    return Result<void>();
  }));
  SAMLA_TRY(reissue(local_, space, own));
  SAMLA_ASSIGN(auto before, local_.tables->meta.get(kGivenUpKeysKey));
  SAMLA_ASSIGN(Bytes taken, local_.membership->take_keys_after(space, branch.epoch));
  Writer out;
  if (before) out.raw(*before);
  out.blob(taken);
  Bytes all = out.take();
  const auto kept = local_.tables->meta.put(kGivenUpKeysKey, all);
  wipe(all);
  wipe(taken);
  if (before) wipe(*before);
  return kept;
}

/// What those who had come further along the branch wrote is judged by how far they were along what stands.
Result<void> ChainRepair::judge_changesets(const Branch& branch) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0} >> 1;
  std::set<WriterId> writers;
  for (const auto& [space, state] : local_.membership->spaces()) {
    const bool identity = branch.chain.is_zero();
    if (!identity && space != branch.chain) continue;
    SAMLA_TRY(local_.tables->changesets.set_back_named(space, identity ? branch.common : kAll,
                                                       identity ? state->head().seq : branch.common));
    SAMLA_ASSIGN(const auto found, local_.tables->changesets.writers(space));
    writers.insert(found.begin(), found.end());
  }
  for (const WriterId& writer : writers) {
    SAMLA_ASSIGN(const std::set<RecordId> records, History(local_).judge_again(writer));
    changed_.insert(records.begin(), records.end());
  }
  return {};
}

// ---- what is to be placed again

Result<void> ChainRepair::queue(const Bytes& entry) {
  Intent intent;
  intent.type = Intent::Type::kFloating;
  intent.entry = entry;
  SAMLA_ASSIGN([[maybe_unused]] const auto id, local_.tables->chain_outbox.push(intent.encode()));
  return {};
}

Result<void> ChainRepair::queue_repair(const Branch& branch) {
  const ChainHead common{branch.common, local_.membership->hash_at(branch.chain, branch.common)};
  ChainBatchBuilder builder(local_);
  chain::Entry entry = branch.chain.is_zero()
                           ? builder.unsigned_entry(chain::Repair{common, branch.ours})
                           : builder.unsigned_entry(chain::SpaceRepair{common, branch.ours});
  entry.space = branch.chain;
  entry.sign_with(local_.keys.sign());
  return queue(entry.encode());
}

/// Floating entries are placed as they are, whoever signed them; of the others each device signs its own.
/// What stands already, or can't stand any more, the server refuses, and the wish is dropped.
Result<void> ChainRepair::queue_again(const Branch& branch, const std::vector<Bytes>& given_up) {
  const auto& keys = local_.membership->identity().all_server_keys();
  for (const Bytes& bytes : given_up) {
    SAMLA_ASSIGN(const chain::Entry entry, chain::Entry::decode(bytes));
    const bool own = entry.author.kind == chain::AuthorKind::kDevice &&
                     equal(entry.author.id.view(), local_.keys.device_id().view());
    // The server's keys were announced otherwise since: that is newer.
    const bool overtaken = std::holds_alternative<chain::ServerKeys>(entry.body) && !keys.empty() &&
                           keys.back().since > branch.common;
    if (entry.floating || (own && holds_anew(entry.body) && !overtaken)) SAMLA_TRY(queue(bytes));
  }
  return {};
}

}  // namespace samla::replica
