// Rows lie in the order of arrival; `tip` keeps each writer's last one and the counts of own writes.
#include "core/store/changesets.h"

#include <cstdint>
#include <string>

#include "core/sqlite/connection.h"
#include "core/store/row_number.h"

namespace samla::store {
namespace {

// The last column is the bytes, or an empty blob where they are not asked for.
#define SAMLA_CHANGESET_COLUMNS \
  "space, writer, seq, hash, own, writes, validity, reason, server_seq, receipt_group"

Result<change::Validity> read_validity(std::int64_t number) {
  switch (const auto validity = static_cast<change::Validity>(number)) {
    case change::Validity::kValid:
    case change::Validity::kVoid:
    case change::Validity::kQuarantined:
      return validity;
  }
  return fail(ErrorCode::store_corrupt, "changeset.read");
}

Result<StoredChangeset> read_row(const sqlite::Statement& row) {
  StoredChangeset out;
  SAMLA_ASSIGN(out.space, row.column_fixed<SpaceId>(0));
  SAMLA_ASSIGN(out.writer, row.column_fixed<WriterId>(1));
  out.seq = from_row(row.column_int64(2));
  SAMLA_ASSIGN(out.hash, row.column_fixed<Hash>(3));
  out.own = row.column_int64(4) != 0;
  out.writes = static_cast<std::uint32_t>(row.column_int64(5));
  SAMLA_ASSIGN(out.validity, read_validity(row.column_int64(6)));
  if (!row.column_is_null(7)) out.reason = static_cast<ErrorCode>(row.column_int64(7));
  if (!row.column_is_null(8)) out.server_seq = from_row(row.column_int64(8));
  if (!row.column_is_null(9)) out.receipt_group = from_row(row.column_int64(9));
  out.bytes = to_bytes(row.column_blob(10));
  return out;
}

sqlite::Statement& bind_optional(sqlite::Statement& statement, int index, std::optional<std::int64_t> value) {
  return value ? statement.bind(index, *value) : statement.bind_null(index);
}

/// What is known of a changeset before it is changed.
struct Known {
  std::int64_t id = 0;
  Hash hash;
  bool own = false;
  std::int64_t writes = 0;
  std::optional<std::int64_t> place;
};

Result<std::optional<Known>> find(sqlite::Connection& connection, const SpaceId& space,
                                  const WriterId& writer, std::int64_t seq) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT id, hash, own, writes, server_seq FROM "
                                             "changeset WHERE space = ?1 AND writer = ?2 AND seq = ?3"));
  query->bind(1, space).bind(2, writer).bind(3, seq);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Known>();
  Known known;
  known.id = query->column_int64(0);
  SAMLA_ASSIGN(known.hash, query->column_fixed<Hash>(1));
  known.own = query->column_int64(2) != 0;
  known.writes = query->column_int64(3);
  if (!query->column_is_null(4)) known.place = query->column_int64(4);
  return std::optional<Known>(known);
}

Result<void> place(sqlite::Connection& connection, const Known& known, const SpaceId& space,
                   const WriterId& writer, std::int64_t server_seq,
                   std::optional<std::int64_t> receipt_group) {
  SAMLA_ASSIGN(auto update,
               connection.cached("UPDATE changeset SET server_seq = ?2, "
                                 "receipt_group = coalesce(?3, receipt_group), "
                                 "reason = CASE WHEN validity = 1 THEN NULL ELSE reason END WHERE id = ?1"));
  update->bind(1, known.id).bind(2, server_seq);
  SAMLA_TRY(bind_optional(*update, 3, receipt_group).run());
  if (!known.own || known.place) return {};
  SAMLA_ASSIGN(auto count, connection.cached("UPDATE tip SET own_receipted = own_receipted + ?3 "
                                             "WHERE space = ?1 AND writer = ?2"));
  return count->bind(1, space).bind(2, writer).bind(3, known.writes).run();
}

