// How a connection over the vault is set up, and the scrub.
#include "core/vault/vault.h"

#include <sqlite3.h>

#include <cerrno>
#include <string_view>

#include "core/vault/main_file.h"

namespace samla::vault {
namespace {

// core/sqlite has the full mapping; the vault may not include it, and needs these.
Error error_of(sqlite3* database, int code, std::string operation) {
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

Result<void> run(sqlite3* database, const char* sql) {
  const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(database, code, "vault.prepare");
  return {};
}

// Runs a pragma that answers with its new value, which must be `expected`.
Result<void> require(sqlite3* database, const char* sql, std::string_view expected) {
  std::string answer;
  const auto take = [](void* out, int columns, char** values, char**) {
    if (columns == 1 && values[0] != nullptr) *static_cast<std::string*>(out) = values[0];
    return 0;
  };
  const int code = sqlite3_exec(database, sql, take, &answer, nullptr);
  if (code != SQLITE_OK) return error_of(database, code, "vault.prepare");
  if (answer != expected) return fail(ErrorCode::io, "vault.prepare (" + std::string(sql) + " refused)");
  return {};
}

MainFile* main_file(sqlite3* database) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return nullptr;
  return dynamic_cast<MainFile*>(vault_file(file));
}

}  // namespace

Result<void> prepare_connection(sqlite3* database) {
  if (main_file(database) == nullptr) return fail(ErrorCode::wrong_state, "vault.prepare");
  // Before the first lock: only an exclusive connection has its WAL index in memory.
  SAMLA_TRY(require(database, "PRAGMA locking_mode=EXCLUSIVE", "exclusive"));
  SAMLA_TRY(run(database, "PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY; PRAGMA page_size=4096"));
  // Before the first write: a new database keeps 40 bytes of each page for nonce and tag.
  int reserve = kReservedBytes;
  const int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  if (code != SQLITE_OK) return error_of(database, code, "vault.prepare");
  SAMLA_TRY(require(database, "PRAGMA journal_mode=WAL", "wal"));
  SAMLA_TRY(require(database, "PRAGMA secure_delete=ON", "1"));
  SAMLA_TRY(run(database, "PRAGMA synchronous=FULL; PRAGMA mmap_size=0"));
  // The first read under the lock, if nothing above made one: wrong keys and damage show here.
  SAMLA_TRY(require(database, "PRAGMA page_size", "4096"));
  return run(database, "SELECT count(*) FROM sqlite_schema");
}

Result<ScrubReport> scrub(sqlite3* database) {
  if (main_file(database) == nullptr) return fail(ErrorCode::wrong_state, "vault.scrub");
  ScrubReport report;
  const int code = sqlite3_file_control(database, "main", kControlScrub, &report);
  if (code != SQLITE_OK) return fail(ErrorCode::io, "vault.scrub");
  return report;
}

}  // namespace samla::vault
