#include "core/replica/sync_host.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/planted_bug.h"
#include "core/custody/invite.h"
#include "core/custody/pairing.h"
#include "core/replica/erasing.h"
#include "core/replica/history.h"
#include "core/replica/pack_place.h"
#include "core/session/refused.h"
#include "core/session/validity.h"

namespace samla::replica {

namespace {

/// Of each device that ever was revoked, how much has been said about it.
std::map<DeviceId, std::size_t> revocations(const chain::IdentityState& identity) {
  std::map<DeviceId, std::size_t> out;
  for (const auto& [id, device] : identity.devices()) {
    if (device.revoked.empty()) continue;
    out[id] = 2 * device.revoked.size() + device.cutoffs.size() + (device.revoked_at ? 1 : 0);
    for (const chain::Cutoff& cutoff : device.cutoffs) out[id] += cutoff.seq;
  }
  for (const auto& [writer, instance] : identity.instances()) {
    if (const auto of = out.find(instance.device); of != out.end()) of->second += instance.cutoffs.size();
  }
  return out;
}

}  // namespace

// ---- chains

Result<void> SyncHost::accept_chain(const wire::ChainEntries& entries) {
  std::set<RecordId> erased;
  // Rolled back before the chains are loaded anew, so that they are what is on the disk.
  const auto take = [&]() -> Result<void> {
    SAMLA_ASSIGN(auto transaction, local_.begin());
    const std::map<DeviceId, std::size_t> before = revocations(local_.membership->identity());
    SAMLA_TRY(local_.membership->take(entries.space, entries.entries));
    if (entries.space.is_zero()) {
      if (entries.last) SAMLA_TRY(check_trusted());
      if (!SAMLA_PLANTED_BUG(keep_old_verdicts)) SAMLA_TRY(judge_again(before));
      SAMLA_TRY(judge_forks(entries.entries));
      SAMLA_ASSIGN(erased, apply_erasures(local_, entries.entries));
    }
    return transaction.commit();
  };
  const auto taken = take();
  if (!taken.ok()) SAMLA_TRY(local_.membership->load());
  if (taken.ok() && !erased.empty()) forget_log(local_);
  changed_.merge(erased);
  return taken;
}

/// A person repairs it, and until then what is here goes on here.
Result<bool> SyncHost::judge_branch(const SpaceId& space) {
  SAMLA_ASSIGN(const bool over, repair_.judge(space));
  if (over) {
    notices_.insert(
        "the server's branch of a chain that had forked stands now; what this device had added to the other "
        "is added again");
  } else {
    notices_.insert(
        "the server shows another history of a chain than this device knows: it rests here until an "
        "administrator has repaired it (samla org repair); what you write is kept");
  }
  return over;
}

/// Nothing of this device's rests on the entries before: it has no changes of that space yet.
Result<void> SyncHost::accept_checkpoint(const wire::CheckpointPart& checkpoint) {
  const auto take = [&]() -> Result<void> {
    SAMLA_ASSIGN(auto transaction, local_.begin());
    SAMLA_TRY(
        local_.membership->begin(checkpoint.space, checkpoint.entry, checkpoint.witnesses, checkpoint.part));
    if (checkpoint.space.is_zero()) SAMLA_TRY(check_trusted());
    return transaction.commit();
  };
  const auto taken = take();
  if (!taken.ok()) SAMLA_TRY(local_.membership->load());
  return taken;
}

/// A server that was emptied gets its chains from those who hold them whole: who may write in a space that
/// has a checkpoint, the organisation's offices, keeps it whole, and the identity chain.
bool SyncHost::keeps_whole(const SpaceId& chain) const {
  const chain::IdentityState& identity = local_.membership->identity();
  const DeviceId& device = local_.keys.device_id();
  const auto writes = [&](const chain::SpaceState& state) {
    return state.since_checkpoint().at > 0 && state.right_of(device, identity) >= chain::Right::kWriter;
  };
  if (identity.is_admin(device)) return true;
  if (chain.is_zero()) {
    return std::ranges::any_of(local_.membership->spaces(),
                               [&](const auto& each) { return writes(*each.second); });
  }
  const chain::SpaceState* state = local_.membership->space(chain);
  return state != nullptr && writes(*state);
}

std::optional<wire::ChainPull> SyncHost::wanted_history() {
  if (before_.given_up) return {};
  if (before_.at.seq > 0) return wire::ChainPull{before_.chain, before_.at};
  const auto incomplete = local_.tables->chains.incomplete();
  for (const SpaceId& chain : incomplete.ok() ? *incomplete : std::vector<SpaceId>()) {
    if (!keeps_whole(chain)) continue;
    before_.chain = chain;
    return wire::ChainPull{chain, {}};
  }
  before_.given_up = true;
  return {};
}

/// The heads that the checkpoint named are what the entries must come to, so a server can neither add nor
/// alter one; one that has none to give is not asked again in this session.
Result<void> SyncHost::accept_history(const wire::ChainEntries& entries) {
  SAMLA_ASSIGN(const std::uint64_t first, local_.tables->chains.first(entries.space));
  const bool follows = entries.space == before_.chain && entries.first_seq == before_.at.seq + 1;
  if (!follows || entries.entries.empty()) {
    before_ = {{}, {}, {}, true};
    return {};
  }
  for (const Bytes& entry : entries.entries) {
    if (before_.at.seq + 1 == first) break;
    before_.at = chain::next_head(before_.at, entry);
    if (before_.at.hash != local_.membership->hash_at(entries.space, before_.at.seq)) {
      return fail(ErrorCode::chain_forked, "replica.history",
                  "the server shows another history of a chain than the one that this device knows");
    }
    before_.entries.push_back(entry);
  }
  if (before_.at.seq + 1 < first) return {};
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(local_.membership->complete(entries.space, before_.entries));
  SAMLA_TRY(transaction.commit());
  before_ = {};
  return {};
}

/// What revoked devices wrote is worth less, and more again where that was taken back.
Result<void> SyncHost::judge_again(const std::map<DeviceId, std::size_t>& before) {
  for (const auto& [device, now] : revocations(local_.membership->identity())) {
    const auto then = before.find(device);
    if (then != before.end() && then->second == now) continue;
    std::vector<WriterId> writers = {chain::writer_of_device(device)};
    for (const auto& [writer, facts] : local_.membership->identity().instances()) {
      if (facts.device == device) writers.push_back(writer);
    }
    for (const WriterId& writer : writers) {
      SAMLA_ASSIGN(const std::set<RecordId> records, History(local_).judge_again(writer));
      changed_.insert(records.begin(), records.end());
    }
  }
  return {};
}

/// Where a writer's chain had forked, an entry says which branch stands.
Result<void> SyncHost::judge_forks(std::span<const Bytes> entries) {
  for (const Bytes& bytes : entries) {
    const auto entry = chain::Entry::decode(bytes);
    const auto* choice = entry.ok() ? std::get_if<chain::ForkChoice>(&entry->body) : nullptr;
    if (choice == nullptr) continue;
    SAMLA_ASSIGN(const std::set<RecordId> records, History(local_).judge_again(choice->writer));
    changed_.insert(records.begin(), records.end());
  }
  return {};
}

/// The chain must contain what the invite named: else it is another one that the server made up.
Result<void> SyncHost::check_trusted() const {
  const ChainHead& trusted = local_.account.trusted;
  const chain::IdentityState& identity = local_.membership->identity();
  if (trusted.seq == 0 || identity.head().seq < trusted.seq) return {};
  if (identity.named(trusted.hash)) return {};
  return fail(ErrorCode::chain_forked, "replica.sync",
              "the server shows another organisation's chain than the invite names: ask who invited you");
}

Result<void> SyncHost::accept_grants(const wire::Grants& grants) {
  for (const wire::Grant& grant : grants.grants) SAMLA_TRY(take_grant(grants.space, grant));
  return inbound_.open_again(grants.space);
}

/// What is for someone else, or does not open, is left: nobody is locked out by a grant that is bad.
Result<void> SyncHost::take_grant(const SpaceId& space, const wire::Grant& grant) {
  const chain::SpaceState* state = local_.membership->space(space);
  if (state == nullptr || local_.membership->ring().epoch_key(space, grant.epoch) != nullptr) return {};
  const chain::Epoch* epoch = state->epoch_entry(grant.epoch);
  if (epoch == nullptr) return {};
  const auto pair = pair_of(grant.recipient.view());
  if (!pair) return {};
  auto keys = custody::open_grant(*pair, grant.sealed, local_.account.organisation, space, grant.epoch,
                                  epoch->key, state->genesis()->tag_key);
  if (!keys.ok()) {
    notices_.insert("a key that was granted to this device does not open; a member must grant it again");
    return {};
  }
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(local_.membership->add_key(space, grant.epoch, std::move(*keys)));
  if (!local_.membership->open_earlier(space).ok()) {
    notices_.insert("an earlier key of a space does not open; what was written under it stays sealed");
  }
  return transaction.commit();
}

/// What opens things sealed to that recipient; absent: it is someone else.
std::optional<seal::KeyPair> SyncHost::pair_of(ByteView recipient) const {
  const auto is = [&](const auto& id) { return equal(recipient, id.view()); };
  const auto copy = [](const seal::KeyPair& pair) {
    return seal::KeyPair::from_secret(Secret<32>::from(pair.secret()));
  };
  if (is(local_.keys.device_id())) return copy(local_.keys.seal());
  if (local_.invite_secret && local_.account.invite && is(*local_.account.invite)) {
    return custody::keys_of_invite(*local_.invite_secret).seal;
  }
  if (local_.pairing_secret && is(custody::pairing_id(*local_.pairing_secret))) {
    return custody::keys_of_pairing(*local_.pairing_secret).seal;
  }
  if (local_.paper && is(local_.paper->id())) return copy(local_.paper->seal);
  if (local_.escrow && is(local_.escrow->id)) return copy(local_.escrow->pair);
  return {};
}

bool SyncHost::wants_grants(const SpaceId& space) {
  const chain::SpaceState* state = local_.membership->space(space);
  return state != nullptr && !local_.membership->readable(space) &&
         state->right_of(local_.keys.device_id(), local_.membership->identity()) != chain::Right::kNone;
}

std::optional<wire::PlacesAsk> SyncHost::next_question() { return work_.next_question(); }

Result<void> SyncHost::accept_places(const wire::Places& places) {
  const Bytes part = wire::signed_part(places);
  if (places.incarnation != incarnation_ || !signed_by_server(wire::kPlacesDomain, part, places.signature)) {
    return fail(ErrorCode::bad_signature, "replica.places", "the server's answer is not signed by its key");
  }
  return work_.answered(places);
}

Result<void> SyncHost::chain_batch_done(const session::ChainBatch& batch, std::optional<ErrorCode> refused) {
  return refused ? work_.refused(*refused) : work_.placed(batch);
}

void SyncHost::offer_refused(const SpaceId& space, ErrorCode code) {
  // Who is no member any more is told so of each space; that is no news.
  if (!space.is_zero() && code == ErrorCode::not_permitted) return;
  if (code == ErrorCode::chain_behind) {
    notices_.insert(
        "the server lacks entries of a chain from before this device came, so this device does not hold "
        "them: "
        "a device of an administrator, or an older one, must sync first");
    return;
  }
  notices_.insert("the server lacks entries of a chain and did not take them (" +
                  std::string(error_text(code)) + "); they stay here and are offered again");
}

Result<void> SyncHost::accept_frontier(const wire::Frontier& frontier) {
  SAMLA_ASSIGN(const auto forked, recovery_.accept_frontier(frontier, incarnation_));
  std::erase_if(offered_, [&](const auto& each) { return each.first.first == frontier.space; });
  held_.erase(frontier.space);
  for (const WriterId& writer : forked) {
    notices_.insert("the server has other changes than this device under the same numbers, by device " +
                    to_hex(writer.view().first(4)) + ": both are kept here");
  }
  notices_.insert("the server's history is not the one that was seen before: what it lacks is sent again");
  return {};
}

Result<void> SyncHost::accept_reoffer_refusal(const wire::ReofferRefusal& refusal) {
  awaits_others_ = awaits_others_ || refusal.refused == wire::Refused::kNamesMissing;
  return recovery_.refused(refusal);
}

/// Where a server lacks much, one writer's changes wait for another's and those for the first one's: each
/// round brings it further, or is the last.
bool SyncHost::offer_again() {
  if (!awaits_others_ || !taken_since_) return false;
  awaits_others_ = taken_since_ = false;
  offer_refused_again();
  recovery_.offer_refused_again();
  return true;
}

// ---- up

Result<std::vector<Bytes>> SyncHost::next_outgoing(std::size_t bytes_max) {
  std::vector<Bytes> out;
  SAMLA_ASSIGN(const std::size_t frozen_before, add_frozen(out, bytes_max));
  if (frozen_before >= bytes_max) return out;
  // Of edits not more than there is room for, so that the server works on them while we freeze the next.
  std::size_t room = bytes_max - frozen_before;
  SAMLA_ASSIGN(const auto waiting, local_.tables->outbox.spaces());
  for (const SpaceId& space : waiting) {
    if (room == 0) break;
    SAMLA_ASSIGN(const std::size_t bytes, outbound_.freeze(space, room));
    room -= std::min(room, bytes);
  }
  if (room == bytes_max - frozen_before) return out;
  SAMLA_ASSIGN([[maybe_unused]] const std::size_t all, add_frozen(out, bytes_max - frozen_before));
  return out;
}

/// Frozen changesets that have not been offered yet; how many bytes. One at least, if there is any and `out`
/// is empty.
Result<std::size_t> SyncHost::add_frozen(std::vector<Bytes>& out, std::size_t bytes_max) {
  SAMLA_ASSIGN(const auto pending, local_.tables->changesets.pending());
  std::size_t bytes = 0;
  for (const auto& [space, writer] : pending) {
    if (bytes >= bytes_max) break;
    if (held_.contains(space)) continue;
    std::uint64_t& offered = offered_[{space, writer}];
    SAMLA_ASSIGN(auto changesets,
                 local_.tables->changesets.own_unreceipted(space, writer, offered, bytes_max - bytes));
    for (store::StoredChangeset& changeset : changesets) {
      if (!out.empty() && bytes + changeset.bytes.size() > bytes_max) return bytes_max;
      offered = changeset.seq;
      bytes += changeset.bytes.size();
      if (SAMLA_PLANTED_BUG(receipt_on_push)) {
        SAMLA_TRY(local_.tables->changesets.receipt(space, writer, changeset.seq, changeset.seq, 0));
      }
      out.push_back(std::move(changeset.bytes));
    }
  }
  return bytes;
}

/// By the server's present key, or the one before it: a change is announced before the server makes it.
bool SyncHost::signed_by_server(std::string_view domain, ByteView part, const Signature& signature) const {
  constexpr std::size_t kKeysMax = 2;
  const auto& all = local_.membership->identity().all_server_keys();
  for (std::size_t i = all.size(); i > 0 && i + kKeysMax > all.size(); --i) {
    if (sign::verify(all[i - 1].keys.receipts, domain, part, signature)) return true;
  }
  return false;
}

Result<void> SyncHost::accept_receipts(const wire::Receipts& receipts) {
  if (receipts.incarnation != incarnation_ ||
      !signed_by_server(wire::kReceiptsDomain, wire::signed_part(receipts), receipts.signature)) {
    return fail(ErrorCode::bad_signature, "replica.receipts",
                "the server's receipt is not signed by its key");
  }
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_ASSIGN(const std::uint64_t group,
               local_.tables->changesets.add_receipt_group(wire::encode(wire::Message(receipts))));
  for (const wire::Receipt& each : receipts.receipts) SAMLA_TRY(receipt(each, group));
  SAMLA_TRY(transaction.commit());
  receipted_ += receipts.receipts.size();
  taken_since_ = true;
  return {};
}

Result<void> SyncHost::receipt(const wire::Receipt& receipt, std::uint64_t group) {
  SAMLA_ASSIGN(const auto stored,
               local_.tables->changesets.get(receipt.space, receipt.writer, receipt.writer_seq));
  if (!stored || stored->hash != receipt.changeset) {
    return fail(ErrorCode::protocol, "replica.receipts", "a receipt for something that was not sent");
  }
  SAMLA_TRY(local_.tables->changesets.receipt(receipt.space, receipt.writer, receipt.writer_seq, receipt.seq,
                                              group));
  recovery_.receipted(*stored);
  if (!stored->own) return {};
  if (static_cast<change::Validity>(receipt.validity) == change::Validity::kValid) return {};
  SAMLA_ASSIGN(const change::Validity validity, validity_of_own(*stored));
  if (validity == change::Validity::kValid) {
    notices_.insert(
        "the server says that it does not count a change of this device, which by the chains counts: tell an "
        "administrator");
    return {};
  }
  notices_.insert(
      "the server holds a change that it does not count: this device had no right to write there");
  SAMLA_TRY(local_.tables->changesets.judge(receipt.space, receipt.writer, receipt.writer_seq, validity,
                                            ErrorCode::not_permitted));
  SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored->bytes));
  std::set<RecordId> records;
  for (const change::Leaf& leaf : changeset.leaves) {
    if (const auto* write = change::header_of(leaf)) records.insert(write->record);
  }
  changed_.insert(records.begin(), records.end());
  return History(local_).rebuild(receipt.space, records);
}

