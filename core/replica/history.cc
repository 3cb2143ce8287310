#include "core/replica/history.h"

#include <algorithm>
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
  return local_.tables->changesets.each(space, {}, [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    for (const view::AppliedWrite& write : open_writes(*local_.membership, changeset)) {
      if (write.header.record != record) continue;
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

// ---- judged anew

Result<std::set<RecordId>> History::judge_again(const WriterId& writer) {
  std::set<RecordId> changed;
  for (const auto& [space, state] : local_.membership->spaces()) {
    SAMLA_ASSIGN(const std::set<RecordId> records, judge_again(space, writer));
    if (records.empty()) continue;
    SAMLA_TRY(rebuild(space, records));
    changed.insert(records.begin(), records.end());
  }
  return changed;
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
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    const auto heads = session::named_heads(changeset.header, local_.membership->identity(), *state);
    if (!heads.ok()) return {};  // judged when its chains have come
    const Validity now =
        session::validity_of(changeset.header, *heads, before, local_.membership->identity(), *state);
    before = {std::max(before.identity_seq, heads->identity_seq),
              std::max(before.space_seq, heads->space_seq)};
    if (now == stored.validity) return {};
    verdicts.push_back({stored.seq, now});
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

Result<void> History::rebuild(const SpaceId& space, const std::set<RecordId>& records) {
  SAMLA_ASSIGN(const view::Records::Anew anew, look_ahead(space, records));
  for (const RecordId& record : records) SAMLA_TRY(local_.records->forget(space, record));
  const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    std::vector<view::AppliedWrite> writes = open_writes(*local_.membership, changeset);
    std::erase_if(writes,
                  [&](const view::AppliedWrite& write) { return !records.contains(write.header.record); });
    if (stored.validity == Validity::kValid) {
      const auto applied = local_.records->rebuild(writes, anew);
      return applied.ok() ? Result<void>() : Result<void>(applied.error());
    }
    for (const view::AppliedWrite& write : writes) SAMLA_TRY(local_.records->apply_transparent(write));
    return {};
  };
  SAMLA_TRY(local_.tables->changesets.each(space, {}, take));
  SAMLA_TRY(apply_waiting(space, records, anew));
  (void)local_.records->take_gaps();  // what still waits, waits for what is not here
  return {};
}

/// What must be known of these records before their first write is applied again.
Result<view::Records::Anew> History::look_ahead(const SpaceId& space,
                                                const std::set<RecordId>& records) const {
  view::Records::Anew out;
  const auto look = [&](const view::AppliedWrite& write, bool stands) {
    if (!records.contains(write.header.record)) return;
    if (!stands) out.seen_through[write.ref] = write.header.prev;
    if (stands && view::edits_text(write)) out.texts.insert(write.header.tags.front());
  };
  const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const Changeset changeset, Changeset::decode(stored.bytes));
    const bool touches = std::ranges::any_of(changeset.leaves, [&](const change::Leaf& leaf) {
      const auto* write = change::header_of(leaf);
      return write != nullptr && records.contains(write->record);
    });
    if (!touches) return {};
    for (const view::AppliedWrite& write : open_writes(*local_.membership, changeset)) {
      look(write, stored.validity == Validity::kValid);
    }
    return {};
  };
  SAMLA_TRY(local_.tables->changesets.each(space, {}, take));
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

Result<void> History::apply_waiting(const SpaceId& space, const std::set<RecordId>& records,
                                    const view::Records::Anew& anew) {
  SAMLA_ASSIGN(const auto groups, local_.tables->outbox.groups(space));
  for (const store::OutboxGroup& group : groups) {
    SAMLA_ASSIGN(const auto writes, local_.tables->outbox.writes(space, group.writer, group.seq));
    for (const store::OutboxWrite& write : writes) {
      if (!records.contains(write.header.record)) continue;
      SAMLA_ASSIGN(view::Content content, view::decode_content(write.content));
      const view::AppliedWrite applied{space, write.ref, write.header, std::move(content)};
      const auto done = local_.records->rebuild({&applied, 1}, anew);
      if (!done.ok()) return done.error();
    }
  }
  return {};
}

}  // namespace samla::replica
