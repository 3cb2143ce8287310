// History: the versions of a record, who made each and where it is; any of them can be had back. And why a
// record is as it is: each write, how far it has come, what stands in its way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

/// One field's value as a write left it. Of a text: the whole text at that write.
struct Version {
  std::size_t number = 0;  ///< from 1, oldest first; stands for as long as nothing older arrives
  std::string field;       ///< "life" of deleting and restoring
  view::Value value;
  bool readable = true;
  WriterId writer;
  std::uint64_t time_ms = 0;
  /// The stamp lies in the future here, or before that of something that it knew of: a clock is wrong.
  bool doubtful_time = false;
  std::string what;     ///< "created", "changed", "edited", "deleted", "restored"; of why also "snapshot"
  std::string reached;  ///< "device", "centre"
  /// "current", "replaced", "void", "quarantined"; of a snapshot "checked", "unchecked" (the edits are not
  /// here), "false" (they say otherwise)
  std::string state;
};

/// Oldest first. `id`: of any record, or a unique beginning.
Result<std::vector<Version>> versions_of(Workspace& workspace, std::string_view id,
                                         std::string_view operation);

/// How many of the record's writes this device has not been sent; they are asked for, and come with the next
/// sync.
Result<std::uint64_t> versions_elsewhere(Workspace& workspace, std::string_view id,
                                         std::string_view operation);

/// Makes the value of version `number` the present one again, by an ordinary edit. The version.
Result<Version> restore_version(Workspace& workspace, std::string_view id, std::size_t number);

/// What one write waits for, in words; empty: nothing.
struct Reason {
  Version version;
  std::string blocked_by;
};
struct Why {
  RecordId record;
  std::string kind;
  SpaceId space;
  std::vector<UserId> readers;  ///< members of its space
  std::vector<Reason> writes;
};
Result<Why> why(Workspace& workspace, std::string_view id);

/// What makes `before` into `after`, word by word.
struct Difference {
  std::string change;  ///< "kept", "removed", "added"
  std::string text;
};
std::vector<Difference> difference(std::string_view before, std::string_view after);

}  // namespace samla::domain
