#include "sync-server/storage/sqlite/sqlite_reader.h"

#include <algorithm>
#include <utility>

namespace samla::server {
namespace {

static_assert(kSeqBits == 40, "counts() names it in SQL");

#define SAMLA_CHANGESET_COLUMNS "id, head, writer, writer_seq, hash, validity, identity_seq, space_seq"

Result<StoredChangeset> read_changeset(const sqlite::Statement& row) {
  StoredChangeset out;
  out.seq = static_cast<std::uint64_t>(row.column_int64(0)) & ((std::uint64_t{1} << kSeqBits) - 1);
  SAMLA_ASSIGN(out.head, row.column_fixed<Hash>(1));
  SAMLA_ASSIGN(out.writer, row.column_fixed<WriterId>(2));
  out.writer_seq = static_cast<std::uint64_t>(row.column_int64(3));
  SAMLA_ASSIGN(out.hash, row.column_fixed<Hash>(4));
  out.validity = static_cast<std::uint8_t>(row.column_int64(5));
  out.identity_seq = static_cast<std::uint64_t>(row.column_int64(6));
  out.space_seq = static_cast<std::uint64_t>(row.column_int64(7));
  return out;
}

Result<std::optional<StoredChangeset>> read_one(sqlite::Statement& statement) {
  SAMLA_ASSIGN(const bool found, statement.step());
  if (!found) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(StoredChangeset out, read_changeset(statement));
  return std::optional(std::move(out));
}

std::int64_t row_of(std::int64_t space_number, std::uint64_t seq) {
  return (space_number << kSeqBits) + static_cast<std::int64_t>(seq);
}

constexpr std::uint64_t kRowSeqMax = (std::uint64_t{1} << kSeqBits) - 1;

}  // namespace

Result<std::optional<Bytes>> SqliteReads::value(std::string_view name) {
  SAMLA_ASSIGN(auto find, db_.cached("SELECT value FROM meta WHERE name = ?1"));
  find->bind(1, name);
  SAMLA_ASSIGN(const bool found, find->step());
  if (!found) return std::optional<Bytes>();
  return std::optional(to_bytes(find->column_blob(0)));
}

Result<std::vector<Bytes>> SqliteReads::chain_entries(const SpaceId& space, std::uint64_t seq,
                                                      std::size_t bytes_max) {
  SAMLA_ASSIGN(auto find,
               db_.cached("SELECT bytes FROM chain_entry WHERE space = ?1 AND seq > ?2 ORDER BY seq"));
  find->bind(1, space).bind(2, static_cast<std::int64_t>(seq));
  std::vector<Bytes> out;
  for (std::size_t bytes = 0; bytes < bytes_max;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) break;
    const ByteView entry = find->column_blob(0);
    if (!out.empty() && bytes + entry.size() > bytes_max) break;
    bytes += entry.size();
    out.push_back(to_bytes(entry));
  }
  return out;
}

Result<void> SqliteReads::all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take) {
  SAMLA_ASSIGN(auto find, db_.cached("SELECT space, bytes FROM chain_entry ORDER BY placed"));
  for (;;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) return {};
    SAMLA_ASSIGN(const SpaceId space, find->column_fixed<SpaceId>(0));
    SAMLA_TRY(take(space, find->column_blob(1)));
  }
}

Result<std::vector<StoredGrant>> SqliteReads::grants(const SpaceId& space, const RecipientId& recipient,
                                                     std::size_t count_max) {
  SAMLA_ASSIGN(auto find,
               db_.cached("SELECT epoch, sealed FROM sealed_grant WHERE space = ?1 AND recipient = ?2 "
                          "ORDER BY epoch DESC"));
  find->bind(1, space).bind(2, recipient);
  std::vector<StoredGrant> out;
  while (out.size() < count_max) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) break;
    out.push_back(
        {static_cast<std::uint32_t>(find->column_int64(0)), recipient, to_bytes(find->column_blob(1))});
  }
  return out;
}

Result<std::optional<std::int64_t>> SqliteReads::space_number(const SpaceId& space) {
  SAMLA_ASSIGN(auto find, db_.cached("SELECT number FROM space WHERE space = ?1"));
  find->bind(1, space);
  SAMLA_ASSIGN(const bool found, find->step());
  if (!found) return std::optional<std::int64_t>();
  return std::optional(find->column_int64(0));
}

Result<std::optional<StoredChangeset>> SqliteReads::last_changeset(const SpaceId& space) {
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(auto find, db_.cached("SELECT " SAMLA_CHANGESET_COLUMNS
                                     " FROM changeset WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1"));
  find->bind(1, row_of(*number, 0)).bind(2, row_of(*number, kRowSeqMax));
  return read_one(*find);
}

Result<std::optional<StoredChangeset>> SqliteReads::changeset_at(const SpaceId& space, std::uint64_t seq) {
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number || seq > kRowSeqMax) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(auto find, db_.cached("SELECT " SAMLA_CHANGESET_COLUMNS " FROM changeset WHERE id = ?1"));
  find->bind(1, row_of(*number, seq));
  return read_one(*find);
}

