// Which of the two storages a server has: a file in its folder, or a database by its URL.
#pragma once

#include <filesystem>
#include <string>

#include "sync-server/storage/storage.h"

namespace samla::server {

struct StoragePlace {
  std::filesystem::path file = {};  ///< SQLite's; where there is no URL
  std::string url = {};             ///< postgres://…; empty: the file
};

/// Of a server with this folder; `url` as configured, empty: the folder's own file.
StoragePlace place_of(const std::filesystem::path& folder, const std::string& url);

/// `create` false: store_missing where there is none. Besides what open_sqlite_storage and
/// open_postgres_storage say.
Result<std::unique_ptr<Storage>> open_storage(const StoragePlace& place, bool create);
/// As it is at one moment, also while servers write to it.
Result<std::unique_ptr<StorageReader>> open_snapshot(const StoragePlace& place);

/// Whether it may be shown: a URL without the password, else the file.
std::string shown(const StoragePlace& place);

}  // namespace samla::server
