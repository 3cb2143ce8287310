#include "sync-server/storage/postgres/pg_reads.h"

#include <limits>
#include <utility>

namespace samla::server {
namespace {

#define SAMLA_PG_CHANGESET \
  "c.seq, c.head, c.writer, c.writer_seq, c.hash, c.validity, c.identity_seq, c.space_seq"
constexpr int kChangesetColumns = 8;
/// A list bounded by bytes looks at so many rows at once, at the most.
#define SAMLA_PG_ROWS_AT_ONCE "1024"

constexpr PgStatement kValue = {"value",
                                "SELECT value FROM meta WHERE name = convert_from($1::bytea, 'UTF8')"};
constexpr PgStatement kChainEntries = {
    "chain_entries",
    "SELECT bytes FROM (SELECT seq, bytes, row_number() OVER w AS n, sum(octet_length(bytes)) OVER w AS "
    "total "
    "  FROM (SELECT seq, bytes FROM chain_entry WHERE space = $1::bytea AND seq > $2::bigint ORDER BY seq "
    "        LIMIT " SAMLA_PG_ROWS_AT_ONCE
    ") AS e WINDOW w AS (ORDER BY seq ROWS UNBOUNDED PRECEDING)) AS t "
    "WHERE $3::bigint > 0 AND (n = 1 OR total <= $3::bigint) ORDER BY seq"};
constexpr PgStatement kAllEntries = {"all_entries",
                                     "SELECT space, bytes, placed FROM chain_entry WHERE placed > $1::bigint "
                                     "ORDER BY placed LIMIT " SAMLA_PG_ROWS_AT_ONCE};
constexpr PgStatement kGrants = {"grants",
                                 "SELECT epoch, sealed FROM sealed_grant WHERE space = $1::bytea AND "
                                 "recipient = $2::bytea ORDER BY epoch DESC LIMIT $3::bigint"};
constexpr PgStatement kLastChangeset = {
    "last_changeset",
    "SELECT " SAMLA_PG_CHANGESET " FROM changeset c WHERE space = $1::bytea ORDER BY seq DESC LIMIT 1"};
constexpr PgStatement kChangesetAt = {"changeset_at",
                                      "SELECT " SAMLA_PG_CHANGESET
                                      " FROM changeset c WHERE space = $1::bytea AND seq = $2::bigint"};
constexpr PgStatement kChangesetsAfter = {
    "changesets_after",
    "SELECT " SAMLA_PG_CHANGESET
    ", c.bytes FROM (SELECT e.*, row_number() OVER w AS n, sum(octet_length(bytes)) OVER w AS total "
    "  FROM (SELECT * FROM changeset WHERE space = $1::bytea AND seq > $2::bigint ORDER BY seq "
    "        LIMIT " SAMLA_PG_ROWS_AT_ONCE
    ") AS e WINDOW w AS (ORDER BY seq ROWS UNBOUNDED PRECEDING)) AS c "
    "WHERE $3::bigint > 0 AND (n = 1 OR total <= $3::bigint) ORDER BY seq"};
constexpr PgStatement kChangesetOf = {"changeset_of",
                                      "SELECT " SAMLA_PG_CHANGESET
                                      " FROM changeset c WHERE space = $1::bytea AND writer = $2::bytea AND "
                                      "writer_seq = $3::bigint"};
constexpr PgStatement kLastOfWriter = {"last_of_writer",
                                       "SELECT " SAMLA_PG_CHANGESET
                                       " FROM changeset c WHERE space = $1::bytea AND writer = $2::bytea "
                                       "ORDER BY writer_seq DESC LIMIT 1"};
// From writer to writer along the index: a history is long, its writers are few.
constexpr PgStatement kWriterTips = {
    "writer_tips",
    "WITH RECURSIVE w AS ("
    "  (SELECT writer FROM changeset WHERE space = $1::bytea ORDER BY writer LIMIT 1)"
    "  UNION ALL SELECT (SELECT writer FROM changeset n WHERE space = $1::bytea AND n.writer > w.writer "
    "                    ORDER BY writer LIMIT 1) FROM w WHERE w.writer IS NOT NULL)"
    "SELECT " SAMLA_PG_CHANGESET
    " FROM w CROSS JOIN LATERAL (SELECT * FROM changeset t WHERE space = $1::bytea AND t.writer = w.writer "
    "ORDER BY writer_seq DESC LIMIT 1) AS c WHERE w.writer IS NOT NULL ORDER BY c.writer"};
#define SAMLA_PG_RECORD "record, touched, state, live"
constexpr PgStatement kRecord = {
    "record", "SELECT " SAMLA_PG_RECORD " FROM record_state WHERE space = $1::bytea AND record = $2::bytea"};
constexpr PgStatement kRecordsDown = {
    "records_down",
    "SELECT " SAMLA_PG_RECORD
    " FROM record_state WHERE space = $1::bytea AND "
    "(touched, record) < ($2::bigint, $3::bytea) ORDER BY touched DESC, record DESC LIMIT $4::bigint"};
constexpr PgStatement kRecordsUp = {
    "records_up", "SELECT " SAMLA_PG_RECORD
                  " FROM record_state WHERE space = $1::bytea AND "
                  "(touched, record) > ($2::bigint, $3::bytea) ORDER BY touched, record LIMIT $4::bigint"};
constexpr PgStatement kRecordPlaces = {"record_places",
                                       "SELECT seq FROM record_place WHERE space = $1::bytea AND record = "
                                       "$2::bytea AND seq > $3::bigint ORDER BY seq LIMIT $4::bigint"};
constexpr PgStatement kContested = {"contested",
                                    "SELECT record, tag, heads FROM contested_field WHERE space = $1::bytea "
                                    "ORDER BY record, tag LIMIT $2::bigint"};
constexpr PgStatement kCounts = {
    "counts",
    "SELECT (SELECT count(DISTINCT space) FROM changeset), (SELECT count(*) FROM changeset), "
    "(SELECT coalesce(sum(octet_length(bytes)), 0)::bigint FROM changeset), "
    "(SELECT count(*) FROM chain_entry), (SELECT count(*) FROM sealed_grant), "
    "(SELECT count(*) FROM record_state), (SELECT count(*) FROM contested_field)"};
constexpr PgStatement kValues = {"values", "SELECT convert_to(name, 'UTF8'), value FROM meta"};
constexpr PgStatement kSpaces = {"spaces", "SELECT space FROM space WHERE seq > 0 ORDER BY space"};
constexpr PgStatement kAllGrants = {
    "all_grants",
    "SELECT space, recipient, epoch, sealed FROM sealed_grant WHERE (space, recipient, epoch) > "
    "($1::bytea, $2::bytea, $3::bigint) ORDER BY space, recipient, epoch LIMIT " SAMLA_PG_ROWS_AT_ONCE};
constexpr PgStatement kAllRecords = {"all_records", "SELECT " SAMLA_PG_RECORD
                                                    " FROM record_state WHERE space = $1::bytea "
                                                    "AND record > $2::bytea ORDER BY record LIMIT 128"};
constexpr PgStatement kAllPlaces = {
    "all_places",
    "SELECT record, seq FROM record_place WHERE space = $1::bytea AND (record, seq) > ($2::bytea, "
    "$3::bigint) ORDER BY record, seq LIMIT " SAMLA_PG_ROWS_AT_ONCE};
constexpr PgStatement kAllTips = {"all_tips", "SELECT space, seq, head FROM space"};

constexpr std::uint64_t kSeqMax = std::numeric_limits<std::int64_t>::max();

std::size_t capped(std::size_t number) { return std::min(number, static_cast<std::size_t>(kSeqMax)); }

Result<std::optional<StoredChangeset>> one_changeset(const PgResult& rows) {
  if (rows.rows() == 0) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(StoredChangeset out, read_pg_changeset(rows, 0));
  return std::optional(std::move(out));
}

std::optional<Bytes> one_value(const PgResult& rows) {
  if (rows.rows() == 0) return {};
  return to_bytes(rows.bytes(0, 0));
}

}  // namespace

const PgStatement kPgChainsSince = {
    "chains_since",
    "SELECT r.number, e.space, e.bytes FROM revision r LEFT JOIN chain_entry e "
    "ON e.placed > $1::bigint AND r.number > $1::bigint ORDER BY e.placed"};
const PgStatement kPgTips = {"tips", "SELECT space, seq, head FROM space WHERE space = ANY ($1::bytea[])"};
const PgStatement kPgLastOfWriters = {
    "last_of_writers", "SELECT k.space, k.writer, " SAMLA_PG_CHANGESET
                       " FROM unnest($1::bytea[], $2::bytea[]) AS k(space, writer) LEFT JOIN LATERAL "
                       "(SELECT * FROM changeset t WHERE t.space = k.space AND t.writer = k.writer "
                       "ORDER BY writer_seq DESC LIMIT 1) AS c ON true"};
const PgStatement kPgRecords = {
    "records",
    "SELECT k.space, k.record, r.touched, r.state, r.live "
    "FROM unnest($1::bytea[], $2::bytea[]) AS k(space, record) LEFT JOIN LATERAL "
    "(SELECT touched, state, live FROM record_state t WHERE t.space = k.space AND t.record = k.record "
    "LIMIT 1) AS r ON true"};

Result<StoredChangeset> read_pg_changeset(const PgResult& rows, int row, int column) {
  StoredChangeset out;
  out.seq = rows.seq(row, column);
  SAMLA_ASSIGN(out.head, rows.fixed<Hash>(row, column + 1));
  SAMLA_ASSIGN(out.writer, rows.fixed<WriterId>(row, column + 2));
  out.writer_seq = rows.seq(row, column + 3);
  SAMLA_ASSIGN(out.hash, rows.fixed<Hash>(row, column + 4));
  out.validity = static_cast<std::uint8_t>(rows.number(row, column + 5));
  out.identity_seq = rows.seq(row, column + 6);
  out.space_seq = rows.seq(row, column + 7);
  return out;
}

Result<StoredRecord> read_pg_record(const PgResult& rows, int row, int column) {
  StoredRecord out;
  SAMLA_ASSIGN(out.record, rows.fixed<RecordId>(row, column));
  out.touched = rows.seq(row, column + 1);
  out.state = to_bytes(rows.bytes(row, column + 2));
  out.live = to_bytes(rows.bytes(row, column + 3));
  return out;
}

Result<ChainTail> read_pg_chain_tail(const PgResult& rows) {
  if (rows.rows() == 0) return fail(ErrorCode::store_corrupt, "storage.read", "no revision");
  ChainTail out{rows.seq(0, 0), {}};
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.is_null(row, 1)) continue;
    SAMLA_ASSIGN(const SpaceId space, rows.fixed<SpaceId>(row, 1));
    out.entries.emplace_back(space, to_bytes(rows.bytes(row, 2)));
  }
  return out;
}