Result<std::vector<StoredChangeset>> SqliteReads::changesets_after(const SpaceId& space, std::uint64_t seq,
                                                                   std::size_t bytes_max) {
  std::vector<StoredChangeset> out;
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number || seq > kRowSeqMax) return out;
  SAMLA_ASSIGN(auto find, db_.cached("SELECT " SAMLA_CHANGESET_COLUMNS
                                     ", bytes FROM changeset WHERE id > ?1 AND id <= ?2 ORDER BY id"));
  find->bind(1, row_of(*number, seq)).bind(2, row_of(*number, kRowSeqMax));
  for (std::size_t bytes = 0; bytes < bytes_max;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) break;
    const ByteView body = find->column_blob(8);
    if (!out.empty() && bytes + body.size() > bytes_max) break;
    bytes += body.size();
    SAMLA_ASSIGN(StoredChangeset changeset, read_changeset(*find));
    changeset.bytes = to_bytes(body);
    out.push_back(std::move(changeset));
  }
  return out;
}

Result<std::optional<StoredChangeset>> SqliteReads::changeset_of(const SpaceId& space, const WriterId& writer,
                                                                 std::uint64_t writer_seq) {
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return std::optional<StoredChangeset>();
  const bool last = writer_seq == 0;
  SAMLA_ASSIGN(auto find,
               last ? db_.cached("SELECT seq FROM writer_place WHERE space = ?1 AND writer = ?2 "
                                 "ORDER BY writer_seq DESC LIMIT 1")
                    : db_.cached("SELECT seq FROM writer_place WHERE space = ?1 AND writer = ?2 AND "
                                 "writer_seq = ?3"));
  find->bind(1, *number).bind(2, writer);
  if (!last) find->bind(3, static_cast<std::int64_t>(writer_seq));
  SAMLA_ASSIGN(const bool found, find->step());
  if (!found) return std::optional<StoredChangeset>();
  return changeset_at(space, static_cast<std::uint64_t>(find->column_int64(0)));
}

Result<std::vector<StoredChangeset>> SqliteReads::writer_tips(const SpaceId& space) {
  std::vector<StoredChangeset> out;
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return out;
  std::vector<std::uint64_t> places;
  {
    // The place of the row with the greatest writer_seq: SQLite takes bare columns from that row.
    SAMLA_ASSIGN(auto find, db_.cached("SELECT seq, max(writer_seq) FROM writer_place WHERE space = ?1 "
                                       "GROUP BY writer ORDER BY writer"));
    find->bind(1, *number);
    for (;;) {
      SAMLA_ASSIGN(const bool row, find->step());
      if (!row) break;
      places.push_back(static_cast<std::uint64_t>(find->column_int64(0)));
    }
  }
  for (const std::uint64_t place : places) {
    SAMLA_ASSIGN(auto changeset, changeset_at(space, place));
    if (changeset) out.push_back(std::move(*changeset));
  }
  return out;
}

namespace {

#define SAMLA_RECORD_COLUMNS "record, touched, state, live"

Result<StoredRecord> read_record(const sqlite::Statement& row) {
  StoredRecord out;
  SAMLA_ASSIGN(out.record, row.column_fixed<RecordId>(0));
  out.touched = static_cast<std::uint64_t>(row.column_int64(1));
  out.state = to_bytes(row.column_blob(2));
  out.live = to_bytes(row.column_blob(3));
  return out;
}

}  // namespace

Result<std::optional<StoredRecord>> SqliteReads::record(const SpaceId& space, const RecordId& record) {
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return std::optional<StoredRecord>();
  SAMLA_ASSIGN(auto find, db_.cached("SELECT " SAMLA_RECORD_COLUMNS
                                     " FROM record_state WHERE space = ?1 AND record = ?2"));
  find->bind(1, *number).bind(2, record);
  SAMLA_ASSIGN(const bool found, find->step());
  if (!found) return std::optional<StoredRecord>();
  SAMLA_ASSIGN(StoredRecord out, read_record(*find));
  return std::optional(std::move(out));
}

Result<std::vector<StoredRecord>> SqliteReads::records_by_touch(const SpaceId& space,
                                                                StorageReader::Order order,
                                                                std::uint64_t touched, const RecordId& record,
                                                                std::size_t count_max) {
  std::vector<StoredRecord> out;
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return out;
  SAMLA_ASSIGN(auto find,
               order == StorageReader::Order::kDown
                   ? db_.cached("SELECT " SAMLA_RECORD_COLUMNS
                                " FROM record_state WHERE space = ?1 AND (touched, record) < (?2, ?3) "
                                "ORDER BY touched DESC, record DESC")
                   : db_.cached("SELECT " SAMLA_RECORD_COLUMNS
                                " FROM record_state WHERE space = ?1 AND (touched, record) > (?2, ?3) "
                                "ORDER BY touched, record"));
  find->bind(1, *number).bind(2, static_cast<std::int64_t>(std::min(touched, kRowSeqMax))).bind(3, record);
  while (out.size() < count_max) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) break;
    SAMLA_ASSIGN(StoredRecord each, read_record(*find));
    out.push_back(std::move(each));
  }
  return out;
}

