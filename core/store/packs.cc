#include "core/store/packs.h"

#include "core/sqlite/connection.h"
#include "core/store/row_number.h"

namespace samla::store {

Result<std::optional<Pack>> Packs::get(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT incarnation, seq, head, place FROM pack WHERE space = ?1"));
  query->bind(1, space);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Pack>();
  Pack out;
  SAMLA_ASSIGN(out.position.incarnation, query->column_fixed<Incarnation>(0));
  out.position.seq = from_row(query->column_int64(1));
  SAMLA_ASSIGN(out.position.head, query->column_fixed<Hash>(2));
  out.place = to_bytes(query->column_blob(3));
  return std::optional(std::move(out));
}

Result<void> Packs::put(const SpaceId& space, const Pack& pack) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(pack.position.seq, "pack.put"));
  SAMLA_ASSIGN(auto put, connection_->cached("REPLACE INTO pack(space, incarnation, seq, head, place) "
                                             "VALUES(?1, ?2, ?3, ?4, ?5)"));
  put->bind(1, space).bind(2, pack.position.incarnation).bind(3, seq).bind(4, pack.position.head);
  return put->bind(5, ByteView(pack.place)).run();
}

Result<void> Packs::remove(const SpaceId& space) {
  for (const char* sql : {"DELETE FROM pack WHERE space = ?1", "DELETE FROM pack_tip WHERE space = ?1"}) {
    SAMLA_ASSIGN(auto remove, connection_->cached(sql));
    SAMLA_TRY(remove->bind(1, space).run());
  }
  return {};
}

Result<std::vector<SpaceId>> Packs::spaces() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT space FROM pack ORDER BY space"));
  std::vector<SpaceId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const SpaceId space, query->column_fixed<SpaceId>(0));
    out.push_back(space);
  }
}

// ---- writers

Result<void> Packs::put_tip(const SpaceId& space, const WriterId& writer, std::uint64_t seq) {
  SAMLA_ASSIGN(const std::int64_t number, to_row(seq, "pack.put_tip"));
  SAMLA_ASSIGN(auto put, connection_->cached("INSERT INTO pack_tip(space, writer, seq) VALUES(?1, ?2, ?3) "
                                             "ON CONFLICT(space, writer) DO UPDATE SET seq = max(seq, ?3)"));
  return put->bind(1, space).bind(2, writer).bind(3, number).run();
}

Result<std::map<WriterId, std::uint64_t>> Packs::tips(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT writer, seq FROM pack_tip WHERE space = ?1"));
  query->bind(1, space);
  std::map<WriterId, std::uint64_t> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const WriterId writer, query->column_fixed<WriterId>(0));
    out[writer] = from_row(query->column_int64(1));
  }
}

// ---- records

Result<std::optional<PackedRecord>> Packs::record(const SpaceId& space, const RecordId& record) const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT missing, word FROM pack_record WHERE space = ?1 AND record = ?2"));
  query->bind(1, space).bind(2, record);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<PackedRecord>();
  return std::optional(PackedRecord{from_row(query->column_int64(0)), to_bytes(query->column_blob(1))});
}

Result<void> Packs::put_record(const SpaceId& space, const RecordId& record, const PackedRecord& packed) {
  SAMLA_ASSIGN(const std::int64_t missing, to_row(packed.missing, "pack.put_record"));
  SAMLA_ASSIGN(auto put, connection_->cached("REPLACE INTO pack_record(space, record, missing, word) "
                                             "VALUES(?1, ?2, ?3, ?4)"));
  return put->bind(1, space).bind(2, record).bind(3, missing).bind(4, ByteView(packed.word)).run();
}

Result<void> Packs::remove_record(const SpaceId& space, const RecordId& record) {
  SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM pack_record WHERE space = ?1 AND record = ?2"));
  return remove->bind(1, space).bind(2, record).run();
}

Result<std::vector<RecordId>> Packs::records(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT record FROM pack_record WHERE space = ?1"));
  query->bind(1, space);
  std::vector<RecordId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const RecordId record, query->column_fixed<RecordId>(0));
    out.push_back(record);
  }
}

Result<bool> Packs::holds_all_records(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT 1 FROM pack_record WHERE space = ?1 LIMIT 1"));
  query->bind(1, space);
  SAMLA_ASSIGN(const bool found, query->step());
  return !found;
}

// ---- what is to be asked for

Result<void> Packs::want(const SpaceId& space, const RecordId& record, bool whole) {
  SAMLA_ASSIGN(auto want, connection_->cached("INSERT INTO pack_wanted(space, record, whole) "
                                              "VALUES(?1, ?2, ?3) ON CONFLICT(space, record) DO UPDATE SET "
                                              "whole = max(whole, ?3)"));
  return want->bind(1, space).bind(2, record).bind(3, std::int64_t{whole}).run();
}

Result<std::optional<Packs::Wanted>> Packs::wanted(std::size_t count_max) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT space, whole, record FROM pack_wanted "
                                               "ORDER BY space, whole, record"));
  Wanted out;
  while (out.records.size() < count_max) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) break;
    SAMLA_ASSIGN(const SpaceId space, query->column_fixed<SpaceId>(0));
    const bool whole = query->column_int64(1) != 0;
    if (!out.records.empty() && (space != out.space || whole != out.whole)) break;
    out.space = space;
    out.whole = whole;
    SAMLA_ASSIGN(const RecordId record, query->column_fixed<RecordId>(2));
    out.records.push_back(record);
  }
  return out.records.empty() ? std::optional<Wanted>() : std::optional(std::move(out));
}

Result<bool> Packs::is_wanted(const SpaceId& space, const RecordId& record) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT 1 FROM pack_wanted WHERE space = ?1 AND record = ?2"));
  query->bind(1, space).bind(2, record);
  return query->step();
}

Result<void> Packs::unwant(const SpaceId& space, const RecordId& record, bool whole) {
  SAMLA_ASSIGN(auto unwant, connection_->cached("DELETE FROM pack_wanted WHERE space = ?1 AND record = ?2 "
                                                "AND whole <= ?3"));
  return unwant->bind(1, space).bind(2, record).bind(3, std::int64_t{whole}).run();
}

}  // namespace samla::store
