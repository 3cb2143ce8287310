// Search over everything that this device can read, whatever its kind. Offline.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

/// Empty and absent members don't filter.
struct SearchFilter {
  std::string words;
  std::vector<std::string> kinds;
  std::optional<std::string> tag;
  std::optional<std::string> unit;   ///< its number: what lies in its spaces
  std::optional<std::string> from;   ///< a date: changed then or later
  std::optional<std::string> until;  ///< a date: changed then or earlier
  std::size_t limit = 0;             ///< 0: all
};

struct Found {
  RecordId id;
  std::string kind;
  std::string title;    ///< what it is called; of what has no name, its first words
  std::string snippet;  ///< matches between « and »
  SpaceId space;
  std::uint64_t updated_ms = 0;
  std::string part_of;  ///< of an item its assessment, of a comment the revision; else empty
};

/// Best first. invalid_argument for a kind that has nothing to be found.
Result<std::vector<Found>> search(Workspace& workspace, const SearchFilter& filter);
/// The kinds that have something to be found.
std::vector<std::string> searched_kinds();

}  // namespace samla::domain
