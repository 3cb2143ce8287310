// Storage in PostgreSQL, which any number of server processes share: docs/operating/postgres.md,
// docs/decisions/postgres-storage.md.
#pragma once

#include <string>

#include "sync-server/storage/storage.h"

namespace samla::server {

/// `url`: as libpq takes it, postgres://…; of several hosts the one that takes writes. Brings the tables to
/// the present version; `create` false: store_missing where there are none. offline, not_permitted,
/// version_unknown.
Result<std::unique_ptr<Storage>> open_postgres_storage(const std::string& url, bool create = true);

/// Reads the database as it is at one moment, also while servers write to it.
Result<std::unique_ptr<StorageReader>> open_postgres_snapshot(const std::string& url);

}  // namespace samla::server