Result<void> insert_row(sqlite::Connection& connection, const StoredChangeset& changeset, std::int64_t seq,
                        std::optional<std::int64_t> server_seq, std::optional<std::int64_t> receipt_group) {
  SAMLA_ASSIGN(auto insert, connection.cached("INSERT INTO changeset(" SAMLA_CHANGESET_COLUMNS ", bytes) "
                                              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"));
  insert->bind(1, changeset.space).bind(2, changeset.writer).bind(3, seq).bind(4, changeset.hash);
  insert->bind(5, std::int64_t{changeset.own}).bind(6, std::int64_t{changeset.writes});
  insert->bind(7, static_cast<std::int64_t>(changeset.validity));
  bind_optional(
      *insert, 8,
      changeset.reason ? std::optional(static_cast<std::int64_t>(*changeset.reason)) : std::nullopt);
  bind_optional(*insert, 9, server_seq);
  bind_optional(*insert, 10, receipt_group);
  return insert->bind(11, ByteView(changeset.bytes)).run();
}

Result<void> advance_tip(sqlite::Connection& connection, const StoredChangeset& changeset, std::int64_t seq) {
  SAMLA_ASSIGN(
      auto advance,
      connection.cached("INSERT INTO tip(space, writer, seq, hash, own_writes, own_receipted, "
                        "identity_seq, space_seq) "
                        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(space, writer) DO UPDATE SET "
                        "hash = CASE WHEN excluded.seq > seq THEN excluded.hash ELSE hash END, "
                        "seq = max(seq, excluded.seq), "
                        "own_writes = own_writes + excluded.own_writes, "
                        "own_receipted = own_receipted + excluded.own_receipted, "
                        "identity_seq = max(identity_seq, excluded.identity_seq), "
                        "space_seq = max(space_seq, excluded.space_seq)"));
  const std::int64_t own_writes = changeset.own ? std::int64_t{changeset.writes} : 0;
  advance->bind(1, changeset.space).bind(2, changeset.writer).bind(3, seq).bind(4, changeset.hash);
  SAMLA_ASSIGN(const std::int64_t identity_seq, to_row(changeset.identity_seq, "changeset.put"));
  SAMLA_ASSIGN(const std::int64_t space_seq, to_row(changeset.space_seq, "changeset.put"));
  advance->bind(5, own_writes).bind(6, changeset.server_seq ? own_writes : 0);
  return advance->bind(7, identity_seq).bind(8, space_seq).run();
}

Result<std::optional<std::int64_t>> optional_row(std::optional<std::uint64_t> number) {
  if (!number) return std::optional<std::int64_t>();
  SAMLA_ASSIGN(const std::int64_t row, to_row(*number, "changeset.put"));
  return std::optional<std::int64_t>(row);
}

}  // namespace

Result<Changesets::Put> Changesets::put(const StoredChangeset& changeset) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(changeset.seq, "changeset.put"));
  SAMLA_ASSIGN(const std::optional<std::int64_t> server_seq, optional_row(changeset.server_seq));
  SAMLA_ASSIGN(const std::optional<std::int64_t> receipt_group, optional_row(changeset.receipt_group));
  SAMLA_ASSIGN(const std::optional<Known> known, find(*connection_, changeset.space, changeset.writer, seq));
  if (!known) {
    SAMLA_TRY(insert_row(*connection_, changeset, seq, server_seq, receipt_group));
    SAMLA_TRY(advance_tip(*connection_, changeset, seq));
    return Put::kStored;
  }
  if (known->hash != changeset.hash) return fail(ErrorCode::writer_forked, "changeset.put");
  if (server_seq && known->place.value_or(0) == 0) {
    SAMLA_TRY(place(*connection_, *known, changeset.space, changeset.writer, *server_seq, receipt_group));
  }
  return Put::kThere;
}

Result<std::optional<StoredChangeset>> Changesets::get(const SpaceId& space, const WriterId& writer,
                                                       std::uint64_t seq) const {
  SAMLA_ASSIGN(const std::int64_t place_in_chain, to_row(seq, "changeset.get"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                               "WHERE space = ?1 AND writer = ?2 AND seq = ?3"));
  query->bind(1, space).bind(2, writer).bind(3, place_in_chain);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(StoredChangeset changeset, read_row(*query));
  return std::optional<StoredChangeset>(std::move(changeset));
}

