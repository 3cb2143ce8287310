#include "sync-server/storage/postgres/pg_schema.h"

#include <array>

namespace samla::server {
namespace {

// The space comes first in every key: by it the tables that grow are partitioned, and by it a sharding
// PostgreSQL can spread them. `meta` and `revision` are small and of the whole. Sealed bytes don't compress.
constexpr const char* kVersion1 = R"(
CREATE TABLE meta(name text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE revision(one boolean PRIMARY KEY DEFAULT true CHECK (one), number bigint NOT NULL);
INSERT INTO revision(number) VALUES (0);
CREATE TABLE space(space bytea PRIMARY KEY, seq bigint NOT NULL, head bytea NOT NULL)
  WITH (fillfactor = 50);
CREATE TABLE chain_entry(space bytea NOT NULL, seq bigint NOT NULL, placed bigint NOT NULL,
  bytes bytea NOT NULL, PRIMARY KEY (space, seq));
CREATE INDEX chain_entry_placed ON chain_entry(placed);
CREATE TABLE sealed_grant(space bytea NOT NULL, recipient bytea NOT NULL, epoch bigint NOT NULL,
  sealed bytea NOT NULL, PRIMARY KEY (space, recipient, epoch));
CREATE TABLE changeset(space bytea NOT NULL, seq bigint NOT NULL, writer bytea NOT NULL,
  writer_seq bigint NOT NULL, head bytea NOT NULL, hash bytea NOT NULL, validity bigint NOT NULL,
  identity_seq bigint NOT NULL, space_seq bigint NOT NULL, bytes bytea NOT NULL,
  PRIMARY KEY (space, seq), UNIQUE (space, writer, writer_seq)) PARTITION BY HASH (space);
ALTER TABLE changeset ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE record_state(space bytea NOT NULL, record bytea NOT NULL, state bytea NOT NULL,
  PRIMARY KEY (space, record)) PARTITION BY HASH (space);
CREATE TABLE contested_field(space bytea NOT NULL, record bytea NOT NULL, tag bytea NOT NULL,
  heads bigint NOT NULL, PRIMARY KEY (space, record, tag)) PARTITION BY HASH (space);
DO $$
BEGIN
  FOR part IN 0..7 LOOP
    EXECUTE format('CREATE TABLE changeset_%s PARTITION OF changeset '
                   'FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
    EXECUTE format('CREATE TABLE record_state_%s PARTITION OF record_state '
                   'FOR VALUES WITH (MODULUS 8, REMAINDER %s) WITH (fillfactor = 80)', part, part);
    EXECUTE format('CREATE TABLE contested_field_%s PARTITION OF contested_field '
                   'FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
  END LOOP;
END
$$;
)";

// What heads packs are made from; filled from the changesets when a server opens them next (pack_index.h).
constexpr const char* kVersion2 = R"(
ALTER TABLE record_state ADD COLUMN touched bigint NOT NULL DEFAULT 0;
ALTER TABLE record_state ADD COLUMN live bytea NOT NULL DEFAULT '';
CREATE INDEX record_touched ON record_state(space, touched, record);
CREATE TABLE record_place(space bytea NOT NULL, record bytea NOT NULL, seq bigint NOT NULL,
  PRIMARY KEY (space, record, seq)) PARTITION BY HASH (space);
DO $$
BEGIN
  FOR part IN 0..7 LOOP
    EXECUTE format('CREATE TABLE record_place_%s PARTITION OF record_place '
                   'FOR VALUES WITH (MODULUS 8, REMAINDER %s)', part, part);
  END LOOP;
END
$$;
INSERT INTO meta SELECT 'unindexed', '' WHERE EXISTS(SELECT 1 FROM changeset);
)";

constexpr std::array kMigrations = {PgMigration{1, kVersion1}, PgMigration{2, kVersion2}};
static_assert(kMigrations.back().version == kPgSchemaVersion);

constexpr PgStatement kHasVersion = {"has_version",
                                     "SELECT (to_regclass('schema_version') IS NOT NULL)::int::bigint"};
constexpr PgStatement kVersion = {"version", "SELECT coalesce(max(version), 0)::bigint FROM schema_version"};

Result<std::int64_t> number(PgConnection& connection, const PgStatement& statement) {
  PgBatch batch;
  batch.add(statement);
  SAMLA_ASSIGN(const auto results, connection.run(batch));
  return results.front().number(0, 0);
}

}  // namespace

std::span<const PgMigration> pg_migrations() { return kMigrations; }

Result<std::int64_t> pg_schema_version(PgConnection& connection) {
  SAMLA_ASSIGN(const std::int64_t there, number(connection, kHasVersion));
  return there == 0 ? Result<std::int64_t>(0) : number(connection, kVersion);
}

Result<void> migrate_pg_schema(PgConnection& connection, bool create,
                               std::span<const PgMigration> migrations) {
  const std::int64_t newest = migrations.back().version;
  SAMLA_ASSIGN(std::int64_t version, pg_schema_version(connection));
  if (version == newest) return {};
  if (version > newest) {
    return fail(ErrorCode::version_unknown, "storage.open",
                "use the newer samla-server that made the tables");
  }
  if (version == 0 && !create) {
    return fail(ErrorCode::store_missing, "storage.open",
                "there is no server in this database; run `samla-server init --storage …` first");
  }
  // The number is arbitrary and means nothing else in this database: two processes don't migrate at once.
  SAMLA_TRY(connection.execute("BEGIN; SELECT pg_advisory_xact_lock(7420, 0)"));
  const auto migrate = [&]() -> Result<void> {
    SAMLA_TRY(
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version(version bigint PRIMARY KEY, "
                           "at timestamptz NOT NULL DEFAULT now())"));
    SAMLA_ASSIGN(version, pg_schema_version(connection));
    for (const PgMigration& each : migrations) {
      if (each.version <= version) continue;
      SAMLA_TRY(connection.execute(each.sql));
      SAMLA_TRY(connection.execute("INSERT INTO schema_version(version) VALUES (" +
                                   std::to_string(each.version) + ")"));
    }
    return connection.execute("COMMIT");
  };
  const auto done = migrate();
  if (!done.ok() && connection.alive()) (void)connection.execute("ROLLBACK");
  return done;
}

}  // namespace samla::server
