#include "sync-server/storage/sqlite/sqlite_storage.h"

#include <utility>

#include "core/sqlite/transaction.h"
#include "sync-server/storage/sqlite/sqlite_reader.h"

namespace samla::server {
namespace {

/// Do not renumber; a change of the tables is a new version.
constexpr std::int64_t kSchemaVersion = 2;

// Step n leads from version n to n + 1. Steps that have been released are never changed.
// Histories and record states hang on a small space number, so that a row costs no 16-byte id twice.
constexpr const char* kSteps[kSchemaVersion] = {R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE space(number INTEGER PRIMARY KEY, space BLOB NOT NULL UNIQUE);
CREATE TABLE chain_entry(placed INTEGER PRIMARY KEY, space BLOB NOT NULL, seq INTEGER NOT NULL,
  bytes BLOB NOT NULL, UNIQUE(space, seq));
CREATE TABLE sealed_grant(space BLOB NOT NULL, recipient BLOB NOT NULL, epoch INTEGER NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY(space, recipient, epoch)) WITHOUT ROWID;
CREATE TABLE changeset(id INTEGER PRIMARY KEY, head BLOB NOT NULL, writer BLOB NOT NULL,
  writer_seq INTEGER NOT NULL, hash BLOB NOT NULL, validity INTEGER NOT NULL,
  identity_seq INTEGER NOT NULL, space_seq INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE writer_place(space INTEGER NOT NULL, writer BLOB NOT NULL, writer_seq INTEGER NOT NULL,
  seq INTEGER NOT NULL, PRIMARY KEY(space, writer, writer_seq)) WITHOUT ROWID;
CREATE TABLE record_state(space INTEGER NOT NULL, record BLOB NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY(space, record)) WITHOUT ROWID;
CREATE TABLE contested_field(space INTEGER NOT NULL, record BLOB NOT NULL, tag BLOB NOT NULL,
  heads INTEGER NOT NULL, PRIMARY KEY(space, record, tag)) WITHOUT ROWID;
PRAGMA user_version = 1;
)",
                                                R"(
ALTER TABLE record_state ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record_state ADD COLUMN live BLOB NOT NULL DEFAULT x'';
CREATE INDEX record_touched ON record_state(space, touched, record);
CREATE TABLE record_place(space INTEGER NOT NULL, record BLOB NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(space, record, seq)) WITHOUT ROWID;
-- Those tables are filled from the changesets when a server opens them next (pack_index.h).
INSERT OR REPLACE INTO meta SELECT 'unindexed', x'' WHERE EXISTS(SELECT 1 FROM changeset);
PRAGMA user_version = 2;
)"};

Result<std::int64_t> schema_version(sqlite::Connection& db) {
  SAMLA_ASSIGN(auto read, db.prepare("PRAGMA user_version"));
  SAMLA_TRY(read.step());
  return read.column_int64(0);
}

Result<sqlite::Connection> open_for_reading(const std::filesystem::path& file) {
  sqlite::OpenFlags flags;
  flags.role = sqlite::Role::reader;
  flags.create = false;
  flags.busy_timeout_ms = 1000;
  return sqlite::Connection::open(file, {}, flags);
}

Result<void> set_up_schema(sqlite::Connection& db) {
  SAMLA_ASSIGN(const std::int64_t version, schema_version(db));
  if (version == kSchemaVersion) return {};
  if (version < 0 || version > kSchemaVersion) return fail(ErrorCode::version_unknown, "storage.open");
  SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(db));
  for (std::int64_t step = version; step < kSchemaVersion; ++step) SAMLA_TRY(db.execute(kSteps[step]));
  return transaction.commit();
}

class SqliteTransaction final : public StorageTransaction {
 public:
  SqliteTransaction(sqlite::Connection& db, SqliteReads& reads, sqlite::Transaction transaction)
      : db_(db), reads_(reads), transaction_(std::move(transaction)) {}

