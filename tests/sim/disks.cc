#include "tests/sim/disks.h"

#include <sqlite3.h>

namespace samla::sim {

MemoryDisk::MemoryDisk(const std::string& name) : path_("/" + name) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs_name_.c_str());
  anchor_.reset(raw);
  SAMLA_ASSERT(code == SQLITE_OK);
  // Opened, not only named.
  SAMLA_ASSERT(vault::run_sql(raw, "PRAGMA user_version").ok());
}

std::function<Result<void>(sqlite3*)> plain_setup(const Disk& disk) {
  // One connection: no shared memory is needed, and a simulated disk has none.
  const bool memory = disk.vfs_name() == "memdb";
  return [memory](sqlite3* database) {
    return vault::run_sql(database, memory ? "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF"
                                           : "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA "
                                             "synchronous=FULL");
  };
}

Result<replica::Database> open_database(Disk& disk, const vault::StoreKey* key, Random& random, bool create) {
  replica::Database out;
  sqlite::OpenFlags flags;
  std::string vfs_name = disk.vfs_name();
  if (key != nullptr) {
    SAMLA_ASSIGN(vault::VaultVfs vfs, vault::VaultVfs::create(*key, random, disk.vfs_name()));
    out.vfs = std::make_unique<vault::VaultVfs>(std::move(vfs));
    vfs_name = out.vfs->name();
    if (create) SAMLA_TRY(vault::create_database(disk.path(), vfs_name, *disk.simulated()));
    flags.prepare = vault::prepare_connection;
  } else {
    flags.prepare = plain_setup(disk);
  }
  SAMLA_ASSIGN(sqlite::Connection connection, sqlite::Connection::open(disk.path(), vfs_name, flags));
  out.connection = std::make_unique<sqlite::Connection>(std::move(connection));
  return out;
}

}  // namespace samla::sim
