// The walk of an edit through the device.
//
//   Commit:  1. each step becomes a draft of a write: its space, tags and content   (draft)
//            2. the drafts get their places in their spaces' open groups            (place)
//            3. time, and what each write knows of: prev, seen                      (complete)
//            4. one transaction: outbox, records                                    (store)
//   Freeze:  5. a header that names where we stand in chains and history            (header_for)
//            6. each content is packed and sealed under header and metadata         (seal)
//            7. hash tree and signature; the bytes and the outbox's rows are one
//               transaction, before the first byte leaves for anywhere              (freeze_group)
#include "core/replica/outbound.h"

#include <algorithm>

#include "core/base/planted_bug.h"
#include "core/seal/value.h"
#include "core/text/local_edit.h"
#include "core/text/snapshot.h"

namespace samla::replica {

using change::WriteHeader;
using change::WriteRef;
using change::WriteType;

/// A write on its way into the outbox.
struct Outbound::Draft {
  SpaceId space;
  WriteRef ref;
  WriteHeader header;
  view::Content content;
  Bytes encoded;
  bool resolves = false;
};

/// A record as the edit's earlier steps have left it.
struct Outbound::Touched {
  SpaceId space;
  std::string kind;
  resolve::RecordState state;
  /// As this device shows it; absent for one that the edit creates.
  std::optional<view::RecordView> shown;
  std::set<FieldTag> written;  ///< by this edit
  /// Texts as the edit's earlier steps have left them; once placed their frontier is what stands here.
  std::map<FieldTag, view::Records::TextState> texts;
};

namespace {

/// Beside the ciphertext, what a write takes in a changeset at the most.
constexpr std::size_t kWriteOverheadBytes = 64;
/// Of one append; a longer edit is several.
constexpr std::size_t kTextPayloadBytesMax = 128 * 1024;
/// So that it always has room beside the edits that it follows.
constexpr std::size_t kSnapshotBytesMax = 192 * 1024;

const view::FieldView* shown_field(const std::optional<view::RecordView>& record, const FieldTag& tag) {
  if (!record) return nullptr;
  const auto found = std::ranges::find(record->fields, tag, &view::FieldView::tag);
  return found == record->fields.end() ? nullptr : &*found;
}

}  // namespace

Result<void> Outbound::commit(const Edit& edit) {
  if (edit.empty()) return {};
  Touch touched;
  SAMLA_ASSIGN(std::vector<Draft> drafts, drafts_of(edit, touched));
  SAMLA_ASSIGN(auto transaction, local_.begin_edit());
  SAMLA_TRY(place(drafts));
  for (Draft& draft : drafts) complete(draft, touched);
  SAMLA_TRY(store(drafts));
  return transaction.commit();
}

// ---- 1. drafts

Result<std::vector<Outbound::Draft>> Outbound::drafts_of(const Edit& edit, Touch& touched) const {
  std::vector<Draft> drafts;
  for (const Edit::Step& step : edit.steps()) {
    if (const auto* create = std::get_if<Edit::Create>(&step)) {
      if (touched.contains(create->id)) return fail(ErrorCode::already_exists, "replica.commit");
      SAMLA_ASSIGN(Draft made, draft(*create));
      touched[create->id] = {create->space, create->kind, {}, {}, {}, {}};
      drafts.push_back(std::move(made));
    } else if (const auto* assign = std::get_if<Edit::Assign>(&step)) {
      SAMLA_ASSIGN(Draft made, draft(*assign, touched));
      drafts.push_back(std::move(made));
    } else if (const auto* text = std::get_if<Edit::EditText>(&step)) {
      SAMLA_ASSIGN(std::vector<Draft> made, Outbound::drafts(*text, touched));
      std::ranges::move(made, std::back_inserter(drafts));
    } else {
      SAMLA_ASSIGN(Draft made, draft(std::get<Edit::SetLife>(step), touched));
      drafts.push_back(std::move(made));
    }
  }
  for (Draft& each : drafts) {
    SAMLA_TRY(view::check(each.content));
    each.encoded = view::encode(each.content);
  }
  return drafts;
}

Result<FieldTag> Outbound::tag_of(const SpaceId& space, const RecordId& record,
                                  const Edit::Field& field) const {
  const seal::TagKey* key = local_.membership->ring().tag_key(space);
  if (key == nullptr) {
    return fail(ErrorCode::awaiting_grant, "replica.commit",
                "sync again once a member of the space has synced");
  }
  return seal::field_tag(*key, record, field.name, as_bytes(field.element));
}

Result<Outbound::Draft> Outbound::draft(const Edit::Create& step) const {
  SAMLA_ASSIGN(const auto known, local_.records->state(step.id));
  if (known) return fail(ErrorCode::already_exists, "replica.commit", "there is a record with this id");
  Draft out;
  out.space = step.space;
  out.header.type = WriteType::kInit;
  out.header.record = step.id;
  out.content.kind = step.kind;
  for (const Edit::Field& field : step.fields) {
    SAMLA_ASSIGN(const FieldTag tag, tag_of(step.space, step.id, field));
    if (std::ranges::count(out.header.tags, tag) > 0) {
      return fail(ErrorCode::invalid_argument, "replica.commit", "the field " + field.name + " stands twice");
    }
    out.header.tags.push_back(tag);
    out.content.fields.push_back({field.name, field.element, field.value});
  }
  if (out.header.tags.empty())
    return fail(ErrorCode::invalid_argument, "replica.commit", "a record without fields");
  return out;
}

Result<Outbound::Touched*> Outbound::touch(const RecordId& record, Touch& touched) const {
  if (const auto found = touched.find(record); found != touched.end()) return &found->second;
  SAMLA_ASSIGN(auto state, local_.records->state(record));
  SAMLA_ASSIGN(auto shown, local_.records->read(record));
  if (!state || !shown) return fail(ErrorCode::not_found, "replica.commit", "no such record on this device");
  if (shown->kind.empty())
    return fail(ErrorCode::key_missing, "replica.commit", "the record can't be read here");
  const SpaceId space = shown->space;
  const std::string kind = shown->kind;
  Touched made{space, kind, std::move(*state), std::move(*shown), {}, {}};
  return &touched.emplace(record, std::move(made)).first->second;
}

Result<Outbound::Draft> Outbound::draft(const Edit::Assign& step, Touch& touched) const {
  SAMLA_ASSIGN(const Touched* const record, touch(step.record, touched));
  Draft out;
  out.space = record->space;
  out.resolves = step.resolves;
  out.header.type = WriteType::kAssign;
  out.header.record = step.record;
  SAMLA_ASSIGN(const FieldTag tag, tag_of(record->space, step.record, step.field));
  out.header.tags = {tag};
  out.content = {record->kind, {{step.field.name, step.field.element, step.field.value}}};
  return out;
}

namespace {

/// Whether a text's log is so long that a snapshot is worth its bytes (docs/decisions/snapshots-of-texts.md):
/// 256 edits, and twice the text's length in sealed ones.
bool snapshot_due(std::size_t edits, std::size_t text_bytes) {
  constexpr std::size_t kEditsMin = 256;
  constexpr std::size_t kSealedEditBytes = 180;
  return edits >= kEditsMin && edits * kSealedEditBytes >= 2 * text_bytes;
}

/// Edits that leave the text as it is, and follow all others.
Bytes touch_payload() { return text::encode_edits({text::make_edit(0, 0, " "), text::make_edit(0, 1, "")}); }

}  // namespace

Result<std::vector<Outbound::Draft>> Outbound::drafts(const Edit::EditText& step, Touch& touched) const {
  SAMLA_ASSIGN(Touched* const record, touch(step.record, touched));
  if (step.text.size() > view::kValueBytesMax) {
    return fail(ErrorCode::too_large, "replica.commit", "a text may have at most 256 KiB; split it");
  }
  SAMLA_ASSIGN(const FieldTag tag, tag_of(record->space, step.record, {step.field, {}, {}}));
  if (!record->texts.contains(tag)) {
    SAMLA_ASSIGN(auto state, local_.records->text_state(step.record, tag));
    record->texts[tag] = state.value_or(view::Records::TextState{});
  }
  view::Records::TextState& before = record->texts[tag];
  SAMLA_ASSIGN(std::vector<Bytes> payloads,
               text::payloads_between(before.text, step.text, kTextPayloadBytesMax));
  if (payloads.empty() && step.settles) payloads.push_back(touch_payload());
  before.text = step.text;
  std::vector<Draft> out;
  for (Bytes& payload : payloads) {
    Draft draft;
    draft.space = record->space;
    draft.header.type = WriteType::kAppend;
    draft.header.record = step.record;
    draft.header.tags = {tag};
    draft.content = {record->kind, {{step.field, {}, view::TextEdits{std::move(payload)}}}};
    out.push_back(std::move(draft));
  }
  if (before.edits_since_snapshot > 0) before.edits_since_snapshot += out.size();
  if (!out.empty() && snapshot_due(before.edits_since_snapshot, step.text.size())) {
    SAMLA_TRY(add_snapshot(step, record->kind, tag, out));
    before.edits_since_snapshot = 0;
  }
  return out;
}

/// What the text is after these edits, for devices that will not have what came before them.
Result<void> Outbound::add_snapshot(const Edit::EditText& step, const std::string& kind, const FieldTag& tag,
                                    std::vector<Draft>& drafts) const {
  SAMLA_ASSIGN(auto seen, local_.records->text_seen(step.record, tag));
  Bytes sealed = text::encode_snapshot({std::move(seen), step.text});
  if (sealed.size() > kSnapshotBytesMax) return {};
  Draft draft;
  draft.space = drafts.back().space;
  draft.header.type = WriteType::kSnapshot;
  draft.header.record = step.record;
  draft.header.tags = {tag};
  draft.content = {kind, {{step.field, {}, view::TextEdits{std::move(sealed)}}}};
  drafts.push_back(std::move(draft));
  return {};
}

Result<Outbound::Draft> Outbound::draft(const Edit::SetLife& step, Touch& touched) const {
  SAMLA_ASSIGN(const Touched* const record, touch(step.record, touched));
  Draft out;
  out.space = record->space;
  out.header.type = step.life == Edit::Life::kErase ? WriteType::kErase : WriteType::kRestore;
  out.header.record = step.record;
  out.content.kind = record->kind;
  return out;
}

// ---- 2. places

Result<void> Outbound::place(std::vector<Draft>& drafts) {
  struct Sum {
    std::size_t writes = 0;
    std::size_t content_bytes = 0;
    std::size_t changeset_bytes = 0;
  };
  std::map<SpaceId, Sum> sums;
  for (const Draft& draft : drafts) {
    Sum& sum = sums[draft.space];
    ++sum.writes;
    sum.content_bytes += draft.encoded.size();
    sum.changeset_bytes += seal::padded_size(draft.encoded.size() + 8) + seal::kSealBytes +
                           kWriteOverheadBytes + draft.header.tags.size() * FieldTag::kSize;
  }
  for (const auto& [space, sum] : sums) {
    if (sum.changeset_bytes > change::kChangesetBytesMax - 4096) {
      return fail(ErrorCode::too_large, "replica.commit",
                  "one edit is too large: make several, or shorten the text");
    }
    SAMLA_ASSIGN(const auto refs,
                 local_.tables->outbox.reserve(space, local_.writer(), sum.writes, sum.content_bytes));
    std::size_t next = 0;
    for (Draft& draft : drafts) {
      if (draft.space == space) draft.ref = refs[next++];
    }
  }
  return {};
}

// ---- 3. what each write knows of

void Outbound::complete(Draft& draft, Touch& touched) {
  Touched& record = touched.at(draft.header.record);
  draft.header.time = local_.time.tick();
  if (draft.header.type == WriteType::kAppend) {
    std::vector<WriteRef>& frontier = record.texts.at(draft.header.tags.front()).frontier;
    if (frontier.size() > change::kPrevMax) frontier.resize(change::kPrevMax);
    draft.header.prev = std::exchange(frontier, {draft.ref});
    if (SAMLA_PLANTED_BUG(append_without_parents)) draft.header.prev.clear();
  } else if (draft.header.type == WriteType::kSnapshot) {
    draft.header.prev = record.texts.at(draft.header.tags.front()).frontier;
  } else if (draft.header.type != WriteType::kInit) {
    draft.header.prev = prev_of(draft, record);
  }
  if (draft.header.type == WriteType::kErase) draft.header.seen = record.state.seen();
  record.state.apply(draft.header, draft.ref);
  for (const FieldTag& tag : resolve::fields_of(draft.header)) record.written.insert(tag);
}

std::vector<WriteRef> Outbound::prev_of(const Draft& draft, const Touched& record) const {
  const FieldTag tag = resolve::fields_of(draft.header).front();
  const resolve::FieldState* field = record.state.field(tag);
  if (field == nullptr) return {};
  const view::FieldView* shown = shown_field(record.shown, tag);
  const bool contested = shown != nullptr && shown->contested;
  if (draft.resolves || !contested || SAMLA_PLANTED_BUG(name_every_head)) {
    std::vector<WriteRef> all = field->prev_for_new_write();
    if (SAMLA_PLANTED_BUG(skip_a_prev) && all.size() > 1) all.pop_back();
    return all;
  }
  // No decision: what was looked at is replaced, and our own head as every writer's is; the rest stands.
  std::set<WriteRef> prev;
  for (const resolve::Head& head : field->heads()) {
    if (head.ref.writer == draft.ref.writer) prev.insert(head.ref);
  }
  if (!record.written.contains(tag)) {
    for (const view::HeadView& head : shown->heads) {
      const bool same = head.readable && shown->heads.front().readable && head.value == shown->value();
      if (same || head.ref == shown->heads.front().ref) prev.insert(head.ref);
    }
  }
  std::vector<WriteRef> out(prev.begin(), prev.end());
  if (out.size() > change::kPrevMax) out.resize(change::kPrevMax);
  return out;
}

// ---- 4. stored

Result<void> Outbound::store(const std::vector<Draft>& drafts) {
  std::vector<view::AppliedWrite> applied;
  applied.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    SAMLA_TRY(local_.tables->outbox.append(draft.space, draft.ref, draft.header, draft.encoded));
    applied.push_back({draft.space, draft.ref, draft.header, draft.content});
  }
  const auto changed = local_.records->apply(applied);
  if (!changed.ok()) return changed.error();
  return {};
}

