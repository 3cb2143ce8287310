// Rows of the `record` table to RecordRow and back. Within the view alone. Thread: the store's.
#pragma once

#include <string_view>
#include <utility>

#include "core/view/records_row.h"

namespace samla::view {

/// For CREATE TABLE and so on: what the table needs, each statement IF NOT EXISTS.
extern const char* const kRecordTableSql;

/// The columns that read_record_row wants, in its order: put it after SELECT.
#define SAMLA_RECORD_COLUMNS \
  "record.number, record.id, record.space, record.kind, record.state, record.content"

/// The row under `statement`'s cursor; store_corrupt where it cannot be one.
Result<RecordRow> read_record_row(const sqlite::Statement& statement);

/// The row of `id` in `space`; one that is not stored yet has number 0.
Result<RecordRow> load_record_row(sqlite::Connection& connection, const SpaceId& space, const RecordId& id);

/// The columns `state` and `content` as they are stored.
struct RowBytes {
  Bytes state;
  Bytes content;
  bool operator==(const RowBytes&) const = default;
};
RowBytes encode(const RecordRow& row);
/// The row of `id` in `space`, and what it is stored as; empty where it is not.
Result<std::pair<RecordRow, RowBytes>> load_with_bytes(sqlite::Connection& connection, const SpaceId& space,
                                                       const RecordId& id);

/// Inserts or updates; sets `row.number`. `bytes`: the row, encoded.
Result<void> save_record_row(sqlite::Connection& connection, RecordRow& row, const RowBytes& bytes);

}  // namespace samla::view