Result<std::vector<SpaceTip>> read_pg_tips(const PgResult& rows) {
  std::vector<SpaceTip> out;
  for (int row = 0; row < rows.rows(); ++row) {
    SpaceTip tip;
    SAMLA_ASSIGN(tip.space, rows.fixed<SpaceId>(row, 0));
    tip.seq = rows.seq(row, 1);
    SAMLA_ASSIGN(tip.head, rows.fixed<Hash>(row, 2));
    out.push_back(tip);
  }
  return out;
}

Result<std::optional<Bytes>> PgReads::value(std::string_view name) {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kValue, PgParams().add_text(name)));
  return one_value(rows);
}

Result<std::vector<Bytes>> PgReads::chain_entries(const SpaceId& space, std::uint64_t seq,
                                                  std::size_t bytes_max) {
  std::vector<Bytes> out;
  if (seq > kSeqMax) return out;
  SAMLA_ASSIGN(const PgResult rows,
               db_.read(kChainEntries, PgParams().add(space).add_seq(seq).add_seq(capped(bytes_max))));
  for (int row = 0; row < rows.rows(); ++row) out.push_back(to_bytes(rows.bytes(row, 0)));
  return out;
}

Result<void> PgReads::all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take) {
  for (std::uint64_t placed = 0;;) {
    SAMLA_ASSIGN(const PgResult rows, db_.read(kAllEntries, PgParams().add_seq(placed)));
    if (rows.rows() == 0) return {};
    for (int row = 0; row < rows.rows(); ++row) {
      SAMLA_ASSIGN(const SpaceId space, rows.fixed<SpaceId>(row, 0));
      SAMLA_TRY(take(space, rows.bytes(row, 1)));
      placed = rows.seq(row, 2);
    }
  }
}