Result<std::optional<StoredChangeset>> Changesets::own_at(const SpaceId& space, const WriterId& writer,
                                                          std::uint64_t server_seq) const {
  SAMLA_ASSIGN(const std::int64_t place, to_row(server_seq, "changeset.own_at"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                               "WHERE space = ?1 AND server_seq = ?2 AND own = 1"));
  query->bind(1, space).bind(2, place);
  SAMLA_ASSIGN(const bool found, query->step());
  if (found) {
    SAMLA_ASSIGN(StoredChangeset changeset, read_row(*query));
    return std::optional<StoredChangeset>(std::move(changeset));
  }
  // The first that has no place, or one that is to be learnt.
  SAMLA_ASSIGN(auto next, connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                              "WHERE space = ?1 AND writer = ?2 AND own = 1 "
                                              "AND coalesce(server_seq, 0) = 0 ORDER BY seq LIMIT 1"));
  next->bind(1, space).bind(2, writer);
  SAMLA_ASSIGN(const bool there, next->step());
  if (!there) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(StoredChangeset changeset, read_row(*next));
  return std::optional<StoredChangeset>(std::move(changeset));
}

Result<std::map<std::uint64_t, Changesets::At>> Changesets::at_places(const SpaceId& space,
                                                                      std::uint64_t after,
                                                                      std::uint64_t last) const {
  SAMLA_ASSIGN(const std::int64_t from, to_row(after, "changeset.at_places"));
  SAMLA_ASSIGN(const std::int64_t to, to_row(last, "changeset.at_places"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT server_seq, writer, seq FROM changeset WHERE "
                                               "space = ?1 AND server_seq > ?2 AND server_seq <= ?3"));
  query->bind(1, space).bind(2, from).bind(3, to);
  std::map<std::uint64_t, At> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const WriterId writer, query->column_fixed<WriterId>(1));
    out[from_row(query->column_int64(0))] = {writer, from_row(query->column_int64(2))};
  }
}

Result<ChangesetTip> Changesets::tip(const SpaceId& space, const WriterId& writer) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT seq, hash, identity_seq, space_seq FROM tip "
                                               "WHERE space = ?1 AND writer = ?2"));
  query->bind(1, space).bind(2, writer);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return ChangesetTip{};
  SAMLA_ASSIGN(const Hash hash, query->column_fixed<Hash>(1));
  return ChangesetTip{from_row(query->column_int64(0)), hash, from_row(query->column_int64(2)),
                      from_row(query->column_int64(3))};
}

Result<std::vector<WriterId>> Changesets::writers(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT writer FROM tip WHERE space = ?1 ORDER BY writer"));
  query->bind(1, space);
  std::vector<WriterId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const WriterId writer, query->column_fixed<WriterId>(0));
    out.push_back(writer);
  }
}

namespace {

/// Rows of `query` (bound, ordered by seq), about `bytes_max` bytes, at least one if there is any.
Result<std::vector<StoredChangeset>> take_rows(sqlite::Statement& query, std::size_t bytes_max) {
  std::vector<StoredChangeset> out;
  for (std::size_t bytes = 0; out.empty() || bytes < bytes_max;) {
    SAMLA_ASSIGN(const bool row, query.step());
    if (!row) break;
    SAMLA_ASSIGN(StoredChangeset changeset, read_row(query));
    bytes += changeset.bytes.size();
    if (!out.empty() && bytes > bytes_max) break;
    out.push_back(std::move(changeset));
  }
  return out;
}

Result<std::vector<Changesets::Pending>> take_pairs(sqlite::Statement& query) {
  std::vector<Changesets::Pending> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query.step());
    if (!row) return out;
    SAMLA_ASSIGN(const SpaceId space, query.column_fixed<SpaceId>(0));
    SAMLA_ASSIGN(const WriterId writer, query.column_fixed<WriterId>(1));
    out.push_back({space, writer});
  }
}

}  // namespace

Result<std::vector<StoredChangeset>> Changesets::own_unreceipted(const SpaceId& space, const WriterId& writer,
                                                                 std::uint64_t after_seq,
                                                                 std::size_t bytes_max) const {
  SAMLA_ASSIGN(const std::int64_t after, to_row(after_seq, "changeset.own_unreceipted"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                               "WHERE own = 1 AND server_seq IS NULL AND space = ?1 "
                                               "AND writer = ?2 AND seq > ?3 ORDER BY seq"));
  query->bind(1, space).bind(2, writer).bind(3, after);
  return take_rows(*query, bytes_max);
}