  Result<void> put_value(std::string_view name, ByteView value) override {
    SAMLA_ASSIGN(auto put, db_.cached("INSERT OR REPLACE INTO meta VALUES(?1, ?2)"));
    return put->bind(1, name).bind(2, value).run();
  }
  Result<void> drop_value(std::string_view name) override {
    SAMLA_ASSIGN(auto drop, db_.cached("DELETE FROM meta WHERE name = ?1"));
    return drop->bind(1, name).run();
  }
  Result<void> put_entry(const SpaceId& space, std::uint64_t seq, ByteView entry) override {
    SAMLA_ASSIGN(auto put, db_.cached("INSERT INTO chain_entry(space, seq, bytes) VALUES(?1, ?2, ?3)"));
    return put->bind(1, space).bind(2, static_cast<std::int64_t>(seq)).bind(3, entry).run();
  }
  Result<void> put_grant(const SpaceId& space, const StoredGrant& grant) override {
    SAMLA_ASSIGN(auto put, db_.cached("INSERT OR REPLACE INTO sealed_grant VALUES(?1, ?2, ?3, ?4)"));
    return put->bind(1, space)
        .bind(2, grant.recipient)
        .bind(3, std::int64_t{grant.epoch})
        .bind(4, grant.sealed)
        .run();
  }
  Result<void> put_changeset(const SpaceId& space, const StoredChangeset& c) override {
    SAMLA_ASSIGN(const std::int64_t number, number_of(space));
    const auto seq = static_cast<std::int64_t>(c.seq);
    if (c.seq >= (std::uint64_t{1} << kSeqBits)) return fail(ErrorCode::too_large, "storage.put");
    SAMLA_ASSIGN(auto put, db_.cached("INSERT INTO changeset VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
    put->bind(1, (number << kSeqBits) + seq).bind(2, c.head).bind(3, c.writer);
    put->bind(4, static_cast<std::int64_t>(c.writer_seq)).bind(5, c.hash).bind(6, std::int64_t{c.validity});
    put->bind(7, static_cast<std::int64_t>(c.identity_seq)).bind(8, static_cast<std::int64_t>(c.space_seq));
    SAMLA_TRY(put->bind(9, c.bytes).run());
    SAMLA_ASSIGN(auto place, db_.cached("INSERT INTO writer_place VALUES(?1, ?2, ?3, ?4)"));
    place->bind(1, number).bind(2, c.writer).bind(3, static_cast<std::int64_t>(c.writer_seq)).bind(4, seq);
    return place->run();
  }
  Result<void> put_validity(const SpaceId& space, std::uint64_t seq, std::uint8_t validity) override {
    SAMLA_ASSIGN(const std::int64_t number, number_of(space));
    SAMLA_ASSIGN(auto put, db_.cached("UPDATE changeset SET validity = ?2 WHERE id = ?1"));
    return put->bind(1, (number << kSeqBits) + static_cast<std::int64_t>(seq))
        .bind(2, std::int64_t{validity})
        .run();
  }
  Result<void> put_erased(const SpaceId& space, std::uint64_t seq, ByteView bytes) override {
    // From here on: pages that are let go are overwritten.
    SAMLA_TRY(db_.execute("PRAGMA secure_delete=ON"));
    SAMLA_ASSIGN(const std::int64_t number, number_of(space));
    SAMLA_ASSIGN(auto put, db_.cached("UPDATE changeset SET bytes = ?2 WHERE id = ?1"));
    return put->bind(1, (number << kSeqBits) + static_cast<std::int64_t>(seq)).bind(2, bytes).run();
  }
  Result<void> put_record(const SpaceId& space, const StoredRecord& record) override {
    SAMLA_ASSIGN(const std::int64_t number, number_of(space));
    SAMLA_ASSIGN(auto put, db_.cached("INSERT OR REPLACE INTO record_state(space, record, state, touched, "
                                      "live) VALUES(?1, ?2, ?3, ?4, ?5)"));
    put->bind(1, number).bind(2, record.record).bind(3, ByteView(record.state));
    put->bind(4, static_cast<std::int64_t>(record.touched)).bind(5, ByteView(record.live));
    return put->run();
  }
  Result<void> put_record_place(const SpaceId& space, const RecordId& record, std::uint64_t seq) override {
    SAMLA_ASSIGN(const std::int64_t number, number_of(space));
    SAMLA_ASSIGN(auto put, db_.cached("INSERT OR IGNORE INTO record_place VALUES(?1, ?2, ?3)"));
    return put->bind(1, number).bind(2, record).bind(3, static_cast<std::int64_t>(seq)).run();
  }
  Result<void> put_contested(const SpaceId& space, const RecordId& record,
                             const std::vector<ContestedField>& fields) override {
    SAMLA_ASSIGN(const std::int64_t number, number_of(space));
    SAMLA_ASSIGN(auto drop, db_.cached("DELETE FROM contested_field WHERE space = ?1 AND record = ?2"));
    SAMLA_TRY(drop->bind(1, number).bind(2, record).run());
    for (const ContestedField& field : fields) {
      SAMLA_ASSIGN(auto put, db_.cached("INSERT INTO contested_field VALUES(?1, ?2, ?3, ?4)"));
      SAMLA_TRY(
          put->bind(1, number).bind(2, record).bind(3, field.tag).bind(4, std::int64_t{field.heads}).run());
    }
    return {};
  }
  Result<void> commit() override { return transaction_.commit(); }

 private:
  Result<std::int64_t> number_of(const SpaceId& space) {
    SAMLA_ASSIGN(const auto known, reads_.space_number(space));
    if (known) return *known;
    SAMLA_ASSIGN(auto put, db_.cached("INSERT INTO space(space) VALUES(?1)"));
    SAMLA_TRY(put->bind(1, space).run());
    return db_.last_insert_rowid();
  }

  sqlite::Connection& db_;
  SqliteReads& reads_;
  sqlite::Transaction transaction_;
};

class SqliteStorage final : public WithSqliteReads<Storage> {
 public:
  SqliteStorage(sqlite::Connection connection, std::filesystem::path file)
      : WithSqliteReads(std::move(connection)), file_(std::move(file)) {}

  Result<std::unique_ptr<StorageTransaction>> begin(const TransactionScope&) override {
    SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(*connection_));
    return std::unique_ptr<StorageTransaction>(
        std::make_unique<SqliteTransaction>(*connection_, reads_, std::move(transaction)));
  }
  Result<void> forget_log() override {
    const auto emptied = connection_->checkpoint(sqlite::Checkpoint::truncate);
    return emptied.ok() || emptied.error().code == ErrorCode::store_busy ? Result<void>() : emptied;
  }
  Result<std::unique_ptr<StorageReader>> open_reader() override {
    SAMLA_ASSIGN(auto connection, open_for_reading(file_));
    return std::unique_ptr<StorageReader>(
        std::make_unique<WithSqliteReads<StorageReader>>(std::move(connection)));
  }

 private:
  std::filesystem::path file_;
};

}  // namespace

Result<std::unique_ptr<Storage>> open_sqlite_storage(const std::filesystem::path& file,
                                                     const SqliteStorageOptions& options) {
  sqlite::OpenFlags flags;
  flags.create = options.create;
  flags.prepare = options.prepare;
  SAMLA_ASSIGN(auto connection, sqlite::Connection::open(file, options.vfs_name, flags));
  SAMLA_TRY(set_up_schema(connection));
  return std::unique_ptr<Storage>(std::make_unique<SqliteStorage>(std::move(connection), file));
}

Result<std::unique_ptr<StorageReader>> open_sqlite_snapshot(const std::filesystem::path& file) {
  SAMLA_ASSIGN(auto connection, open_for_reading(file));
  SAMLA_TRY(connection.execute("BEGIN"));  // the first read decides the moment; it ends with the connection
  SAMLA_ASSIGN(const std::int64_t version, schema_version(connection));
  if (version == 0) return fail(ErrorCode::store_corrupt, "storage.open");
  if (version != kSchemaVersion) return fail(ErrorCode::version_unknown, "storage.open");
  return std::unique_ptr<StorageReader>(
      std::make_unique<WithSqliteReads<StorageReader>>(std::move(connection)));
}

Result<void> copy_sqlite_storage(const std::filesystem::path& from, const std::filesystem::path& to) {
  SAMLA_ASSIGN(auto connection, open_for_reading(from));
  return connection.copy_to(to);
}

Result<std::string> find_sqlite_damage(const std::filesystem::path& file) {
  SAMLA_ASSIGN(auto connection, open_for_reading(file));
  return connection.find_damage();
}

}  // namespace samla::server
