// Notes: written in the notebook or in a shared space; shared by publishing a copy that never changes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/attachments.h"
#include "core/domain/sensitive.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct Note {
  RecordId id;
  std::string title;
  std::string body;
  std::vector<std::string> tags;
  std::vector<Attachment> attachments;  ///< by name; of a withdrawn copy none
  SpaceId space;
  std::uint64_t created_ms = 0;
  std::uint64_t updated_ms = 0;
  WriterId author;
  std::string status;     ///< "kladd"; of a published copy "delt", or "tilbakekalt": then it has no body
  std::string gathering;  ///< the id of that where it was written; empty: none
  std::string session;    ///< of its agenda
  std::string source;     ///< of a published copy: the id of what it is a copy of; else empty
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
  std::string gathering;         ///< a gathering's name or id; empty: none, or the session's
  std::string session;           ///< a session's id
};

Result<NoteResult> add_note(Workspace& workspace, const NewNote& note);
/// Absent members stay as they are.
Result<NoteResult> edit_note(Workspace& workspace, std::string_view id,
                             const std::optional<std::string>& title, const std::optional<std::string>& body);
/// And what was put together in it is looked at from now on: the reply is the last that says `merged`.
Result<Note> show_note(Workspace& workspace, std::string_view id);
struct NoteFilter {
  std::size_t limit = 0;  ///< 0: all
  std::optional<std::string> tag;
  std::optional<std::string> gathering;  ///< written there: a gathering's name or id
};

/// Newest first. Copies that are withdrawn are left out.
Result<std::vector<Note>> list_notes(Workspace& workspace, const NoteFilter& filter);
Result<NoteResult> tag_note(Workspace& workspace, std::string_view id, const std::vector<std::string>& add,
                            const std::vector<std::string>& remove);
/// Makes the file one of the note's attachments, under its own name. What is attached already stays as it is.
Result<NoteResult> attach_file(Workspace& workspace, std::string_view id, const std::filesystem::path& file);
/// Takes an attachment, by its name or id, from the note. History still has it.
Result<NoteResult> detach_file(Workspace& workspace, std::string_view id, std::string_view attachment);
/// Publishes a copy in `space`, attachments too; the same content published again is the same copy.
Result<NoteResult> share_note(Workspace& workspace, std::string_view id, const SpaceId& space);
/// Takes back what was shared: of a copy that, of a note all its copies that this user has made. Who has read
/// it has read it. wrong_state where there is none.
Result<std::vector<Note>> withdraw_note(Workspace& workspace, std::string_view id, const std::string& reason);
Result<Note> delete_note(Workspace& workspace, std::string_view id);
Result<Note> restore_note(Workspace& workspace, std::string_view id);

struct FoundNote {
  Note note;
  std::string snippet;
};

/// Drafts before published copies, each best first; `limit` 0: all.
Result<std::vector<FoundNote>> search_notes(Workspace& workspace, std::string_view words, std::size_t limit);

}  // namespace samla::domain
