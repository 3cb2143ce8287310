// Which merged texts have been looked at on this device: of each field the edits that it was put together of
// when someone saw it last. No part of the rows, which follow from the writes alone.
// Within the view alone. Thread: the store's.
#pragma once

#include "core/sqlite/connection.h"
#include "core/view/records.h"

namespace samla::view {

extern const char* const kLookedTableSql;

/// Fills `looked_at` of the record's merged fields.
Result<void> fill_looked_at(sqlite::Connection& connection, RecordView& record);

}  // namespace samla::view
