// A bare SQLite connection, for what the vault itself does to a database: making one, and rekeying.
// Internal to the vault.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace samla::vault {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// Opens the file by the VFS of that name, and sets it up (prepare_connection). `create`: 0 or
/// SQLITE_OPEN_CREATE.
Result<Database> open_database(const std::filesystem::path& path, const std::string& vfs_name, int create);
/// The error for the last call on the connection, which gave `code`.
Error database_error(sqlite3* database, int code, std::string operation);
Result<void> run_sql(sqlite3* database, const char* sql);
/// The rows' columns as text, each ended by a line feed.
Result<std::string> query_text(sqlite3* database, const char* sql);

}  // namespace samla::vault
