// Storage in one SQLite file: WAL, synchronous=FULL, one connection that writes and checkpoints.
#pragma once

#include <filesystem>

#include "sync-server/storage/storage.h"

namespace samla::server {

struct SqliteStorageOptions {
  bool create = true;  ///< false: store_missing where there is no file
};

/// version_unknown where a newer version made the file.
Result<std::unique_ptr<Storage>> open_sqlite_storage(const std::filesystem::path& file,
                                                     const SqliteStorageOptions& options = {});

}  // namespace samla::server
