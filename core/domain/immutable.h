// Immutable records: published notes, submitted revisions, status words. The id of one follows from its
// content under a key of its space, so a record that was altered is seen by every reader, and the same
// content published twice is one record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/replica/replica.h"

namespace samla::domain {

/// The id of an immutable record of `kind` with exactly `fields`. key_missing without the space's key.
Result<RecordId> content_id(const replica::Replica& replica, const SpaceId& space, std::string_view kind,
                            const std::vector<replica::Edit::Field>& fields);
/// Whether `record` is what its id says: nothing added, altered or left out.
bool is_unaltered(const replica::Replica& replica, const view::RecordView& record);

}  // namespace samla::domain
