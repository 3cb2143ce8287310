#include "core/store/cursors.h"

#include "core/sqlite/connection.h"
#include "core/store/row_number.h"

namespace samla::store {
namespace {

/// From columns `first`: incarnation, seq, head.
Result<Position> read_position(const sqlite::Statement& row, int first) {
  Position position;
  SAMLA_ASSIGN(position.incarnation, row.column_fixed<Incarnation>(first));
  position.seq = from_row(row.column_int64(first + 1));
  SAMLA_ASSIGN(position.head, row.column_fixed<Hash>(first + 2));
  return position;
}

}  // namespace

Result<Position> Cursors::get(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT incarnation, seq, head FROM cursor WHERE space = ?1"));
  query->bind(1, space);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return Position{};
  return read_position(*query, 0);
}

Result<void> Cursors::put(const SpaceId& space, const Position& position) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(position.seq, "cursor.put"));
  SAMLA_ASSIGN(auto put, connection_->cached(
                             "REPLACE INTO cursor(space, incarnation, seq, head) VALUES(?1, ?2, ?3, ?4)"));
  return put->bind(1, space).bind(2, position.incarnation).bind(3, seq).bind(4, position.head).run();
}

Result<void> Cursors::remove(const SpaceId& space) {
  SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM cursor WHERE space = ?1"));
  return remove->bind(1, space).run();
}

Result<std::map<SpaceId, Position>> Cursors::all() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT space, incarnation, seq, head FROM cursor"));
  std::map<SpaceId, Position> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const SpaceId space, query->column_fixed<SpaceId>(0));
    SAMLA_ASSIGN(out[space], read_position(*query, 1));
  }
}

}  // namespace samla::store
