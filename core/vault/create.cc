// Making a database.
#include "core/vault/database.h"
#include "core/vault/vault.h"

namespace samla::vault {

Result<void> create_database(const std::filesystem::path& path, const std::string& vfs_name,
                             FileSystem& files) {
  if (files.exists(path)) return fail(ErrorCode::already_exists, "vault.create");
  const auto fresh = fresh_path(path);
  SAMLA_TRY(files.remove(fresh));  // what a crash left: it never held anything
  SAMLA_TRY(files.remove(fresh.string() + "-wal"));
  { SAMLA_ASSIGN(const Database database, open_database(fresh, vfs_name, SQLITE_OPEN_CREATE)); }
  return files.move(fresh, path);
}

}  // namespace samla::vault
