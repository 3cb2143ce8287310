// How a connection over the vault is set up, and the scrub.
#include "core/vault/vault.h"

#include <sqlite3.h>

#include <string_view>

#include "core/vault/database.h"
#include "core/vault/main_file.h"

namespace samla::vault {
namespace {

// Runs a pragma that answers with its new value, which must be `expected`.
Result<void> require(sqlite3* database, const char* sql, std::string_view expected) {
  SAMLA_ASSIGN(const std::string answer, query_text(database, sql));
  if (answer != std::string(expected) + "\n") {
    return fail(ErrorCode::io, "vault.prepare (" + std::string(sql) + " refused)");
  }
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
  SAMLA_TRY(run_sql(database, "PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY; PRAGMA page_size=4096"));
  // Before the first write: a new database keeps 40 bytes of each page for nonce and tag.
  int reserve = kReservedBytes;
  const int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  if (code != SQLITE_OK) return database_error(database, code, "vault.prepare");
  SAMLA_TRY(require(database, "PRAGMA journal_mode=WAL", "wal"));
  SAMLA_TRY(require(database, "PRAGMA secure_delete=ON", "1"));
  SAMLA_TRY(run_sql(database, "PRAGMA synchronous=FULL; PRAGMA mmap_size=0"));
  // The first read under the lock, if nothing above made one: wrong keys and damage show here.
  SAMLA_TRY(require(database, "PRAGMA page_size", "4096"));
  return run_sql(database, "SELECT count(*) FROM sqlite_schema");
}

Result<ScrubReport> scrub(sqlite3* database) {
  if (main_file(database) == nullptr) return fail(ErrorCode::wrong_state, "vault.scrub");
  ScrubReport report;
  const int code = sqlite3_file_control(database, "main", kControlScrub, &report);
  if (code != SQLITE_OK) return fail(ErrorCode::io, "vault.scrub");
  return report;
}

}  // namespace samla::vault
