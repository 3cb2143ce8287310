#include "core/replica/history.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/replica/inbound.h"
#include "core/session/validity.h"

namespace samla::replica {

using change::Changeset;
using change::Validity;

namespace {

WriteInfo info_of(const view::AppliedWrite& write) {
  WriteInfo out;
  out.ref = write.ref;
  out.type = write.header.type;
  out.time = write.header.time;
  out.prev = write.header.prev;
  out.tags = resolve::fields_of(write.header);
  out.content = write.content;
  return out;
}

bool is_snapshot(const view::AppliedWrite& write) {
  return write.header.type == change::WriteType::kSnapshot;
}

/// What stands now: of a text the edits that none has followed, of the life field its heads.
std::set<std::pair<FieldTag, change::WriteRef>> heads_of(const view::RecordView& record,
                                                         const resolve::RecordState& state) {
  std::set<std::pair<FieldTag, change::WriteRef>> out;
  for (const view::FieldView& field : record.fields) {
    for (const view::HeadView& head : field.heads) out.emplace(field.tag, head.ref);
  }
  if (const resolve::FieldState* life = state.field(change::kLifeTag)) {
    for (const resolve::Head& head : life->heads()) out.emplace(change::kLifeTag, head.ref);
  }
  return out;
}

}  // namespace

// ---- shown

Result<std::vector<WriteInfo>> History::writes_of(const SpaceId& space, const RecordId& record) const {
  std::vector<WriteInfo> out;
  SAMLA_TRY(add_frozen(space, record, out));
  SAMLA_TRY(add_waiting(space, record, out));
  SAMLA_ASSIGN(const auto state, local_.records->state(record));
  SAMLA_ASSIGN(const auto shown, local_.records->read(record));
  if (state && shown) {
    const auto heads = heads_of(*shown, *state);
    for (WriteInfo& write : out) {
      for (const FieldTag& tag : write.tags) {
        if (heads.contains({tag, write.ref})) write.head_of.push_back(tag);
      }
    }
  }
  std::ranges::sort(out, {}, [](const WriteInfo& write) { return std::tuple(write.time, write.ref); });
  return out;
}

Result<void> History::add_frozen(const SpaceId& space, const RecordId& record,
                                 std::vector<WriteInfo>& out) const {
  const std::set<RecordId> only = {record};
  return local_.tables->changesets.each(space, {}, [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    for (const view::AppliedWrite& write : open_writes(*local_.membership, changeset, &only)) {
      WriteInfo info = info_of(write);
      info.validity = stored.validity;
      info.reason = stored.reason;
      info.reached = stored.server_seq ? WriteInfo::Reached::kCentre : WriteInfo::Reached::kDevice;
      out.push_back(std::move(info));
    }
    return {};
  });
}

Result<void> History::add_waiting(const SpaceId& space, const RecordId& record,
                                  std::vector<WriteInfo>& out) const {
  SAMLA_ASSIGN(const auto groups, local_.tables->outbox.groups(space));
  for (const store::OutboxGroup& group : groups) {
    SAMLA_ASSIGN(const auto writes, local_.tables->outbox.writes(space, group.writer, group.seq));
    for (const store::OutboxWrite& write : writes) {
      if (write.header.record != record) continue;
      SAMLA_ASSIGN(view::Content content, view::decode_content(write.content));
      out.push_back(info_of({space, write.ref, write.header, std::move(content)}));
    }
  }
  return {};
}

// ---- named and not here

/// A writer's changesets come without gaps, so what lies beyond the last one is what has not come.
Result<bool> History::is_beyond(const SpaceId& space, const change::WriteRef& ref) const {
  if (ref.writer == local_.writer()) return false;  // perhaps not frozen yet
  SAMLA_ASSIGN(const store::ChangesetTip tip, local_.tables->changesets.tip(space, ref.writer));
  return ref.seq > tip.seq;
}

Result<std::set<change::WriteRef>> History::heads_ahead(const SpaceId& space, const RecordId& record,
                                                        const FieldTag& tag) const {
  std::set<change::WriteRef> out;
  SAMLA_ASSIGN(const auto state, local_.records->state(record));
  const resolve::FieldState* field = state ? state->field(tag) : nullptr;
  if (field == nullptr) return out;
  bool missing = false;
  for (const auto& [writer, place] : field->context()) {
    SAMLA_ASSIGN(const bool beyond, is_beyond(space, {writer, place.first, place.second}));
    missing = missing || beyond;
  }
  if (!missing) return out;
  for (const resolve::Head& head : field->heads()) {
    SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(space, head.ref.writer, head.ref.seq));
    if (!stored) continue;  // our own, not frozen yet: it knew of what is here alone
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored->bytes));
    const change::WriteHeader* write = head.ref.index < changeset.leaves.size()
                                           ? change::header_of(changeset.leaves[head.ref.index])
                                           : nullptr;
    if (write == nullptr) continue;
    for (const change::WriteRef& named : write->prev) {
      SAMLA_ASSIGN(const bool beyond, is_beyond(space, named));
      if (beyond) out.insert(head.ref);
    }
  }
  return out;
}

