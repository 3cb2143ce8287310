#include "core/vault/database.h"

#include <cerrno>

#include "core/vault/vault.h"

namespace samla::vault {

// core/sqlite has the full mapping; the vault may not include it, and needs these.
Error database_error(sqlite3* database, int code, std::string operation) {
  const int extended = sqlite3_extended_errcode(database);
  const int system_errno = sqlite3_system_errno(database);
  operation += " (";
  operation += sqlite3_errmsg(database);
  operation += ")";
  if (extended == SQLITE_IOERR_DATA) return fail(ErrorCode::store_corrupt, std::move(operation));
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::store_busy, std::move(operation));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(ErrorCode::store_corrupt, std::move(operation));
    case SQLITE_FULL:
      return fail(ErrorCode::disk_full, std::move(operation));
    default:
      return fail(system_errno == ENOSPC ? ErrorCode::disk_full : ErrorCode::io, std::move(operation));
  }
}

Result<Database> open_database(const std::filesystem::path& path, const std::string& vfs_name, int create) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | create;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, vfs_name.c_str());
  Database database(raw);
  if (code != SQLITE_OK) return database_error(raw, code, "vault.open");
  sqlite3_extended_result_codes(raw, 1);
  SAMLA_TRY(prepare_connection(raw));
  return database;
}

Result<void> run_sql(sqlite3* database, const char* sql) {
  const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return database_error(database, code, "vault.execute");
  return {};
}

Result<std::string> query_text(sqlite3* database, const char* sql) {
  std::string answer;
  const auto take = [](void* out, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i) {
      if (values[i] != nullptr) *static_cast<std::string*>(out) += values[i];
      *static_cast<std::string*>(out) += '\n';
    }
    return 0;
  };
  const int code = sqlite3_exec(database, sql, take, &answer, nullptr);
  if (code != SQLITE_OK) return database_error(database, code, "vault.query");
  return answer;
}

}  // namespace samla::vault