Result<std::vector<StoredChangeset>> Changesets::lost_of(const SpaceId& space, const WriterId& writer,
                                                         std::uint64_t after_seq,
                                                         std::size_t bytes_max) const {
  SAMLA_ASSIGN(const std::int64_t after, to_row(after_seq, "changeset.lost_of"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                               "WHERE own = 0 AND server_seq IS NULL AND space = ?1 "
                                               "AND writer = ?2 AND seq > ?3 ORDER BY seq"));
  query->bind(1, space).bind(2, writer).bind(3, after);
  return take_rows(*query, bytes_max);
}

Result<std::vector<Changesets::Pending>> Changesets::lost() const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT DISTINCT space, writer FROM changeset "
                                   "WHERE own = 0 AND server_seq IS NULL ORDER BY space, writer"));
  return take_pairs(*query);
}

Result<void> Changesets::each(const SpaceId& space, const std::optional<WriterId>& writer,
                              const std::function<Result<void>(const StoredChangeset&)>& take) const {
  SAMLA_ASSIGN(auto query,
               connection_->cached(writer ? "SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                            "WHERE space = ?1 AND writer = ?2 ORDER BY seq"
                                          : "SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                            "WHERE space = ?1 ORDER BY id"));
  query->bind(1, space);
  if (writer) query->bind(2, *writer);
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return {};
    SAMLA_ASSIGN(const StoredChangeset changeset, read_row(*query));
    SAMLA_TRY(take(changeset));
  }
}

Result<std::vector<Changesets::Pending>> Changesets::pending() const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT DISTINCT space, writer FROM changeset "
                                   "WHERE own = 1 AND server_seq IS NULL ORDER BY space, writer"));
  return take_pairs(*query);
}

Result<std::uint64_t> Changesets::add_receipt_group(ByteView bytes) {
  SAMLA_ASSIGN(auto insert, connection_->cached("INSERT INTO receipt_group(bytes) VALUES(?1)"));
  SAMLA_TRY(insert->bind(1, bytes).run());
  return from_row(connection_->last_insert_rowid());
}

Result<std::optional<Bytes>> Changesets::receipt_group(std::uint64_t id) const {
  SAMLA_ASSIGN(const std::int64_t row, to_row(id, "changeset.receipt_group"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT bytes FROM receipt_group WHERE id = ?1"));
  query->bind(1, row);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(query->column_blob(0)));
}

Result<void> Changesets::receipt(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                                 std::uint64_t server_seq, std::uint64_t receipt_group) {
  SAMLA_ASSIGN(const std::int64_t place_in_chain, to_row(seq, "changeset.receipt"));
  SAMLA_ASSIGN(const std::int64_t place_at_server, to_row(server_seq, "changeset.receipt"));
  SAMLA_ASSIGN(const std::int64_t group, to_row(receipt_group, "changeset.receipt"));
  SAMLA_ASSIGN(const std::optional<Known> known, find(*connection_, space, writer, place_in_chain));
  if (!known) return fail(ErrorCode::not_found, "changeset.receipt");
  return place(*connection_, *known, space, writer, place_at_server, group);
}

Result<void> Changesets::judge(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                               change::Validity validity, std::optional<ErrorCode> reason) {
  SAMLA_ASSIGN(const std::int64_t place_in_chain, to_row(seq, "changeset.judge"));
  SAMLA_ASSIGN(auto update, connection_->cached("UPDATE changeset SET validity = ?4, reason = ?5 "
                                                "WHERE space = ?1 AND writer = ?2 AND seq = ?3"));
  update->bind(1, space).bind(2, writer).bind(3, place_in_chain);
  update->bind(4, static_cast<std::int64_t>(validity));
  SAMLA_TRY(
      bind_optional(*update, 5, reason ? std::optional(static_cast<std::int64_t>(*reason)) : std::nullopt)
          .run());
  if (connection_->changes() == 0) return fail(ErrorCode::not_found, "changeset.judge");
  return {};
}

Result<void> Changesets::put_bytes(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                                   ByteView bytes) {
  SAMLA_ASSIGN(const std::int64_t place_in_chain, to_row(seq, "changeset.put_bytes"));
  SAMLA_ASSIGN(auto update, connection_->cached("UPDATE changeset SET bytes = ?4 "
                                                "WHERE space = ?1 AND writer = ?2 AND seq = ?3"));
  SAMLA_TRY(update->bind(1, space).bind(2, writer).bind(3, place_in_chain).bind(4, bytes).run());
  if (connection_->changes() == 0) return fail(ErrorCode::not_found, "changeset.put_bytes");
  return {};
}

Result<void> Changesets::forget_places(const SpaceId& space) {
  SAMLA_ASSIGN(auto forget, connection_->cached("UPDATE changeset SET server_seq = NULL "
                                                "WHERE space = ?1"));
  SAMLA_TRY(forget->bind(1, space).run());
  SAMLA_ASSIGN(auto count, connection_->cached("UPDATE tip SET own_receipted = 0 WHERE space = ?1"));
  return count->bind(1, space).run();
}

Result<std::map<WriterId, std::uint64_t>> Changesets::placed(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT writer, max(seq) FROM changeset WHERE space = ?1 AND "
                                               "server_seq IS NOT NULL GROUP BY writer"));
  query->bind(1, space);
  std::map<WriterId, std::uint64_t> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const WriterId writer, query->column_fixed<WriterId>(0));
    out[writer] = from_row(query->column_int64(1));
  }
}

