#include "core/domain/notes.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/gatherings.h"
#include "core/domain/immutable.h"
#include "core/domain/note_records.h"
#include "core/domain/note_withdrawals.h"
#include "core/domain/record_ids.h"
#include "core/domain/rightful.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::size_t kTagsMax = 200;

/// Where the note was written, as fields of it.
Result<std::vector<Edit::Field>> place_fields(Workspace& workspace, const NewNote& note,
                                              std::string_view operation) {
  std::vector<Edit::Field> out;
  std::string gathering;
  if (!note.gathering.empty()) {
    SAMLA_ASSIGN(const Gathering found, find_gathering(workspace, note.gathering, operation));
    gathering = to_hex(found.id);
  }
  if (!note.session.empty()) {
    SAMLA_ASSIGN(const auto session, find_record(workspace, note.session, {kind::kSession}, operation));
    const auto info = workspace.space(session.space);
    const std::string its = info ? to_hex(info->scope) : std::string();
    if (!gathering.empty() && gathering != its) {
      return fail(ErrorCode::invalid_argument, std::string(operation),
                  "the session is on another gathering's agenda");
    }
    gathering = its;
    out.push_back(field("session", to_hex(session.id)));
  }
  if (!gathering.empty()) out.push_back(field("gathering", gathering));
  return out;
}

Result<void> check_tags(const std::vector<std::string>& tags, std::string_view operation) {
  if (tags.size() > kTagsMax) {
    return fail(ErrorCode::too_large, std::string(operation), "a note may have at most 200 tags");
  }
  for (const std::string& tag : tags) SAMLA_TRY(check_name(tag, "a tag", operation));
  return {};
}

/// Only what others will read is looked at: a private note is its author's own affair.
std::vector<Warning> warnings_for(const Workspace& workspace, const Note& note) {
  if (note.space == workspace.notebook()) return {};
  std::vector<Warning> out = warnings_of(note.title, "the title");
  for (Warning& warning : warnings_of(note.body, "the body")) out.push_back(std::move(warning));
  return out;
}

Result<NoteResult> result_of(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(Note note, read_note(workspace, id));
  std::vector<Warning> warnings = warnings_for(workspace, note);
  return NoteResult{std::move(note), std::move(warnings)};
}

std::vector<Edit::Field> fields_of(const std::string& title, const std::string& body,
                                   const std::vector<std::string>& tags) {
  std::vector<Edit::Field> fields = {field("title", title), field("body", body)};
  for (const std::string& tag : std::set<std::string>(tags.begin(), tags.end())) {
    fields.push_back(element("tags", tag));
  }
  return fields;
}

}  // namespace

Result<NoteResult> add_note(Workspace& workspace, const NewNote& note) {
  constexpr std::string_view kOperation = "note.add";
  SAMLA_TRY(check_text(note.title, "the title", kOperation));
  SAMLA_TRY(check_text(note.body, "the body", kOperation));
  SAMLA_TRY(check_tags(note.tags, kOperation));
  const SpaceId space = note.space.value_or(workspace.notebook());
  SAMLA_TRY(workspace.check_writable(space, kOperation));
  auto fields = fields_of(note.title, note.body, note.tags);
  SAMLA_ASSIGN(const auto place, place_fields(workspace, note, kOperation));
  fields.insert(fields.end(), place.begin(), place.end());
  const RecordId id = workspace.replica().new_record_id(space);
  Edit edit;
  edit.create(id, space, std::string(kind::kNote), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {space}));
  return result_of(workspace, id);
}

Result<NoteResult> edit_note(Workspace& workspace, std::string_view id,
                             const std::optional<std::string>& title,
                             const std::optional<std::string>& body) {
  constexpr std::string_view kOperation = "note.edit";
  if (!title && !body) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "give a title, a body or both");
  }
  if (title) SAMLA_TRY(check_text(*title, "the title", kOperation));
  if (body) SAMLA_TRY(check_text(*body, "the body", kOperation));
  SAMLA_ASSIGN(const auto record, find_draft_note(workspace, id, kOperation));
  Edit edit;
  if (title && *title != record.text("title")) edit.assign(record.id, "title", *title);
  if (body && *body != record.text("body")) edit.edit_text(record.id, "body", *body);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return result_of(workspace, record.id);
}

Result<Note> show_note(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const auto record, find_note(workspace, id, "note.show"));
  SAMLA_TRY(workspace.records().look(record.id));
  return shown_note(workspace, record);
}

