// Library: what helps those who run and follow up gatherings, for everybody to read in the programme space:
// guides, learning resources, practices that work, and who facilitates. What each has is declared below.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct LibraryField {
  enum class Type { kLine, kLong, kNumber } type = Type::kLine;
  std::string_view name;
  std::string_view words;  ///< what it is, for people
};

struct LibraryKind {
  std::string_view word;  ///< as people name it: "guide"
  std::string_view kind;
  std::span<const LibraryField> fields;  ///< beside the title
};

std::span<const LibraryKind> library_kinds();

struct LibraryItem {
  RecordId id;
  std::string word;
  std::string title;
  std::map<std::string, std::string> values;  ///< by field; those that are set
  std::vector<std::string> adopters;          ///< of a practice: units' numbers, sorted
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

/// For HR and facilitators, and practices for the forum too. `word` as in library_kinds.
Result<LibraryItem> add_library_item(Workspace& workspace, const std::string& word, const std::string& title,
                                     const std::map<std::string, std::string>& values);
/// An empty value is taken away.
Result<LibraryItem> edit_library_item(Workspace& workspace, std::string_view id,
                                      const std::optional<std::string>& title,
                                      const std::map<std::string, std::string>& values);
/// That a unit works by a practice, or does no more.
Result<LibraryItem> adopt_practice(Workspace& workspace, std::string_view id, const std::string& unit,
                                   bool adopts);
Result<LibraryItem> find_library_item(Workspace& workspace, std::string_view id, std::string_view operation);
/// By kind, then title. `word` absent: all.
Result<std::vector<LibraryItem>> list_library(Workspace& workspace, const std::optional<std::string>& word);

}  // namespace samla::domain
