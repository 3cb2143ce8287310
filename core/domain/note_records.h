// Note records: notes as the store holds them, read and found. Within the domain alone.
#pragma once

#include <string_view>

#include "core/domain/notes.h"

namespace samla::domain {

Result<Note> note_of(Workspace& workspace, const view::RecordView& found);
/// As note_of; of a copy that is withdrawn the title alone.
Result<Note> shown_note(Workspace& workspace, const view::RecordView& record);
Result<Note> read_note(Workspace& workspace, const RecordId& id);

/// A note or a published copy that is not deleted; its id, or a beginning of it.
Result<view::RecordView> find_note(Workspace& workspace, std::string_view id, std::string_view operation);
/// As find_note, of a note that may change.
Result<view::RecordView> find_draft_note(Workspace& workspace, std::string_view id,
                                         std::string_view operation);

}  // namespace samla::domain
