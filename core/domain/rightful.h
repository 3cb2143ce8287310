// Who may write which field of a record: every reader's to judge, since the server knows rights to spaces
// alone (kinds.cc declares them). What somebody wrote who may not counts for nobody: what stood before it
// stands.
#pragma once

#include "core/domain/kinds.h"
#include "core/replica/replica.h"

namespace samla::domain {

/// Absent: nobody known.
std::optional<UserId> user_of_writer(const replica::Replica& replica, const WriterId& writer);

/// Whether a field, or the erasure, is by somebody who may not. Cheap: for each record that is read.
bool has_wrongful(replica::Replica& replica, const view::RecordView& record);
/// The record without that. Goes through the record's history, which takes a while. Of long texts, in which
/// edits of several people are one, all counts.
Result<view::RecordView> rightful(replica::Replica& replica, view::RecordView record);

}  // namespace samla::domain
