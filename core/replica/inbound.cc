// The walk of a changeset into the device.
//
//   1. where the stretch begins: at our cursor, or at the start of another history   (start_of)
//   2. canonical decode; our own come empty and are looked up                        (arrive, own)
//   3. the writer's signature, by the key that the identity chain certifies          (verify)
//   4. continuity, and validity by the heads that it names                           (judge)
//   5. the bytes are kept as they came, with their place                             (store)
//   6. each value is opened where we hold the key                                    (open, open_writes)
//   7. heads and records                                                             (materialise)
//   8. the cursor moves on, and all of it commits at once                            (take_tail)
#include "core/replica/inbound.h"

#include <algorithm>
#include <iterator>

#include "core/base/encoding.h"
#include "core/base/planted_bug.h"
#include "core/replica/history.h"
#include "core/replica/inbound_arrived.h"
#include "core/seal/value.h"
#include "core/session/erasure.h"
#include "core/session/named_places.h"
#include "core/session/space_head.h"
#include "core/session/validity.h"

namespace samla::replica {

using change::Changeset;
using change::Validity;

namespace {

constexpr const char* kOperation = "replica.tail";

std::string short_id(const WriterId& writer) { return to_hex(writer.view().first(4)); }

}  // namespace

Result<void> Inbound::take_tail(const SpaceId& space, const Incarnation& incarnation,
                                std::span<const wire::TailItem> items, LeavesOut leaves_out) {
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_ASSIGN(Position at, start_of(space, incarnation, items.front().seq));
  SAMLA_ASSIGN(const auto places, local_.tables->changesets.at_places(space, at.seq, items.back().seq));
  std::vector<view::AppliedWrite> writes;
  for (const wire::TailItem& item : items) {
    SAMLA_ASSIGN(Arrived arrived, item.changeset.empty()
                                      ? own(space, item)
                                      : arrive(space, item.seq, item.changeset, leaves_out));
    at = {incarnation, item.seq, session::running_head(at.head, item.seq, arrived.hash)};
    // It has signed for another at that place: it was set back, and has grown again beyond it.
    const change::Header& header = arrived.changeset.header;
    const auto signed_for = places.find(item.seq);
    if (signed_for != places.end() &&
        signed_for->second != store::Changesets::At{header.writer, header.seq}) {
      return fail(ErrorCode::history_diverged, kOperation);
    }
    // Our own that came by its hash is the one that is here.
    if (!item.changeset.empty()) {
      SAMLA_ASSIGN(const bool beside, on_a_branch(arrived));
      if (beside) continue;
    }
    if (!arrived.own) {
      SAMLA_TRY(follows(arrived));
      SAMLA_TRY(judge(arrived));
    }
    if (SAMLA_PLANTED_BUG(drop_last_of_tail) && items.size() > 2 && &item == &items.back()) continue;
    SAMLA_ASSIGN(const bool fresh, store(arrived));
    if (fresh) SAMLA_TRY(open(arrived, writes));
  }
  SAMLA_TRY(materialise(writes));
  SAMLA_TRY(fill_gaps(space, nullptr));
  SAMLA_TRY(local_.tables->cursors.put(space, at));
  SAMLA_TRY(local_.save_clock());
  return transaction.commit();
}

// ---- 1. where it begins

Result<Position> Inbound::start_of(const SpaceId& space, const Incarnation& incarnation,
                                   std::uint64_t first_seq) {
  SAMLA_ASSIGN(const Position cursor, local_.tables->cursors.get(space));
  if (first_seq != 1) return cursor;
  // The server begins anew: it does not have the history that we have seen, or has it under another
  // name. What we hold stays; places are learnt again, and what has none is offered again.
  if (cursor.seq > 0) SAMLA_TRY(local_.tables->changesets.forget_places(space));
  if (cursor.seq == 0) SAMLA_TRY(leave_pack(space));
  return Position{incarnation, 0, {}};
}

// ---- 2. decoded

Result<Inbound::Arrived> Inbound::arrive(const SpaceId& space, std::uint64_t server_seq, const Bytes& bytes,
                                         LeavesOut leaves_out) const {
  Arrived out;
  SAMLA_ASSIGN(out.changeset, Changeset::decode(bytes));
  const change::Header& header = out.changeset.header;
  if (header.space != space || header.organisation != local_.account.organisation) {
    return fail(ErrorCode::protocol, kOperation, "a changeset of another space");
  }
  out.hash = change::changeset_hash(header);
  // What is left out must have been erased, as far as this device's chain has come.
  const chain::IdentityState& identity = local_.membership->identity();
  if (leaves_out == LeavesOut::kErased && !session::complete_but_for_erased(out.changeset, identity)) {
    return fail(ErrorCode::chain_behind, kOperation, "the server leaves out what nobody has erased");
  }
  const bool dropped = session::drop_erased(out.changeset, identity);
  out.bytes = dropped ? out.changeset.encode() : bytes;
  out.server_seq = server_seq;
  out.own = header.writer == local_.writer();
  SAMLA_TRY(verify(out.changeset));
  // A newcomer's stretch leaves out what is named.
  if (leaves_out == LeavesOut::kErased) SAMLA_TRY(check_named(out.changeset));
  return out;
}

/// The server places nothing that names what it does not hold, so what is named has come before.
Result<void> Inbound::check_named(const Changeset& changeset) const {
  const change::Header& header = changeset.header;
  for (const auto& [writer, seq] : session::named_places(changeset)) {
    if (writer == header.writer && seq <= header.seq) continue;
    SAMLA_ASSIGN(const std::uint64_t reached, local_.tables->changesets.reached(header.space, writer));
    if (seq > reached) {
      return fail(ErrorCode::names_missing, kOperation,
                  "a change by " + short_id(header.writer) + " rests on one by " + short_id(writer) +
                      " that the server has not sent");
    }
  }
  return {};
}

/// Our own come in our order; one whose receipt got lost is the first that has no place.
Result<Inbound::Arrived> Inbound::own(const SpaceId& space, const wire::TailItem& item) {
  // Only a device that never took a second name is sent nothing of its own.
  const WriterId first = chain::writer_of_device(local_.keys.device_id());
  SAMLA_ASSIGN(const auto stored, local_.tables->changesets.own_at(space, first, item.seq));
  // A copy of the store may have sent others under the same numbers: ours has no place then, and must not be
  // taken for placed.
  const bool other = !stored || stored->hash != item.own;
  if (other && stored && stored->server_seq == item.seq) {
    return fail(ErrorCode::history_diverged, kOperation);  // it has signed for ours there
  }
  if (other) return name_is_forked(first);
  Arrived out;
  SAMLA_ASSIGN(out.changeset, Changeset::decode(stored->bytes));
  out.hash = stored->hash;
  out.own = true;
  out.server_seq = item.seq;
  return out;
}

Error Inbound::name_is_forked(const WriterId& name) {
  forked_name_ = name;
  return fail(ErrorCode::writer_forked, kOperation,
              "the server holds changes by this device that this store does not have: is it a copy?");
}

// ---- 3. verified

Result<void> Inbound::verify(const Changeset& changeset) const {
  const WriterId& writer = changeset.header.writer;
  const chain::IdentityState& identity = local_.membership->identity();
  const auto owner = identity.device_of_writer(writer, identity.head().seq);
  const auto* device = owner ? identity.device(*owner) : nullptr;
  if (device == nullptr) return fail(ErrorCode::chain_behind, kOperation);
  if (!changeset.signed_by(device->keys.sign)) {
    return fail(ErrorCode::bad_signature, kOperation, "a changeset said to be by " + short_id(writer));
  }
  return {};
}

// ---- 4. judged

/// Whether everything that its writer wrote before is here, or was when a heads pack was made.
Result<void> Inbound::follows(const Arrived& arrived) const {
  const change::Header& header = arrived.changeset.header;
  SAMLA_ASSIGN(const store::ChangesetTip tip, local_.tables->changesets.tip(header.space, header.writer));
  if (header.seq > tip.seq + 1 || (header.seq == tip.seq + 1 && header.prev != tip.hash)) {
    return fail(ErrorCode::sequence_gap, kOperation,
                "changes by " + short_id(header.writer) + " are missing");
  }
  return {};
}

/// Of one that comes with a heads pack it is not known from where its writer came: that is judged once the
/// pack is here (end_pack).
Result<void> Inbound::judge(Arrived& arrived) const {
  const change::Header& header = arrived.changeset.header;
  const chain::SpaceState* space = local_.membership->space(header.space);
  if (space == nullptr) return fail(ErrorCode::chain_behind, kOperation);
  const chain::IdentityState& identity = local_.membership->identity();
  SAMLA_ASSIGN(arrived.heads, session::named_heads(header, identity, *space));
  SAMLA_ASSIGN(const store::ChangesetTip tip, local_.tables->changesets.tip(header.space, header.writer));
  const session::NamedHeads before =
      header.seq > tip.seq ? session::NamedHeads{tip.identity_seq, tip.space_seq} : session::NamedHeads{};
  arrived.validity = session::validity_of(header, arrived.heads, before, identity, *space);
  return {};
}

/// Another changeset with that number is here, or this one follows such a one: it is kept beside, as bytes,
/// and shows nothing. Of a name of our own it is for leave_fork.
Result<bool> Inbound::on_a_branch(const Arrived& arrived) {
  const change::Header& header = arrived.changeset.header;
  store::Changesets& changesets = local_.tables->changesets;
  SAMLA_ASSIGN(const auto known, changesets.get(header.space, header.writer, header.seq));
  const bool other = known && known->hash != arrived.hash;
  // Under the present name nobody but this store writes, and it loses nothing that it has sent.
  if (arrived.own && (other || !known)) return name_is_forked(header.writer);
  SAMLA_ASSIGN(const bool follows, changesets.in_branch(header.space, header.writer, header.prev));
  if (!other && (known || !follows)) return false;
  const chain::IdentityState& identity = local_.membership->identity();
  if (identity.device_of_writer(header.writer, identity.head().seq) == local_.keys.device_id()) {
    if (!other) return false;  // our branch was left, and this is what stands
    if (known->own) return name_is_forked(header.writer);
  }
  store::StoredChangeset row;
  row.space = header.space;
  row.writer = header.writer;
  row.seq = header.seq;
  row.hash = arrived.hash;
  row.bytes = arrived.bytes;
  SAMLA_TRY(changesets.put_branch(row));
  return true;
}

// ---- 5. stored

/// False: it was here already, with its writes.
Result<bool> Inbound::store(const Arrived& arrived) {
  const change::Header& header = arrived.changeset.header;
  store::StoredChangeset row;
  row.space = header.space;
  row.writer = header.writer;
  row.seq = header.seq;
  row.hash = arrived.hash;
  row.bytes = arrived.bytes;
  row.own = arrived.own;
  row.writes = header.count;
  row.validity = arrived.validity;
  row.server_seq = arrived.server_seq;
  row.identity_seq = arrived.heads.identity_seq;
  row.space_seq = arrived.heads.space_seq;
  SAMLA_ASSIGN(const auto put, local_.tables->changesets.put(row));
  return put == store::Changesets::Put::kStored ? Result<bool>(true) : add_parts(arrived);
}

/// Of one that is here in part: what else has come of it. False: nothing has.
Result<bool> Inbound::add_parts(const Arrived& arrived) {
  if (arrived.bytes.empty()) return false;
  const change::Header& header = arrived.changeset.header;
  SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(header.space, header.writer, header.seq));
  if (!stored || stored->bytes == arrived.bytes) return false;
  SAMLA_ASSIGN(const Changeset before, Changeset::decode(stored->bytes));
  SAMLA_ASSIGN(const Changeset now, Changeset::merged(before, arrived.changeset));
  if (now == before) return false;
  SAMLA_TRY(local_.tables->changesets.put_bytes(header.space, header.writer, header.seq, now.encode()));
  return true;
}

