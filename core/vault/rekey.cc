// Rekeying, in an order in which a crash at any point leaves a database and its key:
//   1. the copy under the new key, beside the database; verified
//   2. the slots hold both keys
//   3. the copy moves into the database's place
//   4. the slots hold the new key alone
#include "core/vault/rekey.h"

#include "core/vault/database.h"
#include "core/vault/main_file.h"

namespace samla::vault {
namespace {

// As a URI's path: SQLite finds the VFS for the copy in the query behind it.
std::string copy_uri(const std::filesystem::path& path, const std::string& vfs_name) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : path.string()) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      uri += c;
    } else {
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return uri + "?vfs=" + vfs_name;
}

Result<void> vacuum_into(sqlite3* database, const std::string& uri) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(database, "VACUUM INTO ?1", -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
  if (code != SQLITE_OK) return database_error(database, code, "vault.rekey");
  sqlite3_bind_text(raw, 1, uri.data(), static_cast<int>(uri.size()), SQLITE_TRANSIENT);
  code = sqlite3_step(raw);
  if (code != SQLITE_DONE) return database_error(database, code, "vault.rekey");
  return {};
}

// VACUUM INTO leaves a database in rollback mode; leaving that mode takes a journal, which the vault
// refuses. The copy has no readers yet, so its two version bytes are set beneath SQLite.
Result<void> set_wal_mode(const std::filesystem::path& path, PageSealer& sealer, sqlite3_vfs* base) {
  constexpr std::size_t kWriteVersion = 18;
  MainFile file(sealer, [](const MainFile&) {});
  std::array<std::uint8_t, kPageBytes> page;
  int code = file.open(base, path.c_str(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB, nullptr);
  if (code != SQLITE_OK) return fail(ErrorCode::io, "vault.rekey");
  code = file.read(page, 0);
  page[kWriteVersion] = page[kWriteVersion + 1] = 2;
  if (code == SQLITE_OK) code = file.write(page, 0);
  if (code == SQLITE_OK) code = file.sync(SQLITE_SYNC_FULL);
  const int closed = file.close();
  wipe(page);
  if (code != SQLITE_OK || closed != SQLITE_OK) return fail(ErrorCode::io, "vault.rekey");
  return {};
}

// What both must have in common: the schema, and how many rows each table has.
Result<std::string> outline(sqlite3* database) {
  SAMLA_ASSIGN(std::string out,
               query_text(database, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2"));
  SAMLA_ASSIGN(
      const std::string counts,
      query_text(database,
                 "SELECT group_concat('SELECT count(*) FROM \"' || replace(name, '\"', '\"\"') || '\"', "
                 "' UNION ALL ') FROM (SELECT name FROM sqlite_schema WHERE type = 'table' AND "
                 "sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name)"));
  if (counts.size() > 1) {
    SAMLA_ASSIGN(const std::string rows, query_text(database, counts.c_str()));
    out += rows;
  }
  return out;
}

Result<void> verify(sqlite3* copy, const std::string& expected) {
  SAMLA_ASSIGN(const std::string checked, query_text(copy, "PRAGMA integrity_check"));
  SAMLA_ASSIGN(const ScrubReport scrubbed, scrub(copy));
  SAMLA_ASSIGN(const std::string found, outline(copy));
  if (checked == "ok\n" && scrubbed.clean() && found == expected) return {};
  return fail(ErrorCode::store_corrupt, "vault.rekey (the copy does not verify)");
}

}  // namespace

Result<StoreKey> rekey(const StorePaths& store, std::string_view passphrase, Random& random,
                       const KdfCost& cost, const Beneath& beneath) {
  FileSystem& files = beneath.files;
  SAMLA_ASSIGN(const StoreKey old_key, unlock(store.slots, passphrase, store.database, files));
  StoreKey key;
  random.fill(key.writable());
  SAMLA_ASSIGN(const VaultVfs old_vfs, VaultVfs::create(old_key, random, beneath.base_vfs));
  SAMLA_ASSIGN(const VaultVfs vfs, VaultVfs::create(key, random, beneath.base_vfs));

  const auto fresh = fresh_path(store.database);
  SAMLA_TRY(files.remove(fresh));  // the copy of a rekey that was cut
  SAMLA_TRY(files.remove(fresh.string() + "-wal"));
  {
    SAMLA_ASSIGN(const Database database, open_database(store.database, old_vfs.name(), 0));
    SAMLA_ASSIGN(const std::string expected, outline(database.get()));
    SAMLA_TRY(vacuum_into(database.get(), copy_uri(fresh, vfs.name())));
    PageSealer sealer(key, random);
    SAMLA_TRY(set_wal_mode(fresh, sealer, sqlite3_vfs_find(beneath.base_vfs.c_str())));
    SAMLA_ASSIGN(const Database copy, open_database(fresh, vfs.name(), 0));
    SAMLA_TRY(verify(copy.get(), expected));
  }
  // Closing has emptied and removed both logs. One that is left would stand beside the wrong database.
  if (files.exists(store.database.string() + "-wal") || files.exists(fresh.string() + "-wal")) {
    return fail(ErrorCode::io, "vault.rekey (a log is left)");
  }
  SAMLA_TRY(replace_keys(store.slots, passphrase, key, &old_key, random, cost, files));
  SAMLA_TRY(files.move(fresh, store.database));
  SAMLA_TRY(replace_keys(store.slots, passphrase, key, nullptr, random, cost, files));
  return key;
}

}  // namespace samla::vault
