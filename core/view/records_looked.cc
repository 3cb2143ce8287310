#include "core/view/records_looked.h"

#include "core/sign/hash.h"

namespace samla::view {

namespace {

sign::Hash seen_of(const FieldView& field) {
  Writer out;
  for (const HeadView& head : field.heads) {
    out.fixed(head.ref.writer);
    out.varint(head.ref.seq);
    out.varint(head.ref.index);
  }
  return sign::hash("samla/view/looked/1", out.bytes());
}

}  // namespace

const char* const kLookedTableSql =
    "CREATE TABLE IF NOT EXISTS looked("
    "id BLOB NOT NULL, space BLOB NOT NULL, tag BLOB NOT NULL, seen BLOB NOT NULL, "
    "PRIMARY KEY(id, space, tag)) WITHOUT ROWID";

Result<void> fill_looked_at(sqlite::Connection& connection, RecordView& record) {
  for (FieldView& field : record.fields) {
    if (!field.merged) continue;
    SAMLA_ASSIGN(auto query,
                 connection.cached("SELECT seen FROM looked WHERE id = ?1 AND space = ?2 AND tag = ?3"));
    query->bind(1, record.id).bind(2, record.space).bind(3, field.tag);
    SAMLA_ASSIGN(const bool found, query->step());
    field.looked_at = found && equal(query->column_blob(0), seen_of(field).view());
  }
  return {};
}

Result<void> Records::look(const RecordId& id) {
  SAMLA_ASSIGN(const std::optional<RecordView> record, read(id));
  if (!record) return fail(ErrorCode::not_found, "record.look");
  note_changed(id);
  for (const FieldView& field : record->fields) {
    if (!field.merged || field.looked_at) continue;
    SAMLA_ASSIGN(auto put, connection_->cached("REPLACE INTO looked(id, space, tag, seen) "
                                               "VALUES(?1, ?2, ?3, ?4)"));
    put->bind(1, record->id).bind(2, record->space).bind(3, field.tag).bind(4, seen_of(field));
    SAMLA_TRY(put->run());
  }
  return {};
}

}  // namespace samla::view
