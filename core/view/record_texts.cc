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
/// And of these nobody counts more.
constexpr std::size_t kSnapshotsMax = 16;

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
  std::vector<change::WriteRef> unvisited = named;
  while (!unvisited.empty()) {
    const change::WriteRef ref = unvisited.back();
    unvisited.pop_back();
    if (!seen.insert(ref).second) continue;
    const auto through = anew.seen_through.find(ref);
    if (through == anew.seen_through.end()) {
      out.insert(ref);
    } else {
      unvisited.insert(unvisited.end(), through->second.begin(), through->second.end());
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace

namespace {

/// A whole value of a text of which not every write is here: what it replaced is perhaps missing.
enum class Whole : std::uint8_t {
  kFollows,  ///< what it replaced is here
  kBegins,   ///< it stands at the beginning of what is here
  kLetGo,    ///< what replaced it is not here, and nothing rests on it
};

Whole place_of_whole(const RecordRow& row, const FieldTag& tag, const change::WriteRef& ref,
                     const std::vector<change::WriteRef>& replaces, const Records::Anew& anew) {
  const auto packed = anew.packed.find(row.id);
  const auto until = anew.packed_until.find(ref.writer);
  const bool beyond = until == anew.packed_until.end() || ref.seq > until->second;
  if (packed == anew.packed.end() || beyond) return Whole::kFollows;
  const auto text = packed->second.texts.find(tag);
  if (text != packed->second.texts.end() && text->second.contains(ref)) return Whole::kBegins;
  // From a text's first edit on all is here that it rests on. What knew of nothing, and is none of those with
  // which it begins, is here for the record's sake.
  if (text != packed->second.texts.end()) return replaces.empty() ? Whole::kLetGo : Whole::kFollows;
  return packed->second.is_replaced(tag, ref) ? Whole::kLetGo : Whole::kBegins;
}

}  // namespace

bool edits_text(const AppliedWrite& write) {
  if (!write.content || write.header.tags.size() != 1 || write.content->fields.size() != 1) return false;
  const auto* edits = std::get_if<TextEdits>(&write.content->fields.front().value);
  if (edits == nullptr) return false;
  text::Payload payload;
  if (write.header.type == change::WriteType::kAppend)
    return text::decode_payload(edits->payload, payload).ok();
  return write.header.type == change::WriteType::kSnapshot && !write.header.prev.empty() &&
         text::decode_snapshot(edits->payload).ok();
}

const char* const kTextTableSql =
    "CREATE TABLE IF NOT EXISTS record_text("
    "number INTEGER NOT NULL, tag BLOB NOT NULL, document BLOB NOT NULL, "
    "PRIMARY KEY(number, tag)) WITHOUT ROWID";

// `edits`: all that are in the text, 0 if it is not whole; `checked`: those that were when a snapshot was
// found right last.
const char* const kTextLogTableSql =
    "CREATE TABLE IF NOT EXISTS text_log("
    "number INTEGER NOT NULL, tag BLOB NOT NULL, edits INTEGER NOT NULL, checked INTEGER NOT NULL, "
    "PRIMARY KEY(number, tag)) WITHOUT ROWID";

const char* const kUnopenedTableSql =
    "CREATE TABLE IF NOT EXISTS unopened_edit("
    "space BLOB NOT NULL, writer BLOB NOT NULL, seq INTEGER NOT NULL, place INTEGER NOT NULL, "
    "PRIMARY KEY(space, writer, seq, place)) WITHOUT ROWID";

Result<void> note_unopened(sqlite::Connection& connection, const AppliedWrite& write) {
  const change::WriteType type = write.header.type;
  if (type != change::WriteType::kAppend && type != change::WriteType::kSnapshot) return {};
  if (write.kept_back) return {};
  SAMLA_ASSIGN(
      auto note,
      connection.cached(write.content ? "DELETE FROM unopened_edit WHERE space = ?1 AND writer = ?2 AND "
                                        "seq = ?3 AND place = ?4"
                                      : "INSERT OR IGNORE INTO unopened_edit(space, writer, seq, place) "
                                        "VALUES(?1, ?2, ?3, ?4)"));
  // A number that a row can't hold is found again under its lower bits, which is all that is asked of it.
  note->bind(1, write.space).bind(2, write.ref.writer);
  note->bind(3, static_cast<std::int64_t>(write.ref.seq)).bind(4, std::int64_t{write.ref.index});
  return note->run();
}

text::EventId event_of(const change::WriteRef& ref) {
  return {text::WriterBytes::from(ref.writer.view()), ref.seq, ref.index};
}

change::WriteRef ref_of(const text::EventId& id) {
  return {WriterId::from(id.writer.view()), id.seq, id.index};
}

Result<text::Document*> RecordTexts::open(const RecordRow& row, const FieldTag& tag, bool anew) {
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
  if (const resolve::FieldState* field = anew ? nullptr : row.state.field(tag)) {
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
  if (!write.content) return {};
  if (write.header.type == change::WriteType::kSnapshot) return take_snapshot(row, write, anew);
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
  SAMLA_ASSIGN(text::Document* const document, open(row, tag, anew.texts.contains(tag)));
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
    const Whole place = place_of_whole(row, tag, write.ref, parents, anew);
    if (place == Whole::kLetGo) return {};
    if (place == Whole::kBegins) parents.clear();
  }
  const auto applied = document->apply(event_of(write.ref), events_of(parents), payload);
  // A full document is the machine's limit, and a damaged one is built anew: neither may keep the rest of
  // a sync from this device. The write stays in history.
  const bool damaged = !applied.ok() && applied.error().code != ErrorCode::too_large;
  gaps_ = gaps_ || damaged || (applied.ok() && *applied == text::Applied::waiting);
  if (damaged) return {};
  // One of those that a snapshot stands for: perhaps all of them are here now, to check it by.
  gaps_ = gaps_ || document->below_floor(event_of(write.ref));
  changed_.insert(tag);
  note(row, tag, write, content.field);
  SAMLA_TRY(recheck_snapshots(row.texts.at(tag), *document));
  return settle(row, tag);
}

Result<void> RecordTexts::settle(RecordRow& row, const FieldTag& tag) {
  text::Document& document = documents_.at(tag);
  MergedText& merged = row.texts.at(tag);
  merged.text = document.text();
  merged.unchecked = document.on_floor();
  merged.overlapping = false;
  if (merged.heads.size() > 1) {
    SAMLA_ASSIGN(merged.overlapping, overlaps(document, document.frontier()));
  }
  return {};
}

/// Where the edits that it stands for are here they are what counts, and it is checked by them. A text begins
/// with one only where the caller says so: a snapshot is its author's word, and may name what never was.
Result<void> RecordTexts::take_snapshot(RecordRow& row, const AppliedWrite& write,
                                        const Records::Anew& anew) {
  if (!edits_text(write)) return {};
  const FieldTag& tag = write.header.tags.front();
  const FieldContent& content = write.content->fields.front();
  SAMLA_ASSIGN(text::Snapshot snapshot, text::decode_snapshot(std::get<TextEdits>(content.value).payload));
  SAMLA_ASSIGN(text::Document* const document, open(row, tag, anew.texts.contains(tag)));
  const std::vector<text::EventId> frontier = events_of(write.header.prev);
  const auto agrees = document->agrees(frontier, snapshot);
  if (!agrees.ok() && agrees.error().code != ErrorCode::not_found) {
    gaps_ = true;  // a damaged document is built anew
    return {};
  }
  if (!agrees.ok() && anew.floors.contains(write.ref) && document->frontier().empty()) {
    *document = text::Document::from_snapshot(frontier, std::move(snapshot));
  }
  changed_.insert(tag);
  note(row, tag, write, content.field);
  SAMLA_TRY(settle(row, tag));
  MergedText& merged = row.texts.at(tag);
  if (agrees.ok() && *agrees) checked_.insert(tag);
  if (agrees.ok() && !*agrees) merged.false_snapshots.insert(write.ref);
  if (!agrees.ok() && !document->on_floor()) {
    // Not of a text that it could be checked by (yet): whoever has all changesets says what it is worth.
    gaps_ = true;
    for (const text::EventId& id : frontier) {
      SAMLA_ASSIGN(const bool here, document->has(id));
      if (!here) merged.unplaced_snapshots.try_emplace(write.ref, ref_of(id));
    }
  }
  while (merged.false_snapshots.size() > kSnapshotsMax) {
    merged.false_snapshots.erase(std::prev(merged.false_snapshots.end()));
  }
  while (merged.unplaced_snapshots.size() > kSnapshotsMax) {
    merged.unplaced_snapshots.erase(std::prev(merged.unplaced_snapshots.end()));
  }
  return {};
}

/// Once what a snapshot stands for has come, the record is built anew, and the snapshot checked in that.
Result<void> RecordTexts::recheck_snapshots(MergedText& merged, text::Document& document) {
  for (auto each = merged.unplaced_snapshots.begin(); each != merged.unplaced_snapshots.end();) {
    SAMLA_ASSIGN(const bool here, document.has(event_of(each->second)));
    gaps_ = gaps_ || here;
    each = here ? merged.unplaced_snapshots.erase(each) : std::next(each);
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
  // Of what lies below a snapshot no more is known than that it came before.
  const auto time_of = [&](const change::WriteRef& ref) {
    const auto found = times.find(ref);
    return found == times.end() ? write.header.time : found->second;
  };
  times[write.ref] = write.header.time;
  text::Document& document = documents_.at(tag);
  merged.heads.clear();
  merged.waiting.clear();
  for (const text::EventId& id : document.frontier()) {
    merged.heads.push_back({ref_of(id), time_of(ref_of(id)), change::WriteType::kAppend});
  }
  std::ranges::sort(merged.heads, resolve::wins);
  for (const text::Stranded& stranded : document.stranded()) {
    if (!stranded.refused) merged.waiting[ref_of(stranded.id)] = time_of(ref_of(stranded.id));
  }
}

Result<void> RecordTexts::save(const RecordRow& row) {
  for (const FieldTag& tag : changed_) {
    SAMLA_ASSIGN(const Bytes bytes, documents_.at(tag).encode());
    SAMLA_ASSIGN(auto put,
                 connection_->cached("REPLACE INTO record_text(number, tag, document) VALUES(?1, ?2, ?3)"));
    SAMLA_TRY(put->bind(1, row.number).bind(2, tag).bind(3, ByteView(bytes)).run());
    SAMLA_ASSIGN(const std::size_t in_text, documents_.at(tag).events());
    const std::size_t edits = documents_.at(tag).whole() ? in_text : 0;
    SAMLA_ASSIGN(auto log,
                 connection_->cached("INSERT INTO text_log(number, tag, edits, checked) "
                                     "VALUES(?1, ?2, ?3, ?4) ON CONFLICT(number, tag) DO UPDATE SET "
                                     "edits = ?3, checked = max(checked, ?4)"));
    log->bind(1, row.number).bind(2, tag).bind(3, static_cast<std::int64_t>(edits));
    SAMLA_TRY(log->bind(4, checked_.contains(tag) ? static_cast<std::int64_t>(edits) : 0).run());
  }
  changed_.clear();
  checked_.clear();
  return {};
}

Result<std::size_t> RecordTexts::edits_since_snapshot(const RecordRow& row, const FieldTag& tag) {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT edits - checked FROM text_log WHERE number = ?1 AND tag = ?2"));
  query->bind(1, row.number).bind(2, tag);
  SAMLA_ASSIGN(const bool found, query->step());
  return found ? static_cast<std::size_t>(std::max<std::int64_t>(0, query->column_int64(0))) : 0;
}

Result<void> forget_texts(sqlite::Connection& connection, const RecordRow& row) {
  SAMLA_ASSIGN(auto remove, connection.cached("DELETE FROM record_text WHERE number = ?1"));
  SAMLA_TRY(remove->bind(1, row.number).run());
  SAMLA_ASSIGN(auto log, connection.cached("DELETE FROM text_log WHERE number = ?1"));
  return log->bind(1, row.number).run();
}

}  // namespace samla::view