Result<std::vector<std::uint64_t>> SqliteReads::record_places(const SpaceId& space, const RecordId& record,
                                                              std::uint64_t seq, std::size_t count_max) {
  std::vector<std::uint64_t> out;
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number || seq > kRowSeqMax) return out;
  SAMLA_ASSIGN(auto find, db_.cached("SELECT seq FROM record_place WHERE space = ?1 AND record = ?2 AND "
                                     "seq > ?3 ORDER BY seq"));
  find->bind(1, *number).bind(2, record).bind(3, static_cast<std::int64_t>(seq));
  while (out.size() < count_max) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) break;
    out.push_back(static_cast<std::uint64_t>(find->column_int64(0)));
  }
  return out;
}

Result<std::vector<ContestedField>> SqliteReads::contested(const SpaceId& space, std::size_t count_max) {
  std::vector<ContestedField> out;
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return out;
  SAMLA_ASSIGN(auto find, db_.cached("SELECT record, tag, heads FROM contested_field WHERE space = ?1"));
  find->bind(1, *number);
  while (out.size() < count_max) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) break;
    ContestedField field;
    SAMLA_ASSIGN(field.record, find->column_fixed<RecordId>(0));
    SAMLA_ASSIGN(field.tag, find->column_fixed<FieldTag>(1));
    field.heads = static_cast<std::uint32_t>(find->column_int64(2));
    out.push_back(field);
  }
  return out;
}

Result<StorageCounts> SqliteReads::counts() {
  // One statement: one moment.
  SAMLA_ASSIGN(
      auto find,
      db_.cached("SELECT (SELECT count(DISTINCT id >> 40) FROM changeset), (SELECT count(*) FROM changeset), "
                 "(SELECT coalesce(sum(length(bytes)), 0) FROM changeset), "
                 "(SELECT count(*) FROM chain_entry), (SELECT count(*) FROM sealed_grant), "
                 "(SELECT count(*) FROM record_state), (SELECT count(*) FROM contested_field)"));
  SAMLA_TRY(find->step());
  const auto number = [&](int column) { return static_cast<std::uint64_t>(find->column_int64(column)); };
  return StorageCounts{number(0), number(1), number(2), number(3), number(4), number(5), number(6)};
}

Result<std::map<std::string, Bytes>> SqliteReads::values() {
  SAMLA_ASSIGN(auto find, db_.cached("SELECT name, value FROM meta"));
  std::map<std::string, Bytes> out;
  for (;;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) return out;
    out[std::string(find->column_text(0))] = to_bytes(find->column_blob(1));
  }
}

Result<std::vector<SpaceId>> SqliteReads::spaces() {
  SAMLA_ASSIGN(auto find, db_.cached("SELECT space FROM space WHERE EXISTS (SELECT 1 FROM changeset WHERE "
                                     "id > (number << 40) AND id < ((number + 1) << 40)) ORDER BY space"));
  std::vector<SpaceId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) return out;
    SAMLA_ASSIGN(const SpaceId space, find->column_fixed<SpaceId>(0));
    out.push_back(space);
  }
}

Result<void> SqliteReads::all_grants(
    const std::function<Result<void>(const SpaceId&, const StoredGrant&)>& take) {
  SAMLA_ASSIGN(auto find, db_.cached("SELECT space, recipient, epoch, sealed FROM sealed_grant "
                                     "ORDER BY space, recipient, epoch"));
  for (;;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) return {};
    SAMLA_ASSIGN(const SpaceId space, find->column_fixed<SpaceId>(0));
    StoredGrant grant;
    SAMLA_ASSIGN(grant.recipient, find->column_fixed<RecipientId>(1));
    grant.epoch = static_cast<std::uint32_t>(find->column_int64(2));
    grant.sealed = to_bytes(find->column_blob(3));
    SAMLA_TRY(take(space, grant));
  }
}

Result<void> SqliteReads::all_records(const SpaceId& space,
                                      const std::function<Result<void>(const StoredRecord&)>& take) {
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return {};
  SAMLA_ASSIGN(auto find, db_.cached("SELECT " SAMLA_RECORD_COLUMNS
                                     " FROM record_state WHERE space = ?1 ORDER BY record"));
  find->bind(1, *number);
  for (;;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) return {};
    SAMLA_ASSIGN(const StoredRecord record, read_record(*find));
    SAMLA_TRY(take(record));
  }
}

Result<void> SqliteReads::all_record_places(
    const SpaceId& space, const std::function<Result<void>(const RecordId&, std::uint64_t)>& take) {
  SAMLA_ASSIGN(const auto number, space_number(space));
  if (!number) return {};
  SAMLA_ASSIGN(auto find,
               db_.cached("SELECT record, seq FROM record_place WHERE space = ?1 ORDER BY record, seq"));
  find->bind(1, *number);
  for (;;) {
    SAMLA_ASSIGN(const bool found, find->step());
    if (!found) return {};
    SAMLA_ASSIGN(const RecordId record, find->column_fixed<RecordId>(0));
    SAMLA_TRY(take(record, static_cast<std::uint64_t>(find->column_int64(1))));
  }
}

}  // namespace samla::server
