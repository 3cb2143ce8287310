// Storage in one SQLite file: WAL, synchronous=FULL, one connection that writes and checkpoints.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sync-server/storage/storage.h"

struct sqlite3;

namespace samla::server {

struct SqliteStorageOptions {
  bool create = true;  ///< false: store_missing where there is no file
  /// Beneath SQLite; empty: the system's files.
  std::string vfs_name = {};
  /// Instead of the plain setup (sqlite::OpenFlags).
  std::function<Result<void>(sqlite3*)> prepare = {};
};

/// version_unknown where a newer version made the file.
Result<std::unique_ptr<Storage>> open_sqlite_storage(const std::filesystem::path& file,
                                                     const SqliteStorageOptions& options = {});

/// Reads a file as it is at one moment, also while a server writes to it. store_missing,
/// version_unknown.
Result<std::unique_ptr<StorageReader>> open_sqlite_snapshot(const std::filesystem::path& file);

/// Copies the file as it is at one moment into a new one; durable before it returns.
Result<void> copy_sqlite_storage(const std::filesystem::path& from, const std::filesystem::path& to);

/// SQLite's own check; what it found first, empty: nothing.
Result<std::string> find_sqlite_damage(const std::filesystem::path& file);

}  // namespace samla::server