// ---- 6. opened

std::vector<view::AppliedWrite> open_writes(const Membership& membership, const Changeset& changeset,
                                            const std::set<RecordId>* only) {
  const change::Header& header = changeset.header;
  const seal::SpaceKey* key = membership.ring().epoch_key(header.space, header.epoch);
  const seal::TagKey* tag_key = membership.ring().tag_key(header.space);
  const auto& erasures = membership.identity().erasures();
  const chain::ChangesetPlace place{header.space, header.writer, header.seq};
  std::vector<view::AppliedWrite> out;
  for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
    const change::WriteHeader* write = change::header_of(changeset.leaves[i]);
    if (write == nullptr || (only != nullptr && !only->contains(write->record))) continue;
    view::AppliedWrite applied{header.space, changeset.ref(i), *write, {}};
    const auto* full = std::get_if<change::FullLeaf>(&changeset.leaves[i]);
    applied.erased = full == nullptr && erasures.contains(place);
    applied.kept_back = full == nullptr && !applied.erased;
    if (full != nullptr && key != nullptr && tag_key != nullptr) {
      applied.content = open_write(header, applied.ref, *full, *key, *tag_key);
    }
    out.push_back(std::move(applied));
  }
  return out;
}

std::optional<view::Content> open_write(const change::Header& header, const change::WriteRef& ref,
                                        const change::FullLeaf& leaf, const seal::SpaceKey& key,
                                        const seal::TagKey& tag_key) {
  const Bytes bound = change::associated_data(header, ref.index, leaf.header);
  const auto plain = seal::open_value(key, header.nonce_base.view(), ref.index, bound, leaf.ciphertext);
  if (!plain.ok()) return {};
  auto content = view::decode_content(*plain);
  if (!content.ok() || content->fields.size() != leaf.header.tags.size()) return {};
  // A field may not go by another's tag: its heads would stand where they don't belong.
  for (std::size_t i = 0; i < content->fields.size(); ++i) {
    const view::FieldContent& field = content->fields[i];
    const FieldTag tag = seal::field_tag(tag_key, leaf.header.record, field.field, as_bytes(field.element));
    if (tag != leaf.header.tags[i]) return {};
  }
  return std::move(*content);
}