Result<std::vector<Note>> list_notes(Workspace& workspace, const NoteFilter& filter) {
  std::string gathering;
  if (filter.gathering) {
    SAMLA_ASSIGN(const Gathering found, find_gathering(workspace, *filter.gathering, "note.list"));
    gathering = to_hex(found.id);
  }
  SAMLA_ASSIGN(const NoteWithdrawals withdrawals, NoteWithdrawals::load(workspace));
  std::vector<Note> out;
  for (const std::string_view kind : {kind::kNote, kind::kPublishedNote}) {
    view::Query query;
    query.kind = kind;
    query.newest_first = true;
    if (!filter.tag && !filter.gathering && kind == kind::kNote) query.limit = filter.limit;
    SAMLA_ASSIGN(const auto records, workspace.records().list(query));
    for (const view::RecordView& record : records) {
      SAMLA_ASSIGN(Note note, note_of(workspace, record));
      const bool is_out = (filter.tag && std::ranges::find(note.tags, *filter.tag) == note.tags.end()) ||
                          (filter.gathering && note.gathering != gathering) || withdrawals.holds(record);
      if (!is_out) out.push_back(std::move(note));
    }
  }
  std::ranges::stable_sort(out, std::greater(), &Note::created_ms);
  if (filter.limit != 0 && out.size() > filter.limit) out.resize(filter.limit);
  return out;
}

Result<NoteResult> tag_note(Workspace& workspace, std::string_view id, const std::vector<std::string>& add,
                            const std::vector<std::string>& remove) {
  constexpr std::string_view kOperation = "note.tag";
  if (add.empty() && remove.empty()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "give tags to add or to remove");
  }
  SAMLA_TRY(check_tags(add, kOperation));
  SAMLA_ASSIGN(const auto record, find_draft_note(workspace, id, kOperation));
  const std::vector<std::string> present = record.elements("tags");
  const auto is_present = [&](const std::string& tag) { return std::ranges::binary_search(present, tag); };
  const std::set<std::string> added(add.begin(), add.end());
  const std::set<std::string> removed(remove.begin(), remove.end());
  Edit edit;
  for (const std::string& tag : added) {
    if (removed.contains(tag)) {
      return fail(ErrorCode::invalid_argument, std::string(kOperation),
                  "'" + tag + "' is both added and removed");
    }
    if (!is_present(tag)) edit.add_element(record.id, "tags", tag);
  }
  for (const std::string& tag : removed) {
    if (is_present(tag)) edit.remove_element(record.id, "tags", tag);
  }
  SAMLA_TRY(check_tags(std::vector<std::string>(present.size() + edit.steps().size(), "x"), kOperation));
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return result_of(workspace, record.id);
}

Result<NoteResult> attach_file(Workspace& workspace, std::string_view id, const std::filesystem::path& file) {
  constexpr std::string_view kOperation = "note.attach";
  SAMLA_ASSIGN(const auto record, find_draft_note(workspace, id, kOperation));
  const std::vector<std::string> present = record.elements("attachments");
  SAMLA_ASSIGN(const RecordId attachment, add_attachment(workspace, record.space, file, kOperation));
  if (!std::ranges::binary_search(present, to_hex(attachment))) {
    if (present.size() >= kAttachmentsMax) {
      return fail(ErrorCode::too_large, std::string(kOperation), "a note may have at most 50 attachments");
    }
    Edit edit;
    edit.add_element(record.id, "attachments", to_hex(attachment));
    SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  }
  return result_of(workspace, record.id);
}

Result<NoteResult> detach_file(Workspace& workspace, std::string_view id, std::string_view attachment) {
  constexpr std::string_view kOperation = "note.detach";
  SAMLA_ASSIGN(const auto record, find_draft_note(workspace, id, kOperation));
  SAMLA_ASSIGN(const auto attachments, attachments_of(workspace, record));
  std::vector<RecordId> meant;
  for (const Attachment& each : attachments) {
    if (each.name == attachment || to_hex(each.id) == attachment) meant.push_back(each.id);
  }
  if (meant.empty()) {
    return fail(ErrorCode::not_found, std::string(kOperation),
                "the note has no attachment of that name or id");
  }
  if (meant.size() > 1) {
    return fail(ErrorCode::ambiguous, std::string(kOperation), "several have that name; give the id");
  }
  Edit edit;
  edit.remove_element(record.id, "attachments", to_hex(meant.front()));
  SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return result_of(workspace, record.id);
}

