#include "sync-server/storage/open_storage.h"

#include "sync-server/storage/postgres/postgres_storage.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"

namespace samla::server {

StoragePlace place_of(const std::filesystem::path& folder, const std::string& url) {
  return url.empty() ? StoragePlace{folder / "server.db", {}} : StoragePlace{{}, url};
}

Result<std::unique_ptr<Storage>> open_storage(const StoragePlace& place, bool create) {
  if (!place.url.empty()) return open_postgres_storage(place.url, create);
  return open_sqlite_storage(place.file, {.create = create});
}

Result<std::unique_ptr<StorageReader>> open_snapshot(const StoragePlace& place) {
  return place.url.empty() ? open_sqlite_snapshot(place.file) : open_postgres_snapshot(place.url);
}

/// postgres://USER:PASSWORD@HOST/…: what is between the first colon and the last @ before the path.
std::string shown(const StoragePlace& place) {
  if (place.url.empty()) return place.file.string();
  std::string url = place.url.substr(0, place.url.find('?'));
  const std::size_t start = url.find("://") + 3, slash = url.find('/', start);
  const std::size_t at = url.rfind('@', slash), colon = url.find(':', start);
  if (at != std::string::npos && colon < at) url.erase(colon, at - colon);
  return url;
}

}  // namespace samla::server
