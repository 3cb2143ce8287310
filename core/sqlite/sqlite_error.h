// SQLite's result codes as errors of ours. Any thread.
#pragma once

#include <string>

#include "core/base/result.h"

struct sqlite3;

namespace samla::sqlite {

/// The code for an (extended) SQLite result code. `system_errno` tells a full disk from other failures
/// of the operating system; 0 where unknown.
ErrorCode error_code(int sqlite_code, int system_errno = 0);

/// The error of the last call on `database`, which gave `sqlite_code`. `operation` is a dotted path;
/// SQLite's own message (names of tables and columns, never values) follows it. `database` may be null.
Error last_error(sqlite3* database, int sqlite_code, std::string operation);

}  // namespace samla::sqlite