/// The chains decide, not the server's word: everyone else judges by them too. Our own never go back along
/// a chain.
Result<change::Validity> SyncHost::validity_of_own(const store::StoredChangeset& stored) const {
  SAMLA_ASSIGN(const change::Header header, change::decode_header(stored.bytes));
  const chain::SpaceState* space = local_.membership->space(stored.space);
  if (space == nullptr) return fail(ErrorCode::chain_behind, "replica.receipts");
  const chain::IdentityState& identity = local_.membership->identity();
  SAMLA_ASSIGN(const session::NamedHeads heads, session::named_heads(header, identity, *space));
  return session::validity_of(header, heads, {}, identity, *space);
}

Result<void> SyncHost::accept_refusal(const wire::Refusal& refusal) {
  awaits_others_ = awaits_others_ || refusal.refused == wire::Refused::kNamesMissing;
  const bool gap = refusal.refused == wire::Refused::kGap && refusal.expected_seq > 0;
  const auto held = held_.find(refusal.space);
  if (gap && (held == held_.end() || refusal.expected_seq > held->second)) {
    offered_[{refusal.space, local_.writer()}] = refusal.expected_seq - 1;
    return {};
  }
  // What chains on one that the server does not take now is not taken either: going back to it at once
  // would get the same answer.
  if (!gap) {
    const auto [first, added] = held_.try_emplace(refusal.space, refusal.writer_seq);
    if (!added) first->second = std::min(first->second, refusal.writer_seq);
  }
  const ErrorCode code = session::error_code_of(refusal.refused);
  notices_.insert("the server did not take a change (" + std::string(error_text(code)) +
                  "); it stays here and is offered again at the next sync");
  const WriterId writer = local_.writer();
  SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(refusal.space, writer, refusal.writer_seq));
  if (!stored) return {};
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(
      local_.tables->changesets.judge(refusal.space, writer, refusal.writer_seq, stored->validity, code));
  return transaction.commit();
}