Result<std::vector<StoredGrant>> PgReads::grants(const SpaceId& space, const RecipientId& recipient,
                                                 std::size_t count_max) {
  SAMLA_ASSIGN(const PgResult rows,
               db_.read(kGrants, PgParams().add(space).add(recipient).add_seq(capped(count_max))));
  std::vector<StoredGrant> out;
  for (int row = 0; row < rows.rows(); ++row) {
    out.push_back({static_cast<std::uint32_t>(rows.number(row, 0)), recipient, to_bytes(rows.bytes(row, 1))});
  }
  return out;
}

Result<std::optional<StoredChangeset>> PgReads::last_changeset(const SpaceId& space) {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kLastChangeset, PgParams().add(space)));
  return one_changeset(rows);
}

Result<std::optional<StoredChangeset>> PgReads::changeset_at(const SpaceId& space, std::uint64_t seq) {
  if (seq > kSeqMax) return std::optional<StoredChangeset>();
  SAMLA_ASSIGN(const PgResult rows, db_.read(kChangesetAt, PgParams().add(space).add_seq(seq)));
  return one_changeset(rows);
}

Result<std::vector<StoredChangeset>> PgReads::changesets_after(const SpaceId& space, std::uint64_t seq,
                                                               std::size_t bytes_max) {
  std::vector<StoredChangeset> out;
  if (seq > kSeqMax) return out;
  SAMLA_ASSIGN(const PgResult rows,
               db_.read(kChangesetsAfter, PgParams().add(space).add_seq(seq).add_seq(capped(bytes_max))));
  for (int row = 0; row < rows.rows(); ++row) {
    SAMLA_ASSIGN(StoredChangeset changeset, read_pg_changeset(rows, row));
    changeset.bytes = to_bytes(rows.bytes(row, kChangesetColumns));
    out.push_back(std::move(changeset));
  }
  return out;
}

