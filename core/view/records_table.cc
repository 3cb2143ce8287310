#include "core/view/records_table.h"

#include <algorithm>
#include <limits>

namespace samla::view {
namespace {

/// Hybrid times sort as SQLite's signed numbers; what lies beyond those (the year 6429) comes last.
std::int64_t sortable(std::uint64_t time) {
  return static_cast<std::int64_t>(
      std::min(time, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

}  // namespace

// `created` is NULL while only transparent writes are known: then there is no record to show.
// Rows lie in the order of their arrival; ids begin with their time, so the index grows at its end.
const char* const kRecordTableSql = R"sql(
CREATE TABLE IF NOT EXISTS record(
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  space BLOB NOT NULL,
  kind TEXT NOT NULL,
  created INTEGER,
  updated INTEGER NOT NULL,
  erased INTEGER NOT NULL,
  contested INTEGER NOT NULL,
  unreadable INTEGER NOT NULL,
  state BLOB NOT NULL,
  content BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS record_id ON record(id, space);
CREATE INDEX IF NOT EXISTS record_kind ON record(kind, created);
CREATE INDEX IF NOT EXISTS record_contested ON record(created) WHERE contested = 1;
CREATE INDEX IF NOT EXISTS record_unreadable ON record(space) WHERE unreadable = 1;
)sql";

Result<RecordRow> read_record_row(const sqlite::Statement& statement) {
  RecordRow row;
  row.number = statement.column_int64(0);
  SAMLA_ASSIGN(row.id, statement.column_fixed<RecordId>(1));
  SAMLA_ASSIGN(row.space, statement.column_fixed<SpaceId>(2));
  row.kind = statement.column_text(3);
  auto state = resolve::RecordState::decode(statement.column_blob(4));
  if (!state) return fail(ErrorCode::store_corrupt, "record.read");
  row.state = std::move(*state);
  SAMLA_TRY(row.decode_content(statement.column_blob(5)));
  return row;
}

Result<std::pair<RecordRow, RowBytes>> load_with_bytes(sqlite::Connection& connection, const SpaceId& space,
                                                       const RecordId& id) {
  SAMLA_ASSIGN(auto query,
               connection.cached("SELECT " SAMLA_RECORD_COLUMNS " FROM record WHERE id = ?1 AND space = ?2"));
  query->bind(1, id).bind(2, space);
  SAMLA_ASSIGN(const bool found, query->step());
  std::pair<RecordRow, RowBytes> out;
  if (found) {
    SAMLA_ASSIGN(out.first, read_record_row(*query));
    out.second = {to_bytes(query->column_blob(4)), to_bytes(query->column_blob(5))};
    return out;
  }
  out.first.id = id;
  out.first.space = space;
  return out;
}

Result<RecordRow> load_record_row(sqlite::Connection& connection, const SpaceId& space, const RecordId& id) {
  SAMLA_ASSIGN(auto loaded, load_with_bytes(connection, space, id));
  return std::move(loaded.first);
}

RowBytes encode(const RecordRow& row) { return {row.state.encode(), row.encode_content()}; }

Result<void> save_record_row(sqlite::Connection& connection, RecordRow& row, const RowBytes& bytes) {
  SAMLA_ASSIGN(
      auto save,
      row.number == 0
          ? connection.cached("INSERT INTO record(id, space, kind, created, updated, erased, contested, "
                              "unreadable, state, content) "
                              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
          : connection.cached("UPDATE record SET kind = ?3, created = ?4, updated = ?5, erased = ?6, "
                              "contested = ?7, unreadable = ?8, state = ?9, content = ?10 "
                              "WHERE number = ?11"));
  if (row.number == 0) {
    save->bind(1, row.id).bind(2, row.space);
  } else {
    save->bind(11, row.number);
  }
  save->bind(3, row.kind);
  if (row.origin) {
    save->bind(4, sortable(row.origin->time.value));
  } else {
    save->bind_null(4);
  }
  save->bind(5, sortable(row.updated())).bind(6, std::int64_t{row.erased()});
  save->bind(7, std::int64_t{row.contested()}).bind(8, std::int64_t{row.unreadable()});
  save->bind(9, ByteView(bytes.state)).bind(10, ByteView(bytes.content));
  SAMLA_TRY(save->run());
  if (row.number == 0) row.number = connection.last_insert_rowid();
  return {};
}

}  // namespace samla::view
