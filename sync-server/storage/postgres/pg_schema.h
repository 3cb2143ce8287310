// The tables in PostgreSQL, and how a database of an earlier version comes to the present one.
// docs/formats/server_database.md. Thread: one at a time.
#pragma once

#include <span>

#include "sync-server/storage/postgres/pg_connection.h"

namespace samla::server {

/// The newest of the migrations. Do not renumber.
inline constexpr std::int64_t kPgSchemaVersion = 2;

/// What brings a database from the version before to this one, in one transaction.
struct PgMigration {
  std::int64_t version;
  const char* sql;
};
/// All of them, in order: the first makes the tables.
std::span<const PgMigration> pg_migrations();

/// Zero: there are no tables.
Result<std::int64_t> pg_schema_version(PgConnection& connection);

/// Runs what is missing, one process at a time. version_unknown where a newer version made the tables;
/// store_missing where there are none and `create` is false.
Result<void> migrate_pg_schema(PgConnection& connection, bool create,
                               std::span<const PgMigration> migrations = pg_migrations());

}  // namespace samla::server