// ---- 5. freezing

Result<void> Outbound::freeze(const SpaceId& space) {
  const chain::SpaceState* state = local_.membership->space(space);
  if (state == nullptr || !local_.membership->readable(space)) return {};
  // Who should not read any more still holds this key: it waits here for the next one.
  if (state->rotation_due(local_.membership->identity())) return {};
  const DeviceId device = local_.keys.device_id();
  // A name that no entry certifies yet: the entry comes first.
  const chain::IdentityState& identity = local_.membership->identity();
  if (identity.device_of_writer(local_.writer(), identity.head().seq) != device) return {};
  if (state->right_of(device, local_.membership->identity()) < chain::Right::kWriter) return {};
  SAMLA_ASSIGN(auto groups, local_.tables->outbox.groups(space));
  if (groups.empty()) return {};
  if (SAMLA_PLANTED_BUG(forget_outbox_order)) std::ranges::reverse(groups);
  if (SAMLA_PLANTED_BUG(outbox_before_changeset)) return freeze_group(space, groups.front());
  SAMLA_ASSIGN(auto transaction, SAMLA_PLANTED_BUG(freeze_unsynced) ? local_.begin_edit() : local_.begin());
  for (const store::OutboxGroup& group : groups) SAMLA_TRY(freeze_group(space, group));
  if (!SAMLA_PLANTED_BUG(clock_not_saved)) SAMLA_TRY(local_.save_clock());  // the outbox had it until now
  return transaction.commit();
}

