#include "sync-server/storage/postgres/pg_transaction.h"

#include <utility>

namespace samla::server {
namespace {

constexpr PgStatement kBegin = {"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr PgStatement kCommit = {"commit", "COMMIT"};
// The table's own number names the lock, so that two organisations in two schemas don't meet.
constexpr PgStatement kLockChains = {
    "lock_chains", "SELECT pg_advisory_xact_lock(7420, 'revision'::regclass::oid::bigint::int)"};
constexpr PgStatement kShareChains = {
    "share_chains", "SELECT pg_advisory_xact_lock_shared(7420, 'revision'::regclass::oid::bigint::int)"};
constexpr PgStatement kLockSpaces = {
    "lock_spaces",
    "SELECT space, seq, head FROM space WHERE space = ANY ($1::bytea[]) ORDER BY space FOR UPDATE"};

constexpr PgStatement kNewSpaces = {
    "new_spaces",
    "INSERT INTO space(space, seq, head) SELECT id, 0, decode(repeat('00', 32), 'hex') "
    "FROM unnest($1::bytea[]) AS n(id) ORDER BY id ON CONFLICT (space) DO NOTHING"};

constexpr PgStatement kPutValue = {"put_value",
                                   "INSERT INTO meta VALUES (convert_from($1::bytea, 'UTF8'), $2::bytea) "
                                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
constexpr PgStatement kDropValue = {"drop_value",
                                    "DELETE FROM meta WHERE name = convert_from($1::bytea, 'UTF8')"};
constexpr PgStatement kPutEntry = {"put_entry",
                                   "INSERT INTO chain_entry(space, seq, placed, bytes) VALUES ($1::bytea, "
                                   "$2::bigint, $3::bigint, $4::bytea)"};
constexpr PgStatement kPutGrant = {
    "put_grant",
    "INSERT INTO sealed_grant(space, recipient, epoch, sealed) "
    "VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bytea) "
    "ON CONFLICT (space, recipient, epoch) DO UPDATE SET sealed = excluded.sealed"};
constexpr PgStatement kPutChangesets = {
    "put_changesets",
    "INSERT INTO changeset(space, seq, writer, writer_seq, head, hash, validity, identity_seq, space_seq, "
    "bytes) "
    "SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bytea[], "
    "$7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[])"};
constexpr PgStatement kPutValidity = {
    "put_validity",
    "UPDATE changeset SET validity = $3::bigint WHERE space = $1::bytea AND seq = $2::bigint"};
constexpr PgStatement kPutErased = {
    "put_erased", "UPDATE changeset SET bytes = $3::bytea WHERE space = $1::bytea AND seq = $2::bigint"};
constexpr PgStatement kPutRecords = {
    "put_records",
    "INSERT INTO record_state(space, record, touched, state, live) "
    "SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[]) "
    "ON CONFLICT (space, record) DO UPDATE SET touched = excluded.touched, state = excluded.state, "
    "live = excluded.live"};
constexpr PgStatement kPutPlaces = {"put_places",
                                    "INSERT INTO record_place(space, record, seq) "
                                    "SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) "
                                    "ON CONFLICT (space, record, seq) DO NOTHING"};
constexpr PgStatement kDropContested = {
    "drop_contested", "DELETE FROM contested_field WHERE space = $1::bytea AND record = $2::bytea"};
constexpr PgStatement kPutContested = {"put_contested",
                                       "INSERT INTO contested_field(space, record, tag, heads) "
                                       "VALUES ($1::bytea, $2::bytea, $3::bytea, $4::bigint)"};
constexpr PgStatement kPutTips = {
    "put_tips",
    "INSERT INTO space(space, seq, head) "
    "SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) "
    "ON CONFLICT (space) DO UPDATE SET seq = excluded.seq, head = excluded.head"};
constexpr PgStatement kPutRevision = {"put_revision", "UPDATE revision SET number = $1::bigint"};

std::int64_t as_signed(std::uint64_t number) { return static_cast<std::int64_t>(number); }

/// The ids of pairs as two arrays.
template <class Id>
PgParams arrays_of(const std::set<std::pair<SpaceId, Id>>& pairs) {
  std::vector<ByteView> spaces, ids;
  for (const auto& [space, id] : pairs) {
    spaces.push_back(space.view());
    ids.push_back(id.view());
  }
  return PgParams().add_array(spaces).add_array(ids);
}

std::vector<ByteView> views_of(const std::set<SpaceId>& spaces) {
  std::vector<ByteView> out;
  for (const SpaceId& space : spaces) out.push_back(space.view());
  return out;
}

}  // namespace

Result<std::unique_ptr<PgTransaction>> PgTransaction::begin(PgSession& session, const TransactionScope& scope,
                                                            std::function<void()> over) {
  for (bool again = false;; again = true) {
    SAMLA_ASSIGN(PgConnection* const connection, session.connection());
    std::unique_ptr<PgTransaction> self(new PgTransaction(*connection, scope.chains));
    const auto begun = self->lock_and_read(scope);
    if (begun.ok()) {
      self->over_ = std::move(over);
      return self;
    }
    // Lost while nothing had happened yet: a new connection may begin anew. Not before this transaction has
    // gone, which holds on to the old one.
    if (again || connection->alive()) return begun.error();
  }
}

PgTransaction::~PgTransaction() { end(); }

/// Whoever comes next finds the connection free.
void PgTransaction::end() {
  if (std::exchange(ended_, true)) return;
  if (!committed_ && connection_.alive()) (void)connection_.execute("ROLLBACK");
  if (over_) over_();
}

Result<void> PgTransaction::lock_and_read(const TransactionScope& scope) {
  PgBatch batch;
  batch.add(kBegin);
  batch.add(chains_ ? kLockChains : kShareChains);
  batch.add(kPgChainsSince, PgParams().add_seq(scope.revision));
  batch.add(kLockSpaces, PgParams().add_array(views_of(scope.spaces)));
  batch.add(kPgTips, PgParams().add_array(views_of(scope.watched)));
  if (!scope.writers.empty()) batch.add(kPgLastOfWriters, arrays_of(scope.writers));
  if (!scope.records.empty()) batch.add(kPgRecords, arrays_of(scope.records));
  SAMLA_ASSIGN(const std::vector<PgResult> results, connection_.run(batch));
  ahead_.since = scope.revision;
  SAMLA_ASSIGN(ahead_.chains, read_pg_chain_tail(results[2]));
  revision_ = ahead_.chains->revision;
  for (const int locked_or_watched : {3, 4}) {
    SAMLA_ASSIGN(const auto tips, read_pg_tips(results[static_cast<std::size_t>(locked_or_watched)]));
    for (const SpaceTip& tip : tips) ahead_.tips[tip.space] = tip;
  }
  ahead_.tips_of = scope.spaces;
  ahead_.tips_of.insert(scope.watched.begin(), scope.watched.end());
  std::size_t next = 5;
  if (!scope.writers.empty()) {
    const PgResult& rows = results[next++];
    for (int row = 0; row < rows.rows(); ++row) {
      SAMLA_ASSIGN(const SpaceId space, rows.fixed<SpaceId>(row, 0));
      SAMLA_ASSIGN(const WriterId writer, rows.fixed<WriterId>(row, 1));
      auto& last = ahead_.writers[{space, writer}];
      if (!rows.is_null(row, 2)) {
        SAMLA_ASSIGN(last, read_pg_changeset(rows, row, 2));
      }
    }
  }
  if (!scope.records.empty()) {
    const PgResult& rows = results[next++];
    for (int row = 0; row < rows.rows(); ++row) {
      SAMLA_ASSIGN(const SpaceId space, rows.fixed<SpaceId>(row, 0));
      SAMLA_ASSIGN(const RecordId record, rows.fixed<RecordId>(row, 1));
      auto& stored = ahead_.records[{space, record}];
      if (!rows.is_null(row, 2)) {
        SAMLA_ASSIGN(stored, read_pg_record(rows, row, 1));
      }
    }
  }
  return lock_new_spaces(scope);
}

/// A space's row is made with its chain's first entry, so that there is something to lock. Where it is not
/// there all the same, it is made now: two who placed a first changeset would not see each other.
Result<void> PgTransaction::lock_new_spaces(const TransactionScope& scope) {
  std::vector<ByteView> missing;
  for (const SpaceId& space : scope.spaces) {
    if (!ahead_.tips.contains(space)) missing.push_back(space.view());
  }
  if (missing.empty() || chains_) return {};
  PgBatch batch;
  batch.add(kNewSpaces, PgParams().add_array(missing));
  batch.add(kLockSpaces, PgParams().add_array(missing));
  SAMLA_ASSIGN(const std::vector<PgResult> results, connection_.run(batch));
  SAMLA_ASSIGN(const auto tips, read_pg_tips(results[1]));
  for (const SpaceTip& tip : tips) ahead_.tips[tip.space] = tip;
  // What was read ahead of them was read before they were locked.
  ahead_.writers.clear();
  ahead_.records.clear();
  return {};
}

// ---- puts

std::uint64_t PgTransaction::revise() {
  SAMLA_ASSERT(chains_);
  revised_ = true;
  return ++revision_;
}

Result<void> PgTransaction::put_value(std::string_view name, ByteView value) {
  revise();
  batch_.add(kPutValue, PgParams().add_text(name).add(value));
  return {};
}

Result<void> PgTransaction::drop_value(std::string_view name) {
  revise();
  batch_.add(kDropValue, PgParams().add_text(name));
  return {};
}

Result<void> PgTransaction::put_entry(const SpaceId& space, std::uint64_t seq, ByteView entry) {
  ahead_.chains.reset();
  batch_.add(kPutEntry, PgParams().add(space).add_seq(seq).add_seq(revise()).add(entry));
  if (seq == 1 && !space.is_zero()) batch_.add(kNewSpaces, PgParams().add_array({space.view()}));
  return {};
}

Result<void> PgTransaction::put_grant(const SpaceId& space, const StoredGrant& grant) {
  batch_.add(kPutGrant,
             PgParams().add(space).add(grant.recipient).add(std::int64_t{grant.epoch}).add(grant.sealed));
  return {};
}

Result<void> PgTransaction::put_changeset(const SpaceId& space, const StoredChangeset& changeset) {
  if (as_signed(changeset.seq) < 0) return fail(ErrorCode::too_large, "storage.put");
  ahead_.writers.erase({space, changeset.writer});
  auto& [seq, head] = tips_[space];
  if (changeset.seq >= seq) {
    seq = changeset.seq;
    head = changeset.head;
  }
  changesets_.emplace_back(space, changeset);
  return {};
}

Result<void> PgTransaction::put_validity(const SpaceId& space, std::uint64_t seq, std::uint8_t validity) {
  gather();
  ahead_.writers.clear();
  batch_.add(kPutValidity, PgParams().add(space).add_seq(seq).add(std::int64_t{validity}));
  return {};
}

Result<void> PgTransaction::put_erased(const SpaceId& space, std::uint64_t seq, ByteView bytes) {
  gather();
  batch_.add(kPutErased, PgParams().add(space).add_seq(seq).add(bytes));
  return {};
}

Result<void> PgTransaction::put_record(const SpaceId& space, const StoredRecord& record) {
  if (as_signed(record.touched) < 0) return fail(ErrorCode::too_large, "storage.put");
  ahead_.records.erase({space, record.record});
  records_[{space, record.record}] = record;
  return {};
}

Result<void> PgTransaction::put_record_place(const SpaceId& space, const RecordId& record,
                                             std::uint64_t seq) {
  if (as_signed(seq) < 0) return fail(ErrorCode::too_large, "storage.put");
  places_.emplace(space, record, seq);
  return {};
}

Result<void> PgTransaction::put_contested(const SpaceId& space, const RecordId& record,
                                          const std::vector<ContestedField>& fields) {
  batch_.add(kDropContested, PgParams().add(space).add(record));
  for (const ContestedField& field : fields) {
    batch_.add(kPutContested,
               PgParams().add(space).add(record).add(field.tag).add(std::int64_t{field.heads}));
  }
  return {};
}

// ---- sending

/// What is held by kind becomes statements.
void PgTransaction::gather() {
  gather_changesets();
  gather_records();
}

void PgTransaction::gather_changesets() {
  if (changesets_.empty()) return;
  std::vector<ByteView> spaces, writers, heads, hashes, bytes;
  std::vector<std::int64_t> seqs, writer_seqs, validities, identity_seqs, space_seqs;
  for (const auto& [space, c] : changesets_) {
    spaces.push_back(space.view());
    seqs.push_back(as_signed(c.seq));
    writers.push_back(c.writer.view());
    writer_seqs.push_back(as_signed(c.writer_seq));
    heads.push_back(c.head.view());
    hashes.push_back(c.hash.view());
    validities.push_back(c.validity);
    identity_seqs.push_back(as_signed(c.identity_seq));
    space_seqs.push_back(as_signed(c.space_seq));
    bytes.push_back(c.bytes);
  }
  PgParams params;
  params.add_array(spaces).add_array(seqs).add_array(writers).add_array(writer_seqs).add_array(heads);
  params.add_array(hashes).add_array(validities).add_array(identity_seqs).add_array(space_seqs);
  batch_.add(kPutChangesets, std::move(params.add_array(bytes)));
  changesets_.clear();
}

void PgTransaction::gather_records() {
  if (!records_.empty()) {
    std::vector<ByteView> spaces, records, states, lives;
    std::vector<std::int64_t> touched;
    for (const auto& [key, record] : records_) {
      spaces.push_back(key.first.view());
      records.push_back(key.second.view());
      touched.push_back(as_signed(record.touched));
      states.push_back(record.state);
      lives.push_back(record.live);
    }
    PgParams params;
    params.add_array(spaces).add_array(records).add_array(touched).add_array(states).add_array(lives);
    batch_.add(kPutRecords, std::move(params));
    records_.clear();
  }
  if (places_.empty()) return;
  std::vector<ByteView> spaces, records;
  std::vector<std::int64_t> seqs;
  for (const auto& [space, record, seq] : places_) {
    spaces.push_back(space.view());
    records.push_back(record.view());
    seqs.push_back(as_signed(seq));
  }
  batch_.add(kPutPlaces, std::move(PgParams().add_array(spaces).add_array(records).add_array(seqs)));
  places_.clear();
}

Result<std::vector<PgResult>> PgTransaction::run() { return connection_.run(std::exchange(batch_, {})); }

Result<PgResult> PgTransaction::read(const PgStatement& statement, PgParams params) {
  gather();
  batch_.add(statement, std::move(params));
  SAMLA_ASSIGN(auto results, run());
  return std::move(results.back());
}

Result<void> PgTransaction::commit() {
  const auto committed = send_commit();
  end();
  return committed;
}

Result<void> PgTransaction::send_commit() {
  gather();
  if (!tips_.empty()) {
    std::vector<ByteView> spaces, heads;
    std::vector<std::int64_t> seqs;
    for (const auto& [space, tip] : tips_) {
      spaces.push_back(space.view());
      seqs.push_back(as_signed(tip.first));
      heads.push_back(tip.second.view());
    }
    batch_.add(kPutTips, std::move(PgParams().add_array(spaces).add_array(seqs).add_array(heads)));
  }
  if (revised_) batch_.add(kPutRevision, PgParams().add_seq(revision_));
  batch_.add(kCommit);
  (void)connection_.take_warning();
  SAMLA_ASSIGN(const auto results, run());
  committed_ = true;
  // A transaction that had failed before would be told "ROLLBACK" here, as a success.
  if (results.back().command() != "COMMIT") return fail(ErrorCode::io, "storage.commit");
  if (connection_.take_warning()) {
    return fail(ErrorCode::io, "storage.commit", "a standby has not confirmed the commit");
  }
  return {};
}

}  // namespace samla::server