void SyncHost::offer_refused_again() {
  for (const auto& [space, seq] : std::exchange(held_, {})) offered_[{space, local_.writer()}] = seq - 1;
}

// ---- down

std::optional<Position> SyncHost::cursor(const SpaceId& space) {
  if (!local_.membership->readable(space)) return {};
  // Until the name that a copied store took is in the chain, the server takes the device for one that has its
  // first name alone, and sends it nothing of what the other store writes under that.
  const chain::IdentityState& identity = local_.membership->identity();
  if (local_.instance && !identity.device_of_writer(*local_.instance, identity.head().seq)) return {};
  const auto position = local_.tables->cursors.get(space);
  // A cursor that can't be read: from the start costs time and loses nothing.
  return position.ok() ? *position : Position{};
}

Result<void> SyncHost::accept_tail(const SpaceId& space, std::span<const wire::TailItem> items) {
  return inbound_.take_tail(space, incarnation_, items);
}

/// The person's own, then what all of the organisation shares (names and forms, by which the rest is read),
/// then the others.
std::vector<SpaceId> SyncHost::by_importance(const std::set<SpaceId>& spaces) {
  const auto rank = [&](const SpaceId& space) {
    const chain::SpaceState* state = local_.membership->space(space);
    if (state == nullptr || !state->genesis()) return 2;
    if (state->genesis()->space_class == chain::SpaceClass::kPersonal) return 0;
    return state->genesis()->scope.is_zero() ? 1 : 2;
  };
  std::vector<SpaceId> out(spaces.begin(), spaces.end());
  std::ranges::stable_sort(out, {}, rank);
  return out;
}