Result<change::Header> Outbound::header_for(const store::OutboxGroup& group, const SpaceId& space) const {
  SAMLA_ASSIGN(const store::ChangesetTip tip, local_.tables->changesets.tip(space, group.writer));
  if (group.seq != tip.seq + 1) return fail(ErrorCode::store_corrupt, "replica.freeze");
  change::Header header;
  header.organisation = local_.account.organisation;
  header.space = space;
  header.writer = group.writer;
  header.seq = group.seq;
  header.prev = tip.hash;
  header.identity_head = local_.membership->head({}).hash;
  header.space_head = local_.membership->head(space).hash;
  SAMLA_ASSIGN(header.position, local_.tables->cursors.get(space));
  header.epoch = local_.membership->space(space)->epoch();
  header.nonce_base = local_.random.fixed<change::NonceBase>();
  return header;
}

// ---- 6. sealed

Result<std::vector<change::FullLeaf>> Outbound::seal(const change::Header& header,
                                                     const std::vector<store::OutboxWrite>& writes) const {
  const seal::SpaceKey* key = local_.membership->ring().epoch_key(header.space, header.epoch);
  if (key == nullptr) return fail(ErrorCode::key_missing, "replica.freeze");
  std::vector<change::FullLeaf> leaves;
  leaves.reserve(writes.size());
  for (const store::OutboxWrite& write : writes) {
    SAMLA_ASSIGN(const seal::PackedValue packed, seal::PackedValue::pack(write.content));
    change::FullLeaf leaf{write.header, {}};
    leaf.header.ciphertext_size = packed.sealed_size();
    const Bytes bound = change::associated_data(header, write.ref.index, leaf.header);
    leaf.ciphertext = seal::seal_value(*key, header.nonce_base.view(), write.ref.index, bound, packed);
    if (SAMLA_PLANTED_BUG(seal_in_clear)) {
      std::ranges::copy(ByteView(write.content).first(std::min(write.content.size(), leaf.ciphertext.size())),
                        leaf.ciphertext.begin());
    }
    leaves.push_back(std::move(leaf));
  }
  return leaves;
}