Result<void> Changesets::mark_there(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                                    std::uint64_t server_seq) {
  SAMLA_ASSIGN(const std::int64_t last, to_row(seq, "changeset.mark_there"));
  SAMLA_ASSIGN(const std::int64_t place, to_row(server_seq, "changeset.mark_there"));
  SAMLA_ASSIGN(auto mark, connection_->cached("UPDATE changeset SET server_seq = ?4 WHERE space = ?1 AND "
                                              "writer = ?2 AND seq <= ?3 AND server_seq IS NULL"));
  mark->bind(1, space).bind(2, writer).bind(3, last).bind(4, place);
  SAMLA_TRY(mark->run());
  SAMLA_ASSIGN(auto count,
               connection_->cached("UPDATE tip SET own_receipted = (SELECT coalesce(sum(writes), 0) FROM "
                                   "changeset WHERE own = 1 AND server_seq IS NOT NULL AND "
                                   "changeset.space = ?1 AND changeset.writer = ?2) "
                                   "WHERE space = ?1 AND writer = ?2"));
  return count->bind(1, space).bind(2, writer).run();
}

Result<std::optional<Bytes>> Changesets::receipts_beyond(const SpaceId& space,
                                                         std::uint64_t server_seq) const {
  SAMLA_ASSIGN(const std::int64_t after, to_row(server_seq, "changeset.receipts_beyond"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT g.bytes FROM changeset c JOIN receipt_group g ON "
                                               "g.id = c.receipt_group WHERE c.space = ?1 AND "
                                               "c.server_seq > ?2 ORDER BY c.server_seq DESC LIMIT 1"));
  query->bind(1, space).bind(2, after);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(query->column_blob(0)));
}

Result<std::vector<StoredChangeset>> Changesets::move_to_branch(const SpaceId& space,
                                                                const WriterId& writer) {
  std::vector<StoredChangeset> out;
  {
    SAMLA_ASSIGN(auto query,
                 connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", bytes FROM changeset "
                                     "WHERE space = ?1 AND writer = ?2 AND own = 1 AND seq > "
                                     "(SELECT coalesce(max(seq), 0) FROM changeset WHERE space = ?1 AND "
                                     "writer = ?2 AND receipt_group IS NOT NULL) ORDER BY seq"));
    query->bind(1, space).bind(2, writer);
    SAMLA_ASSIGN(out, take_rows(*query, SIZE_MAX));
  }
  for (const StoredChangeset& each : out) {
    SAMLA_TRY(put_branch(each));
    SAMLA_ASSIGN(const std::int64_t seq, to_row(each.seq, "changeset.move_to_branch"));
    SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM changeset WHERE space = ?1 AND writer = ?2 "
                                                  "AND seq = ?3"));
    remove->bind(1, space).bind(2, writer).bind(3, seq);
    SAMLA_TRY(remove->run());
  }
  return out;
}

