// Notes: written in the notebook or in a shared space; shared by publishing a copy that never changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/sensitive.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct Note {
  RecordId id;
  std::string title;
  std::string body;
  std::vector<std::string> tags;
  SpaceId space;
  std::uint64_t created_ms = 0;
  std::uint64_t updated_ms = 0;
  WriterId author;
  std::string status;  ///< "kladd", "delt" (a published copy)
  std::string source;  ///< of a published copy: the id of what it is a copy of; else empty
  bool contested = false;
  /// Its text was put together of edits that did not know of each other, and has not been looked at here
  /// since.
  bool merged = false;
};

/// What a workflow made, and what the person should know before it leaves the device.
struct NoteResult {
  Note note;
  std::vector<Warning> warnings;
};

struct NewNote {
  std::string title;
  std::string body;
  std::vector<std::string> tags;
  std::optional<SpaceId> space;  ///< absent: the notebook
};

Result<NoteResult> add_note(Workspace& workspace, const NewNote& note);
/// Absent members stay as they are.
Result<NoteResult> edit_note(Workspace& workspace, std::string_view id,
                             const std::optional<std::string>& title, const std::optional<std::string>& body);
/// And what was put together in it is looked at from now on: the reply is the last that says `merged`.
Result<Note> show_note(Workspace& workspace, std::string_view id);
/// Newest first; `limit` 0: all.
Result<std::vector<Note>> list_notes(Workspace& workspace, std::size_t limit,
                                     const std::optional<std::string>& tag);
Result<NoteResult> tag_note(Workspace& workspace, std::string_view id, const std::vector<std::string>& add,
                            const std::vector<std::string>& remove);
/// Publishes a copy in `space`; the same content published again is the same copy.
Result<NoteResult> share_note(Workspace& workspace, std::string_view id, const SpaceId& space);
Result<Note> delete_note(Workspace& workspace, std::string_view id);
Result<Note> restore_note(Workspace& workspace, std::string_view id);

struct FoundNote {
  Note note;
  std::string snippet;
};

/// Drafts before published copies, each best first; `limit` 0: all.
Result<std::vector<FoundNote>> search_notes(Workspace& workspace, std::string_view words, std::size_t limit);

}  // namespace samla::domain