// ---- 7. signed

Result<void> Outbound::freeze_group(const SpaceId& space, const store::OutboxGroup& group) {
  SAMLA_ASSIGN(const auto writes, local_.tables->outbox.writes(space, group.writer, group.seq));
  SAMLA_ASSIGN(change::Header header, header_for(group, space));
  header.count = static_cast<std::uint32_t>(writes.size());
  header.base_time = writes.front().header.time;
  SAMLA_ASSIGN(auto leaves, seal(header, writes));
  SAMLA_ASSIGN(const change::Changeset changeset,
               change::sign_changeset(header, std::move(leaves), local_.keys.sign()));
  store::StoredChangeset stored;
  stored.space = space;
  stored.writer = group.writer;
  stored.seq = group.seq;
  stored.hash = change::changeset_hash(changeset.header);
  stored.bytes = changeset.encode();
  stored.own = true;
  stored.writes = header.count;
  stored.identity_seq = local_.membership->head({}).seq;
  stored.space_seq = local_.membership->head(space).seq;
  if (SAMLA_PLANTED_BUG(outbox_before_changeset)) {
    SAMLA_TRY(local_.tables->outbox.remove(space, group.writer, group.seq));
  }
  SAMLA_ASSIGN([[maybe_unused]] const auto put, local_.tables->changesets.put(stored));
  return local_.tables->outbox.remove(space, group.writer, group.seq);
}

}  // namespace samla::replica