Result<std::optional<StoredChangeset>> PgReads::changeset_of(const SpaceId& space, const WriterId& writer,
                                                             std::uint64_t writer_seq) {
  if (writer_seq > kSeqMax) return std::optional<StoredChangeset>();
  PgParams params;
  params.add(space).add(writer);
  if (writer_seq != 0) params.add_seq(writer_seq);
  SAMLA_ASSIGN(const PgResult rows,
               db_.read(writer_seq == 0 ? kLastOfWriter : kChangesetOf, std::move(params)));
  return one_changeset(rows);
}

Result<std::vector<StoredChangeset>> PgReads::writer_tips(const SpaceId& space) {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kWriterTips, PgParams().add(space)));
  std::vector<StoredChangeset> out;
  for (int row = 0; row < rows.rows(); ++row) {
    SAMLA_ASSIGN(StoredChangeset changeset, read_pg_changeset(rows, row));
    out.push_back(std::move(changeset));
  }
  return out;
}

Result<std::optional<StoredRecord>> PgReads::record(const SpaceId& space, const RecordId& record) {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kRecord, PgParams().add(space).add(record)));
  if (rows.rows() == 0) return std::optional<StoredRecord>();
  SAMLA_ASSIGN(StoredRecord out, read_pg_record(rows, 0, 0));
  return std::optional(std::move(out));
}

Result<std::vector<StoredRecord>> PgReads::records_by_touch(const SpaceId& space, StorageReader::Order order,
                                                            std::uint64_t touched, const RecordId& record,
                                                            std::size_t count_max) {
  PgParams params;
  params.add(space).add_seq(std::min(touched, kSeqMax)).add(record).add_seq(capped(count_max));
  SAMLA_ASSIGN(const PgResult rows,
               db_.read(order == StorageReader::Order::kDown ? kRecordsDown : kRecordsUp, std::move(params)));
  std::vector<StoredRecord> out;
  for (int row = 0; row < rows.rows(); ++row) {
    SAMLA_ASSIGN(StoredRecord each, read_pg_record(rows, row, 0));
    out.push_back(std::move(each));
  }
  return out;
}

Result<std::vector<std::uint64_t>> PgReads::record_places(const SpaceId& space, const RecordId& record,
                                                          std::uint64_t seq, std::size_t count_max) {
  std::vector<std::uint64_t> out;
  if (seq > kSeqMax) return out;
  PgParams params;
  params.add(space).add(record).add_seq(seq).add_seq(capped(count_max));
  SAMLA_ASSIGN(const PgResult rows, db_.read(kRecordPlaces, std::move(params)));
  for (int row = 0; row < rows.rows(); ++row) out.push_back(rows.seq(row, 0));
  return out;
}

Result<std::vector<ContestedField>> PgReads::contested(const SpaceId& space, std::size_t count_max) {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kContested, PgParams().add(space).add_seq(capped(count_max))));
  std::vector<ContestedField> out;
  for (int row = 0; row < rows.rows(); ++row) {
    ContestedField field;
    SAMLA_ASSIGN(field.record, rows.fixed<RecordId>(row, 0));
    SAMLA_ASSIGN(field.tag, rows.fixed<FieldTag>(row, 1));
    field.heads = static_cast<std::uint32_t>(rows.number(row, 2));
    out.push_back(field);
  }
  return out;
}