/// Adds those that count to `writes`; the others are seen through at once.
Result<void> Inbound::open(const Arrived& arrived, std::vector<view::AppliedWrite>& writes) {
  std::vector<view::AppliedWrite> opened = open_writes(*local_.membership, arrived.changeset);
  if (arrived.validity != Validity::kValid) {
    for (const view::AppliedWrite& write : opened) SAMLA_TRY(local_.records->apply_transparent(write));
    return {};
  }
  for (const view::AppliedWrite& write : opened) local_.time.observe(write.header.time);
  std::ranges::move(opened, std::back_inserter(writes));
  return {};
}

// ---- 7. records

/// All of a stretch at once: a record that several have written is loaded and saved once.
Result<void> Inbound::materialise(std::span<const view::AppliedWrite> writes) {
  SAMLA_ASSIGN(const std::set<RecordId> changed, local_.records->apply(writes));
  changed_.insert(changed.begin(), changed.end());
  return {};
}

/// Once a stretch, since it reads the space's whole history (or those changesets of it that are named), and a
/// member can make any number of gaps.
Result<void> Inbound::fill_gaps(const SpaceId& space,
                                const std::set<std::pair<WriterId, std::uint64_t>>* among) {
  const std::set<RecordId> gaps = local_.records->take_gaps();
  if (gaps.empty()) return {};
  History history(local_);
  SAMLA_TRY(history.rebuild(space, gaps, among));
  return history.want_waiting(space, gaps);
}

Result<void> Inbound::open_again(const SpaceId& space) {
  SAMLA_ASSIGN(const auto refs, local_.records->unreadable(space));
  if (refs.empty()) return {};
  std::set<std::pair<WriterId, std::uint64_t>> changesets;
  for (const change::WriteRef& ref : refs) changesets.emplace(ref.writer, ref.seq);
  SAMLA_ASSIGN(auto transaction, local_.begin());
  std::vector<view::AppliedWrite> writes;
  for (const auto& [writer, seq] : changesets) {
    SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(space, writer, seq));
    if (!stored || stored->validity != Validity::kValid) continue;
    Arrived again;
    SAMLA_ASSIGN(again.changeset, Changeset::decode(stored->bytes));
    SAMLA_TRY(open(again, writes));
  }
  SAMLA_TRY(materialise(writes));
  SAMLA_TRY(fill_gaps(space, nullptr));
  return transaction.commit();
}

}  // namespace samla::replica