Result<NoteResult> share_note(Workspace& workspace, std::string_view id, const SpaceId& space) {
  constexpr std::string_view kOperation = "note.share";
  SAMLA_ASSIGN(const auto record, find_note(workspace, id, kOperation));
  if (record.space == space) {
    return fail(ErrorCode::wrong_state, std::string(kOperation), "the note is in that space already");
  }
  SAMLA_TRY(workspace.check_writable(space, kOperation));
  std::vector<Edit::Field> fields =
      fields_of(record.text("title"), record.text("body"), record.elements("tags"));
  fields.push_back(field("source", to_hex(record.id)));
  SAMLA_ASSIGN(const auto copies, copy_attachments(workspace, record, space, kOperation));
  for (const RecordId& each : copies) fields.push_back(element("attachments", to_hex(each)));
  for (const char* name : {"gathering", "session"}) {
    if (!record.text(name).empty()) fields.push_back(field(name, record.text(name)));
  }
  SAMLA_ASSIGN(const RecordId copy, content_id(workspace.replica(), space, kind::kPublishedNote, fields));
  SAMLA_ASSIGN(const auto present, workspace.read(copy));
  Edit edit;
  if (!present) {
    edit.create(copy, space, std::string(kind::kPublishedNote), std::move(fields));
  } else {
    if (present->erased) edit.restore(copy);
    SAMLA_ASSIGN(const NoteWithdrawals withdrawals, NoteWithdrawals::load(workspace));
    if (withdrawals.holds(*present)) SAMLA_TRY(withdrawals.add(edit, *present, kNoteShared, {}));
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {space}));
  return result_of(workspace, copy);
}

Result<std::vector<Note>> withdraw_note(Workspace& workspace, std::string_view id,
                                        const std::string& reason) {
  constexpr std::string_view kOperation = "note.withdraw";
  SAMLA_TRY(check_text(reason, "reason", kOperation));
  SAMLA_ASSIGN(const auto record,
               find_record(workspace, id, {kind::kNote, kind::kPublishedNote}, kOperation));
  SAMLA_ASSIGN(const NoteWithdrawals withdrawals, NoteWithdrawals::load(workspace));
  SAMLA_ASSIGN(const auto copies, workspace.list(kind::kPublishedNote));
  Edit edit;
  std::set<SpaceId> spaces;
  std::vector<RecordId> withdrawn;
  bool is_others = false;
  for (const auto& copy : copies) {
    const bool is_meant = copy->id == record.id || copy->text("source") == to_hex(record.id);
    if (!is_meant || withdrawals.holds(*copy)) continue;
    if (user_of_writer(workspace.replica(), copy->author) != workspace.replica().user()) {
      is_others = true;
      continue;
    }
    SAMLA_TRY(workspace.check_writable(copy->space, kOperation));
    SAMLA_TRY(withdrawals.add(edit, *copy, kNoteWithdrawn, reason));
    spaces.insert(copy->space);
    withdrawn.push_back(copy->id);
  }
  if (withdrawn.empty()) {
    return is_others ? fail(ErrorCode::not_permitted, std::string(kOperation),
                            "only who shared it can take it back")
                     : fail(ErrorCode::wrong_state, std::string(kOperation), "the note is not shared");
  }
  SAMLA_TRY(workspace.commit(std::move(edit), spaces));
  std::vector<Note> out;
  for (const RecordId& each : withdrawn) {
    SAMLA_ASSIGN(Note note, read_note(workspace, each));
    out.push_back(std::move(note));
  }
  return out;
}

Result<Note> delete_note(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const auto record, find_note(workspace, id, "note.delete"));
  SAMLA_TRY(workspace.check_writable(record.space, "note.delete"));
  Edit edit;
  edit.erase(record.id);
  SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return note_of(workspace, record);  // as it was
}

Result<Note> restore_note(Workspace& workspace, std::string_view id) {
  constexpr std::string_view kOperation = "note.restore";
  SAMLA_ASSIGN(const auto record,
               find_record(workspace, id, {kind::kNote, kind::kPublishedNote}, kOperation));
  if (!record.erased) {
    return fail(ErrorCode::wrong_state, std::string(kOperation), "the note is not deleted");
  }
  SAMLA_TRY(workspace.check_writable(record.space, kOperation));
  Edit edit;
  edit.restore(record.id);
  SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return read_note(workspace, record.id);
}

Result<std::vector<FoundNote>> search_notes(Workspace& workspace, std::string_view words, std::size_t limit) {
  std::vector<FoundNote> out;
  for (const std::string_view kind : {kind::kNote, kind::kPublishedNote}) {
    if (limit != 0 && out.size() == limit) break;
    const std::size_t left = limit == 0 ? 0 : limit - out.size();
    view::SearchQuery query;
    query.words = words;
    query.kinds = {std::string(kind)};
    query.limit = left;
    SAMLA_ASSIGN(const auto hits, workspace.records().search(query));
    for (const view::SearchHit& hit : hits) {
      SAMLA_ASSIGN(Note note, read_note(workspace, hit.id));
      if (note.status != kNoteWithdrawn) out.push_back({std::move(note), hit.snippet});
    }
  }
  return out;
}

}  // namespace samla::domain