// ---- judged anew

Result<std::set<RecordId>> History::judge_again(const WriterId& writer) {
  std::set<RecordId> changed;
  for (const auto& [space, state] : local_.membership->spaces()) {
    SAMLA_ASSIGN(const std::set<RecordId> records, judge_again(space, writer));
    if (records.empty()) continue;
    SAMLA_TRY(rebuild(space, records));
    SAMLA_TRY(want_again(space, records));
    changed.insert(records.begin(), records.end());
  }
  return changed;
}

Result<std::set<RecordId>> History::judge_all(const SpaceId& space) {
  std::set<RecordId> changed;
  SAMLA_ASSIGN(const auto writers, local_.tables->changesets.writers(space));
  for (const WriterId& writer : writers) {
    if (writer == local_.writer()) continue;
    SAMLA_ASSIGN(std::set<RecordId> records, judge_again(space, writer));
    changed.merge(records);
  }
  if (!changed.empty()) SAMLA_TRY(rebuild(space, changed));
  return changed;
}

/// What a write had replaced that does not count any more stands again, and may be history here.
Result<void> History::want_again(const SpaceId& space, const std::set<RecordId>& records) {
  for (const RecordId& record : records) {
    SAMLA_ASSIGN(const auto packed, local_.tables->packs.record(space, record));
    if (packed) SAMLA_TRY(local_.tables->packs.want(space, record, false));
  }
  return {};
}

Result<void> History::want_waiting(const SpaceId& space, const std::set<RecordId>& records) {
  for (const RecordId& record : records) {
    SAMLA_ASSIGN(const auto packed, local_.tables->packs.record(space, record));
    if (!packed) continue;
    SAMLA_ASSIGN(const bool waits, local_.records->has_waiting_texts(space, record));
    if (waits) SAMLA_TRY(local_.tables->packs.want(space, record, true));
  }
  return {};
}

/// The records that changesets touch whose worth is another now.
Result<std::set<RecordId>> History::judge_again(const SpaceId& space, const WriterId& writer) {
  const chain::SpaceState* state = local_.membership->space(space);
  std::set<RecordId> touched;
  if (state == nullptr) return touched;
  struct Verdict {
    std::uint64_t seq;
    Validity validity;
  };
  std::vector<Verdict> verdicts;
  session::NamedHeads before;
  const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const change::Header header, change::decode_header(stored.bytes));
    const auto heads = session::named_heads(header, local_.membership->identity(), *state);
    if (!heads.ok()) return {};  // judged when its chains have come
    const Validity now = session::validity_of(header, *heads, before, local_.membership->identity(), *state);
    before = {std::max(before.identity_seq, heads->identity_seq),
              std::max(before.space_seq, heads->space_seq)};
    if (now == stored.validity) return {};
    verdicts.push_back({stored.seq, now});
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    for (const change::Leaf& leaf : changeset.leaves) {
      if (const auto* write = change::header_of(leaf)) touched.insert(write->record);
    }
    return {};
  };
  SAMLA_TRY(local_.tables->changesets.each(space, writer, take));
  for (const Verdict& verdict : verdicts) {
    const bool valid = verdict.validity == Validity::kValid;
    SAMLA_TRY(
        local_.tables->changesets.judge(space, writer, verdict.seq, verdict.validity,
                                        valid ? std::nullopt : std::optional(ErrorCode::not_permitted)));
  }
  return touched;
}

/// What must be known of records before their first write is applied again.
struct History::Ahead {
  view::Records::Anew anew;
  /// In the order of their arrival. They come before all else or after it (Anew::floors).
  std::vector<view::AppliedWrite> snapshots;
};

Result<void> History::each(const SpaceId& space, const Changesets* among,
                           const std::function<Result<void>(const store::StoredChangeset&)>& take) const {
  if (among == nullptr) return local_.tables->changesets.each(space, {}, take);
  for (const auto& [writer, seq] : *among) {
    SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(space, writer, seq));
    if (stored) SAMLA_TRY(take(*stored));
  }
  return {};
}

/// What the server says of writes that are not here.
Result<void> History::add_packed(const SpaceId& space, const std::set<RecordId>& records,
                                 Ahead& ahead) const {
  for (const RecordId& record : records) {
    SAMLA_ASSIGN(const auto packed, local_.tables->packs.record(space, record));
    if (!packed) continue;
    SAMLA_ASSIGN(ahead.anew.packed[record], view::Packed::decode(packed->word));
  }
  if (ahead.anew.packed.empty()) return {};
  SAMLA_ASSIGN(ahead.anew.packed_until, local_.tables->packs.tips(space));
  return {};
}

