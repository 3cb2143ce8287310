#include "core/view/record_texts.h"

#include <algorithm>

#include "core/text/payload.h"

namespace samla::view {

namespace {

/// Where in the merged text a side's changes are; a removal is a range of no length.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Range> changed_ranges(const std::vector<text::Change>& changes) {
  std::vector<Range> out;
  std::size_t at = 0;
  for (const text::Change& change : changes) {
    if (change.kind == text::ChangeKind::kept) at += change.text.size();
    if (change.kind == text::ChangeKind::removed) out.push_back({at, at});
    if (change.kind == text::ChangeKind::added) {
      out.push_back({at, at + change.text.size()});
      at += change.text.size();
    }
  }
  return out;
}

bool touch(const std::vector<Range>& a, const std::vector<Range>& b) {
  return std::ranges::any_of(a, [&](const Range& x) {
    return std::ranges::any_of(b, [&](const Range& y) { return x.begin <= y.end && y.begin <= x.end; });
  });
}

/// Above this nobody compares them one by one, and a member could make any number.
constexpr std::size_t kSidesMax = 16;

/// Whether two who did not know of each other changed the same place.
Result<bool> overlaps(text::Document& document, const std::vector<text::EventId>& frontier) {
  if (frontier.size() > kSidesMax) return true;
  std::vector<std::vector<Range>> sides;
  for (std::size_t i = 0; i < frontier.size(); ++i) {
    std::vector<text::EventId> others = frontier;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    SAMLA_ASSIGN(const auto changes, document.changes(others, frontier));
    sides.push_back(changed_ranges(changes));
    for (std::size_t j = 0; j < i; ++j) {
      if (touch(sides[j], sides[i])) return true;
    }
  }
  return false;
}

std::vector<text::EventId> events_of(const std::vector<change::WriteRef>& refs) {
  std::vector<text::EventId> out;
  for (const change::WriteRef& ref : refs) out.push_back(event_of(ref));
  return out;
}

const std::string* whole_value(const Value& value) {
  static const std::string kEmpty;
  if (std::holds_alternative<std::monostate>(value)) return &kEmpty;
  return std::get_if<std::string>(&value);
}

/// What a whole value replaces: of a write that does not stand, what that one named. Edits have no such way
/// out, they count from the text that they saw.
std::vector<change::WriteRef> standing(const std::vector<change::WriteRef>& named,
                                       const Records::Anew& anew) {
  std::set<change::WriteRef> out;
  std::set<change::WriteRef> seen;
  std::vector<change::WriteRef> todo = named;
  while (!todo.empty()) {
    const change::WriteRef ref = todo.back();
    todo.pop_back();
    if (!seen.insert(ref).second) continue;
    const auto through = anew.seen_through.find(ref);
    if (through == anew.seen_through.end()) {
      out.insert(ref);
    } else {
      todo.insert(todo.end(), through->second.begin(), through->second.end());
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace

bool edits_text(const AppliedWrite& write) {
  if (write.header.type != change::WriteType::kAppend || !write.content) return false;
  if (write.header.tags.size() != 1 || write.content->fields.size() != 1) return false;
  const auto* edits = std::get_if<TextEdits>(&write.content->fields.front().value);
  text::Payload payload;
  return edits != nullptr && text::decode_payload(edits->payload, payload).ok();
}

const char* const kTextTableSql =
    "CREATE TABLE IF NOT EXISTS record_text("
    "number INTEGER NOT NULL, tag BLOB NOT NULL, document BLOB NOT NULL, "
    "PRIMARY KEY(number, tag)) WITHOUT ROWID";

text::EventId event_of(const change::WriteRef& ref) {
  return {text::WriterBytes::from(ref.writer.view()), ref.seq, ref.index};
}

change::WriteRef ref_of(const text::EventId& id) {
  return {WriterId::from(id.writer.view()), id.seq, id.index};
}

Result<text::Document*> RecordTexts::open(const RecordRow& row, const FieldTag& tag) {
  if (const auto found = documents_.find(tag); found != documents_.end()) return &found->second;
  if (row.number != 0) {
    SAMLA_ASSIGN(auto query,
                 connection_->cached("SELECT document FROM record_text WHERE number = ?1 AND tag = ?2"));
    query->bind(1, row.number).bind(2, tag);
    SAMLA_ASSIGN(const bool found, query->step());
    if (found) {
      auto loaded = text::Document::load(query->column_blob(0));
      if (!loaded.ok()) return fail(ErrorCode::store_corrupt, "record.text");
      return &documents_.emplace(tag, std::move(*loaded)).first->second;
    }
  }
  text::Document fresh;
  if (const resolve::FieldState* field = row.state.field(tag)) {
    for (const resolve::Head& head : field->heads()) {
      const auto content = row.contents.find({tag, head.ref});
      const std::string* whole = content == row.contents.end() ? nullptr : whole_value(content->second.value);
      if (whole == nullptr) continue;
      SAMLA_ASSIGN([[maybe_unused]] const auto applied,
                   fresh.apply(event_of(head.ref), {}, text::encode_whole(*whole)));
    }
  }
  return &documents_.emplace(tag, std::move(fresh)).first->second;
}

Result<void> RecordTexts::apply(RecordRow& row, const AppliedWrite& write, const Records::Anew& anew) {
  if (!write.content || write.header.type == change::WriteType::kSnapshot) return {};
  const bool append = write.header.type == change::WriteType::kAppend;
  if (append && !edits_text(write)) return {};
  for (std::size_t i = 0; i < write.header.tags.size() && i < write.content->fields.size(); ++i) {
    const FieldTag& tag = write.header.tags[i];
    if (!append && !row.texts.contains(tag) && !anew.texts.contains(tag)) continue;
    SAMLA_TRY(take(row, tag, write, write.content->fields[i], anew));
  }
  return {};
}

Result<void> RecordTexts::take(RecordRow& row, const FieldTag& tag, const AppliedWrite& write,
                               const FieldContent& content, const Records::Anew& anew) {
  SAMLA_ASSIGN(text::Document* const document, open(row, tag));
  Bytes payload;
  std::vector<change::WriteRef> parents = write.header.prev;
  if (const auto* edits = std::get_if<TextEdits>(&content.value); edits != nullptr && edits_text(write)) {
    payload = edits->payload;
  } else {
    const std::string* whole = whole_value(content.value);
    if (whole == nullptr) return {};
    payload = text::encode_whole(*whole);
    parents = standing(parents, anew);
    // What had replaced it may be in the document already, as if nothing had come before.
    const resolve::FieldState* field = row.state.field(tag);
    if (!anew.texts.contains(tag) && field != nullptr && field->dominated(write.ref)) {
      gaps_ = true;
      return {};
    }
  }
  const auto applied = document->apply(event_of(write.ref), events_of(parents), payload);
  // A full document is the machine's limit, and a damaged one is built anew: neither may keep the rest of
  // a sync from this device. The write stays in history.
  const bool damaged = !applied.ok() && applied.error().code != ErrorCode::too_large;
  gaps_ = gaps_ || damaged || (applied.ok() && *applied == text::Applied::waiting);
  if (damaged) return {};
  changed_.insert(tag);
  note(row, tag, write, content.field);
  MergedText& merged = row.texts.at(tag);
  merged.text = document->text();
  merged.overlapping = false;
  if (merged.heads.size() > 1) {
    SAMLA_ASSIGN(merged.overlapping, overlaps(*document, document->frontier()));
  }
  return {};
}

/// The frontier with its times; of those that wait the times are kept until they are in.
void RecordTexts::note(RecordRow& row, const FieldTag& tag, const AppliedWrite& write,
                       const std::string& field) {
  MergedText& merged = row.texts[tag];
  if (merged.field.empty()) merged.field = field;
  std::map<change::WriteRef, HybridTime> times = std::move(merged.waiting);
  for (const resolve::Head& head : merged.heads) times[head.ref] = head.time;
  if (const resolve::FieldState* state = row.state.field(tag)) {
    for (const resolve::Head& head : state->heads()) times[head.ref] = head.time;
  }
  times[write.ref] = write.header.time;
  text::Document& document = documents_.at(tag);
  merged.heads.clear();
  merged.waiting.clear();
  for (const text::EventId& id : document.frontier()) {
    merged.heads.push_back({ref_of(id), times[ref_of(id)], change::WriteType::kAppend});
  }
  std::ranges::sort(merged.heads, resolve::wins);
  for (const text::Stranded& stranded : document.stranded()) {
    if (!stranded.refused) merged.waiting[ref_of(stranded.id)] = times[ref_of(stranded.id)];
  }
}

Result<void> RecordTexts::save(const RecordRow& row) {
  for (const FieldTag& tag : changed_) {
    SAMLA_ASSIGN(const Bytes bytes, documents_.at(tag).encode());
    SAMLA_ASSIGN(auto put,
                 connection_->cached("REPLACE INTO record_text(number, tag, document) VALUES(?1, ?2, ?3)"));
    SAMLA_TRY(put->bind(1, row.number).bind(2, tag).bind(3, ByteView(bytes)).run());
  }
  changed_.clear();
  return {};
}

Result<void> forget_texts(sqlite::Connection& connection, const RecordRow& row) {
  SAMLA_ASSIGN(auto remove, connection.cached("DELETE FROM record_text WHERE number = ?1"));
  return remove->bind(1, row.number).run();
}

}  // namespace samla::view
