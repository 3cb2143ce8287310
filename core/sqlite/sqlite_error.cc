// The mapping of SQLite's codes, in one place.
#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>

namespace samla::sqlite {
namespace {

bool no_space(int system_errno) { return system_errno == ENOSPC || system_errno == EDQUOT; }

}  // namespace

ErrorCode error_code(int sqlite_code, int system_errno) {
  switch (sqlite_code) {  // extended codes that mean something else than their family
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
      return ErrorCode::store_corrupt;
    case SQLITE_IOERR_NOMEM:
      return ErrorCode::internal;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return ErrorCode::already_exists;
    default:
      break;
  }
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::store_busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::store_corrupt;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return no_space(system_errno) ? ErrorCode::disk_full : ErrorCode::io;
    case SQLITE_TOOBIG:
      return ErrorCode::too_large;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::not_permitted;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
    case SQLITE_NOMEM:
      return ErrorCode::internal;  // the programmer's SQL, or no memory: nothing that a disk did
    default:
      return ErrorCode::io;
  }
}

Error last_error(sqlite3* database, int sqlite_code, std::string operation) {
  if (database == nullptr) return fail(error_code(sqlite_code), std::move(operation));
  const int system_errno = sqlite3_system_errno(database);
  operation += " (";
  operation += sqlite3_errmsg(database);
  operation += ")";
  return fail(error_code(sqlite_code, system_errno), std::move(operation));
}

}  // namespace samla::sqlite
