// The device's tables over one SQLite connection, which the replica owns and the vault encrypts.
// Every method here works within the caller's transaction: a local edit touches outbox, records and
// clock together or not at all. Invariant: opening never changes a schema that is newer than this code.
// Thread: the store's.
#pragma once

#include "core/base/result.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

/// Number of the schema that this code writes; kept as SQLite's user_version. Do not renumber.
inline constexpr int kSchemaVersion = 6;

/// Creates what is missing and migrates older schemas, in a transaction of its own. version_unknown
/// where a newer Samla has written; the store is left as it is.
Result<void> prepare_schema(sqlite::Connection& connection);

}  // namespace samla::store
