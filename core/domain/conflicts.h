// Conflicts: what a person should look at. The id of one is its record's id and its field, so it is the
// same on every device. Heads are numbered from 1, the one that is shown first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

enum class ConflictKind {
  kHard,   ///< the same field
  kErase,  ///< deleted by one, edited by another
  kText,   ///< the same long text
  kForm,   ///< two versions of a form
};

std::string_view word_of(ConflictKind kind);

struct ConflictHead {
  view::Value value;  ///< of an erase conflict: monostate for "deleted", else the record's title or text
  bool readable = true;
  WriterId writer;
  std::uint64_t time_ms = 0;
};

struct Conflict {
  std::string id;
  ConflictKind kind = ConflictKind::kHard;
  RecordId record;
  std::string record_kind;
  SpaceId space;
  std::string field;  ///< "life" of an erase conflict
  std::vector<ConflictHead> heads;
  /// What all heads replaced, where this device holds it; absent: nothing, or it can't be read.
  std::optional<view::Value> base;
  /// Of a text: what a machine has made of all heads, which is what is shown meanwhile; absent: nothing.
  std::optional<view::Value> merged;
};

struct Resolution {
  std::optional<std::size_t> keep;  ///< a head's number
  std::optional<std::string> value;
  bool both = false;  ///< a long text alone: as merged, or one after the other
};

/// Oldest record first.
Result<std::vector<Conflict>> list_conflicts(Workspace& workspace);
/// How many list_conflicts would list.
Result<std::size_t> count_conflicts(Workspace& workspace);
/// By id or a unique beginning of it (at least 4 characters).
Result<Conflict> find_conflict(Workspace& workspace, std::string_view id, std::string_view operation);
/// As find_conflict, with its base, which takes a look through the history; the record is looked at by it
/// (view::Records::look).
Result<Conflict> show_conflict(Workspace& workspace, std::string_view id);
/// Settles all of one kind alike, by keep or both; those that can't be settled so stay. What was settled.
Result<std::vector<Conflict>> resolve_all(Workspace& workspace, std::string_view kind,
                                          const Resolution& resolution);
/// Takes back what settled the field last: the value that was shown before stands again. `id`: of the
/// conflict, as it was. not_found where nothing has settled it.
Result<view::Value> undo_resolution(Workspace& workspace, std::string_view id);
/// Settles it for good: exactly one member of `resolution` says how. Returns what was settled.
Result<Conflict> resolve_conflict(Workspace& workspace, std::string_view id, const Resolution& resolution);

}  // namespace samla::domain
