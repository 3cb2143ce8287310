// Status logs: where a thing stands, as entries that never change. Each names those that it follows, so that
// who knew of what decides, not clocks; and each is its writer's, so that an entry by one who may not make
// it counts for nobody. A kind of entries declares kStatusFields (kinds.cc) and who may make them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct StatusEntry {
  std::string id;
  std::string of;  ///< the id of what it is about
  std::string status;
  std::string note;
  std::vector<std::string> previous;
  std::vector<std::string> details;
  std::uint64_t time_ms = 0;
  WriterId author;
};

/// The entries of one kind in one space; made anew for each request.
class StatusLog {
 public:
  static Result<StatusLog> load(Workspace& workspace, std::string_view kind, const SpaceId& space);
  /// One for each space that has entries: those of a space speak of what is in it, and of nothing else.
  static Result<std::map<SpaceId, StatusLog>> load_all(Workspace& workspace, std::string_view kind);

  /// Oldest first; empty: none.
  const std::vector<StatusEntry>& entries(const std::string& of) const;
  /// Those that no other follows.
  std::vector<const StatusEntry*> heads(const std::string& of) const;
  /// The entry that is shown: of several heads the newest. Null: none.
  const StatusEntry* last(const std::string& of) const;
  /// The last entry's status, or `first` where there is none.
  std::string status(const std::string& of, std::string_view first) const;

  /// Adds a further entry, after all that are here, to `edit`. `details`: what else the kind has to say,
  /// each a line.
  Result<void> add(Workspace& workspace, replica::Edit& edit, const SpaceId& space, const std::string& of,
                   std::string_view status, const std::string& note,
                   const std::vector<std::string>& details = {}) const;

 private:
  void take(const Workspace& workspace, const KeptRecord& record);
  void put_in_order();

  std::string kind_;
  std::map<std::string, std::vector<StatusEntry>> logs_;
};

}  // namespace samla::domain