Result<void> History::rebuild(const SpaceId& space, const std::set<RecordId>& records,
                              const Changesets* among) {
  SAMLA_ASSIGN(Ahead ahead, look_ahead(space, records, among));
  SAMLA_TRY(add_packed(space, records, ahead));
  SAMLA_TRY(choose_floors(space, ahead));
  const view::Records::Anew& anew = ahead.anew;
  for (const RecordId& record : records) SAMLA_TRY(local_.records->forget(space, record));
  SAMLA_TRY(apply_snapshots(ahead, true));
  const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    std::vector<view::AppliedWrite> writes = open_writes(*local_.membership, changeset, &records);
    const bool valid = stored.validity == Validity::kValid;
    std::erase_if(writes, [&](const view::AppliedWrite& write) { return valid && is_snapshot(write); });
    if (valid) {
      const auto applied = local_.records->rebuild(writes, anew);
      return applied.ok() ? Result<void>() : Result<void>(applied.error());
    }
    for (const view::AppliedWrite& write : writes) SAMLA_TRY(local_.records->apply_transparent(write));
    return {};
  };
  SAMLA_TRY(each(space, among, take));
  SAMLA_TRY(apply_waiting(space, records, anew));
  SAMLA_TRY(apply_snapshots(ahead, false));
  (void)local_.records->take_gaps();  // what still waits, waits for what is not here
  return {};
}

Result<void> History::apply_snapshots(const Ahead& ahead, bool floors) {
  for (const view::AppliedWrite& write : ahead.snapshots) {
    if (ahead.anew.floors.contains(write.ref) != floors) continue;
    const auto applied = local_.records->rebuild({&write, 1}, ahead.anew);
    if (!applied.ok()) return applied.error();
  }
  return {};
}

Result<History::Ahead> History::look_ahead(const SpaceId& space, const std::set<RecordId>& records,
                                           const Changesets* among) const {
  Ahead out;
  const auto look = [&](view::AppliedWrite write, bool stands) {
    if (!records.contains(write.header.record)) return;
    if (!stands) out.anew.seen_through[write.ref] = write.header.prev;
    if (stands && view::edits_text(write)) out.anew.texts.insert(write.header.tags.front());
    if (stands && is_snapshot(write) && view::edits_text(write)) out.snapshots.push_back(std::move(write));
  };
  const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    for (view::AppliedWrite& write : open_writes(*local_.membership, changeset, &records)) {
      look(std::move(write), stored.validity == Validity::kValid);
    }
    return {};
  };
  SAMLA_TRY(each(space, among, take));
  SAMLA_ASSIGN(const auto groups, local_.tables->outbox.groups(space));
  for (const store::OutboxGroup& group : groups) {
    SAMLA_ASSIGN(const auto writes, local_.tables->outbox.writes(space, group.writer, group.seq));
    for (const store::OutboxWrite& write : writes) {
      SAMLA_ASSIGN(view::Content content, view::decode_content(write.content));
      look({space, write.ref, write.header, std::move(content)}, true);
    }
  }
  return out;
}

/// Of each text the newest snapshot whose frontier is kept from this device.
Result<void> History::choose_floors(const SpaceId& space, Ahead& ahead) const {
  std::map<FieldTag, const view::AppliedWrite*> newest;
  for (const view::AppliedWrite& write : ahead.snapshots) {
    if (write.header.tags.empty()) continue;
    bool kept_all = !write.header.prev.empty();
    for (const change::WriteRef& ref : write.header.prev) {
      SAMLA_ASSIGN(const bool kept, kept_from_us(space, ref));
      kept_all = kept_all && kept;
    }
    if (!kept_all) continue;
    const view::AppliedWrite*& best = newest[write.header.tags.front()];
    if (best == nullptr || std::tie(best->header.time, best->ref) < std::tie(write.header.time, write.ref)) {
      best = &write;
    }
  }
  for (const auto& [tag, write] : newest) ahead.anew.floors.insert(write->ref);
  return {};
}

/// Whether there is such a write, as far as its writer's chain says, and it was not sent here. Not of one
/// beyond the end of the chain: that the snapshot's author may have made up, to put a text of its own in the
/// place of one that is here whole.
Result<bool> History::kept_from_us(const SpaceId& space, const change::WriteRef& ref) const {
  SAMLA_ASSIGN(const store::ChangesetTip tip, local_.tables->changesets.tip(space, ref.writer));
  if (ref.seq > tip.seq) return false;
  SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(space, ref.writer, ref.seq));
  if (!stored) return true;
  SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored->bytes));
  return ref.index < changeset.leaves.size() &&
         !std::holds_alternative<change::FullLeaf>(changeset.leaves[ref.index]);
}

Result<void> History::apply_waiting(const SpaceId& space, const std::set<RecordId>& records,
                                    const view::Records::Anew& anew) {
  SAMLA_ASSIGN(const auto groups, local_.tables->outbox.groups(space));
  for (const store::OutboxGroup& group : groups) {
    SAMLA_ASSIGN(const auto writes, local_.tables->outbox.writes(space, group.writer, group.seq));
    for (const store::OutboxWrite& write : writes) {
      if (!records.contains(write.header.record) || write.header.type == change::WriteType::kSnapshot)
        continue;
      SAMLA_ASSIGN(view::Content content, view::decode_content(write.content));
      const view::AppliedWrite applied{space, write.ref, write.header, std::move(content)};
      const auto done = local_.records->rebuild({&applied, 1}, anew);
      if (!done.ok()) return done.error();
    }
  }
  return {};
}

}  // namespace samla::replica