/// Only where nothing of the space is here but a pack that was cut short: else the server would have to be
/// believed about what has replaced what is here.
std::optional<wire::PackAsk> SyncHost::next_pack(const SpaceId& space) {
  const auto at = cursor(space);
  if (!at || at->seq > 0) return {};
  const auto pack = local_.tables->packs.get(space);
  if (!pack.ok() || (*pack && (*pack)->complete())) return {};
  if (*pack) {
    const auto place = decode_pack_place((*pack)->place);
    return place.ok() ? std::optional(wire::PackAsk{space, (*pack)->position, *place}) : std::nullopt;
  }
  const auto writers = local_.tables->changesets.writers(space);
  const auto other = [&](const WriterId& writer) { return writer != local_.writer(); };
  if (!writers.ok() || std::ranges::any_of(*writers, other)) return {};
  return wire::PackAsk{space, {}, {}};
}

/// A pack whose pages contradict each other is not gone on with: the history comes in its place. What it
/// brought stays, since all of it is signed.
Result<void> SyncHost::accept_pack(const wire::PackPage& page) {
  const auto taken = inbound_.take_pack(page, incarnation_);
  if (taken.ok() || taken.error().code != ErrorCode::protocol) return taken;
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(local_.tables->packs.remove(page.space));
  SAMLA_TRY(transaction.commit());
  return taken;
}

std::optional<wire::RecordsAsk> SyncHost::next_records() {
  auto wanted = local_.tables->packs.wanted(wire::kRecordsAskMax);
  if (!wanted.ok() || !*wanted) return {};
  return wire::RecordsAsk{(*wanted)->space, (*wanted)->whole, std::move((*wanted)->records)};
}

/// The server's list is of when it was read: what this device has written since is not in it, nor what
/// it has not pushed. `samla doctor` compares the two when nothing is under way.
void SyncHost::accept_conflicts(const wire::ConflictFields& conflicts) {
  server_conflicts_[conflicts.space] = conflicts.fields;
}

}  // namespace samla::replica
