#include "core/domain/note_withdrawals.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/rightful.h"

namespace samla::domain {

Result<NoteWithdrawals> NoteWithdrawals::load(Workspace& workspace) {
  NoteWithdrawals out(workspace);
  SAMLA_ASSIGN(out.logs_, StatusLog::load_all(workspace, kind::kPublishedNoteStatus));
  return out;
}

bool NoteWithdrawals::holds(const view::RecordView& copy) const {
  const auto log = logs_.find(copy.space);
  if (log == logs_.end()) return false;
  const auto author = user_of_writer(workspace_->replica(), copy.author);
  const auto& entries = log->second.entries(to_hex(copy.id));
  const auto last = std::find_if(entries.rbegin(), entries.rend(), [&](const StatusEntry& each) {
    return author && user_of_writer(workspace_->replica(), each.author) == author;
  });
  return last != entries.rend() && last->status == kNoteWithdrawn;
}

Result<void> NoteWithdrawals::add(replica::Edit& edit, const view::RecordView& copy, std::string_view word,
                                  const std::string& note) const {
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(*workspace_, kind::kPublishedNoteStatus, copy.space));
  return log.add(*workspace_, edit, copy.space, to_hex(copy.id), word, note);
}

}  // namespace samla::domain
