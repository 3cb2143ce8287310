#include "core/domain/note_records.h"

#include "core/domain/note_withdrawals.h"
#include "core/domain/policies.h"
#include "core/domain/record_ids.h"

namespace samla::domain {

Result<Note> note_of(Workspace& workspace, const view::RecordView& found) {
  std::optional<view::RecordView> kept;
  const view::RecordView& record = found.contested() ? kept.emplace(settled(workspace, found)) : found;
  Note note;
  note.id = record.id;
  note.title = record.text("title");
  note.body = record.text("body");
  for (const view::FieldView& each : record.fields)
    note.merged = note.merged || (each.merged && !each.looked_at);
  note.tags = record.elements("tags");
  SAMLA_ASSIGN(note.attachments, attachments_of(workspace, record));
  note.space = record.space;
  note.created_ms = record.created_ms;
  note.updated_ms = record.updated_ms;
  note.author = record.author;
  note.source = record.text("source");
  note.gathering = record.text("gathering");
  note.session = record.text("session");
  note.status = record.kind == kind::kPublishedNote ? kNoteShared : "kladd";
  note.contested = record.contested();
  return note;
}

Result<view::RecordView> find_note(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(auto record, find_record(workspace, id, {kind::kNote, kind::kPublishedNote}, operation));
  if (record.erased) {
    return fail(ErrorCode::not_found, std::string(operation),
                "the note is deleted; note restore brings it back");
  }
  return record;
}

Result<view::RecordView> find_draft_note(Workspace& workspace, std::string_view id,
                                         std::string_view operation) {
  SAMLA_ASSIGN(auto record, find_note(workspace, id, operation));
  if (record.kind == kind::kPublishedNote) {
    return fail(ErrorCode::wrong_state, std::string(operation),
                "a published note never changes; edit the note that it is a copy of and share that again");
  }
  SAMLA_TRY(workspace.check_writable(record.space, operation));
  return record;
}

Result<Note> shown_note(Workspace& workspace, const view::RecordView& record) {
  SAMLA_ASSIGN(Note out, note_of(workspace, record));
  if (record.kind != kind::kPublishedNote) return out;
  SAMLA_ASSIGN(const NoteWithdrawals withdrawals, NoteWithdrawals::load(workspace));
  if (!withdrawals.holds(record)) return out;
  out.status = kNoteWithdrawn;
  out.body.clear();
  out.attachments.clear();
  return out;
}

Result<Note> read_note(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "note.read");
  return shown_note(workspace, *record);
}

}  // namespace samla::domain
