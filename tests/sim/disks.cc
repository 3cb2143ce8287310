#include "tests/sim/disks.h"

#include <sqlite3.h>

namespace samla::sim {

namespace {

void copy_database(sqlite3* from, sqlite3* to) {
  sqlite3_backup* const copy = sqlite3_backup_init(to, "main", from, "main");
  SAMLA_ASSERT(copy != nullptr);
  const int code = sqlite3_backup_step(copy, -1);
  SAMLA_ASSERT(sqlite3_backup_finish(copy) == SQLITE_OK && code == SQLITE_DONE);
}

}  // namespace

MemoryDisk::MemoryDisk(const std::string& name) : path_("/" + name) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs_name_.c_str());
  anchor_.reset(raw);
  SAMLA_ASSERT(code == SQLITE_OK);
  // Opened, not only named.
  SAMLA_ASSERT(vault::run_sql(raw, "PRAGMA user_version").ok());
}

DiskImage FailingDisk::image() const {
  DiskImage out;
  for (const std::string& file : disk_.paths()) out[file] = disk_.content(file);
  return out;
}

void FailingDisk::set_to(const DiskImage& image) {
  for (const std::string& file : disk_.paths()) disk_.erase(file);
  for (const auto& [file, content] : image) disk_.plant(file, content);
}

DiskImage MemoryDisk::image() const {
  sqlite3_int64 size = 0;
  unsigned char* const bytes = sqlite3_serialize(anchor_.get(), "main", &size, 0);
  SAMLA_ASSERT(bytes != nullptr);
  DiskImage out{{path_, Bytes(bytes, bytes + size)}};
  sqlite3_free(bytes);
  return out;
}

void MemoryDisk::set_to(const DiskImage& image) {
  sqlite3* raw = nullptr;
  SAMLA_ASSERT(sqlite3_open(":memory:", &raw) == SQLITE_OK);
  Bytes content = image.empty() ? Bytes() : image.begin()->second;  // outlives `from`, which reads it
  const vault::Database from(raw);
  const auto size = static_cast<sqlite3_int64>(content.size());
  if (size > 0) {
    SAMLA_ASSERT(sqlite3_deserialize(raw, "main", content.data(), size, size, SQLITE_DESERIALIZE_READONLY) ==
                 SQLITE_OK);
  }
  copy_database(raw, anchor_.get());
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