Result<void> Changesets::set_back_named(const SpaceId& space, std::uint64_t identity_seq,
                                        std::uint64_t space_seq) {
  SAMLA_ASSIGN(const std::int64_t identity_row, to_row(identity_seq, "changeset.set_back_named"));
  SAMLA_ASSIGN(const std::int64_t space_row, to_row(space_seq, "changeset.set_back_named"));
  SAMLA_ASSIGN(auto update, connection_->cached("UPDATE tip SET identity_seq = min(identity_seq, ?2), "
                                                "space_seq = min(space_seq, ?3) WHERE space = ?1"));
  return update->bind(1, space).bind(2, identity_row).bind(3, space_row).run();
}

Result<void> Changesets::put_branch(const StoredChangeset& changeset) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(changeset.seq, "changeset.put_branch"));
  SAMLA_ASSIGN(auto put, connection_->cached("REPLACE INTO branch(space, writer, seq, hash, bytes) "
                                             "VALUES(?1, ?2, ?3, ?4, ?5)"));
  put->bind(1, changeset.space).bind(2, changeset.writer).bind(3, seq).bind(4, changeset.hash);
  return put->bind(5, ByteView(changeset.bytes)).run();
}

Result<std::uint64_t> Changesets::reached(const SpaceId& space, const WriterId& writer) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT max(seq) FROM (SELECT seq FROM tip WHERE space = ?1 "
                                               "AND writer = ?2 UNION ALL SELECT seq FROM branch "
                                               "WHERE space = ?1 AND writer = ?2)"));
  query->bind(1, space).bind(2, writer);
  SAMLA_ASSIGN(const bool found, query->step());
  return found ? from_row(query->column_int64(0)) : 0;
}

Result<bool> Changesets::in_branch(const SpaceId& space, const WriterId& writer, const Hash& hash) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT 1 FROM branch WHERE space = ?1 AND writer = ?2 AND "
                                               "hash = ?3"));
  query->bind(1, space).bind(2, writer).bind(3, hash);
  return query->step();
}

Result<void> Changesets::set_back_tip(const SpaceId& space, const WriterId& writer,
                                      std::uint64_t identity_seq, std::uint64_t space_seq) {
  SAMLA_ASSIGN(const std::int64_t identity_row, to_row(identity_seq, "changeset.set_back_tip"));
  SAMLA_ASSIGN(const std::int64_t space_row, to_row(space_seq, "changeset.set_back_tip"));
  {
    SAMLA_ASSIGN(auto drop, connection_->cached("DELETE FROM tip WHERE space = ?1 AND writer = ?2"));
    drop->bind(1, space).bind(2, writer);
    SAMLA_TRY(drop->run());
  }
  SAMLA_ASSIGN(
      auto make,
      connection_->cached(
          "INSERT INTO tip(space, writer, seq, hash, own_writes, own_receipted, identity_seq, space_seq) "
          "SELECT space, writer, max(seq), hash, sum(writes * own), "
          "sum(CASE WHEN server_seq IS NULL THEN 0 ELSE writes * own END), ?3, ?4 "
          "FROM changeset WHERE space = ?1 AND writer = ?2 GROUP BY space, writer"));
  return make->bind(1, space).bind(2, writer).bind(3, identity_row).bind(4, space_row).run();
}

Result<std::vector<StoredChangeset>> Changesets::own_refused() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_CHANGESET_COLUMNS ", x'' FROM changeset "
                                               "WHERE own = 1 AND (validity <> 1 OR reason IS NOT NULL) "
                                               "ORDER BY space, writer, seq"));
  std::vector<StoredChangeset> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(StoredChangeset changeset, read_row(*query));
    out.push_back(std::move(changeset));
  }
}

Result<OwnWrites> Changesets::own_writes() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT coalesce(sum(own_writes - own_receipted), 0), "
                                               "coalesce(sum(own_receipted), 0) FROM tip"));
  SAMLA_TRY(query->step());
  return OwnWrites{from_row(query->column_int64(0)), from_row(query->column_int64(1))};
}

}  // namespace samla::store
