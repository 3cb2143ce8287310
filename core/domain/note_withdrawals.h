// Withdrawals of published notes: a further word on a copy, which itself never changes. Only its author's
// word counts. Made anew for each request; within the domain alone.
#pragma once

#include <map>
#include <string_view>

#include "core/domain/status_log.h"

namespace samla::domain {

inline constexpr std::string_view kNoteShared = "delt";
inline constexpr std::string_view kNoteWithdrawn = "tilbakekalt";

class NoteWithdrawals {
 public:
  static Result<NoteWithdrawals> load(Workspace& workspace);

  /// Whether the copy's author has withdrawn it, and not shared it again.
  bool holds(const view::RecordView& copy) const;
  /// Adds a further word, after all that are here, to `edit`.
  Result<void> add(replica::Edit& edit, const view::RecordView& copy, std::string_view word,
                   const std::string& note) const;

 private:
  explicit NoteWithdrawals(Workspace& workspace) : workspace_(&workspace) {}

  Workspace* workspace_;
  std::map<SpaceId, StatusLog> logs_;
};

}  // namespace samla::domain