Result<StorageCounts> PgReads::counts() {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kCounts, {}));
  const auto number = [&](int column) { return rows.seq(0, column); };
  return StorageCounts{number(0), number(1), number(2), number(3), number(4), number(5), number(6)};
}

Result<std::map<std::string, Bytes>> PgReads::values() {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kValues, {}));
  std::map<std::string, Bytes> out;
  for (int row = 0; row < rows.rows(); ++row) {
    out[std::string(as_text(rows.bytes(row, 0)))] = to_bytes(rows.bytes(row, 1));
  }
  return out;
}

Result<std::vector<SpaceId>> PgReads::spaces() {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kSpaces, {}));
  std::vector<SpaceId> out;
  for (int row = 0; row < rows.rows(); ++row) {
    SAMLA_ASSIGN(const SpaceId space, rows.fixed<SpaceId>(row, 0));
    out.push_back(space);
  }
  return out;
}

Result<void> PgReads::all_grants(
    const std::function<Result<void>(const SpaceId&, const StoredGrant&)>& take) {
  // Before the first: an empty string is before every id.
  PgParams after = PgParams().add(ByteView()).add(ByteView()).add(std::int64_t{0});
  for (;;) {
    SAMLA_ASSIGN(const PgResult rows, db_.read(kAllGrants, after));
    if (rows.rows() == 0) return {};
    for (int row = 0; row < rows.rows(); ++row) {
      SAMLA_ASSIGN(const SpaceId space, rows.fixed<SpaceId>(row, 0));
      StoredGrant grant;
      SAMLA_ASSIGN(grant.recipient, rows.fixed<RecipientId>(row, 1));
      grant.epoch = static_cast<std::uint32_t>(rows.number(row, 2));
      grant.sealed = to_bytes(rows.bytes(row, 3));
      SAMLA_TRY(take(space, grant));
      after = PgParams().add(space).add(grant.recipient).add(rows.number(row, 2));
    }
  }
}

Result<void> PgReads::all_records(const SpaceId& space,
                                  const std::function<Result<void>(const StoredRecord&)>& take) {
  Bytes after;
  for (;;) {
    SAMLA_ASSIGN(const PgResult rows, db_.read(kAllRecords, PgParams().add(space).add(ByteView(after))));
    if (rows.rows() == 0) return {};
    for (int row = 0; row < rows.rows(); ++row) {
      SAMLA_ASSIGN(const StoredRecord record, read_pg_record(rows, row, 0));
      SAMLA_TRY(take(record));
      after = to_bytes(record.record.view());
    }
  }
}

Result<void> PgReads::all_record_places(
    const SpaceId& space, const std::function<Result<void>(const RecordId&, std::uint64_t)>& take) {
  PgParams after = PgParams().add(space).add(ByteView()).add(std::int64_t{0});
  for (;;) {
    SAMLA_ASSIGN(const PgResult rows, db_.read(kAllPlaces, after));
    if (rows.rows() == 0) return {};
    for (int row = 0; row < rows.rows(); ++row) {
      SAMLA_ASSIGN(const RecordId record, rows.fixed<RecordId>(row, 0));
      SAMLA_TRY(take(record, rows.seq(row, 1)));
      after = PgParams().add(space).add(record).add_seq(rows.seq(row, 1));
    }
  }
}

Result<ChainTail> PgReads::chains_since(std::uint64_t revision) {
  SAMLA_ASSIGN(const PgResult rows, db_.read(kPgChainsSince, PgParams().add_seq(revision)));
  return read_pg_chain_tail(rows);
}

Result<std::vector<SpaceTip>> PgReads::tips(const std::optional<std::set<SpaceId>>& spaces) {
  if (!spaces) {
    SAMLA_ASSIGN(const PgResult rows, db_.read(kAllTips, {}));
    return read_pg_tips(rows);
  }
  std::vector<ByteView> list;
  for (const SpaceId& space : *spaces) list.push_back(space.view());
  SAMLA_ASSIGN(const PgResult rows, db_.read(kPgTips, PgParams().add_array(list)));
  return read_pg_tips(rows);
}

}  // namespace samla::server
