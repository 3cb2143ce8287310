// The vault: SQLite databases whose every byte on disk is sealed, by a VFS under stock SQLite
// (docs/formats/vault.md). A database is opened by the name of the VFS, with `prepare_connection` as
// the hook of sqlite::Connection::open:
//
//   SAMLA_ASSIGN(StoreKey key, unlock(folder / "keys", passphrase, folder / "store.db"));
//   SAMLA_ASSIGN(VaultVfs vfs, VaultVfs::create(key, random));
//   sqlite::OpenFlags flags;
//   flags.create = false;  // create_database has made it
//   flags.prepare = prepare_connection;
//   SAMLA_ASSIGN(auto db, sqlite::Connection::open(folder / "store.db", vfs.name(), flags));
//
// A database has one connection, in one process; the next gets store_busy. A wrong key and damage are
// store_corrupt, and destroy nothing. Not covered: an old copy of pages or of the whole file put back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/vault/file_system.h"
#include "core/vault/key_slots.h"
#include "core/vault/store_key.h"

struct sqlite3;

namespace samla::vault {

/// A registered VFS; must outlive every connection opened by its name. Opening and closing databases
/// is safe from any thread if the Random is.
class VaultVfs {
 public:
  /// Registers under a fresh name. `random` gives nonces and must outlive this. `base_vfs` is the VFS
  /// beneath: tests put one there that fails.
  static Result<VaultVfs> create(const StoreKey& key, Random& random,
                                 const std::string& base_vfs = "unix-excl");
  ~VaultVfs();
  VaultVfs(VaultVfs&&) noexcept;
  VaultVfs& operator=(VaultVfs&&) noexcept;

  const std::string& name() const;

  struct State;

 private:
  explicit VaultVfs(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Makes an empty database at `path`, by the VFS of that name: made at fresh_path and moved when whole, so
/// that a crash leaves either none or one that opens. Afterwards it is opened without OpenFlags::create,
/// which then tells a truncated database from a new one. Errors: already_exists; as prepare_connection.
Result<void> create_database(const std::filesystem::path& path, const std::string& vfs_name,
                             FileSystem& files = posix_files());

/// Sets up a connection that was just opened over a vault's VFS: exclusive lock, WAL, synchronous=FULL,
/// no cache spill, no temporary files, no mapping; makes a new database with our page size and reserve;
/// reads page 1, so that a wrong key shows at once.
/// Errors: store_busy, store_corrupt, disk_full, io; wrong_state if the connection is not over a vault.
Result<void> prepare_connection(sqlite3* database);

/// What a scrub saw. Pages that a frame in the WAL replaces are not counted as damaged.
struct ScrubReport {
  std::uint64_t pages = 0;
  std::uint64_t frames = 0;
  std::vector<std::uint32_t> damaged_pages;
  std::uint64_t damaged_frames = 0;

  bool clean() const { return damaged_pages.empty() && damaged_frames == 0; }
};

/// Reads and authenticates every page of the main database and every frame of its WAL, used by SQLite
/// or not. On the connection's thread. An error means that it could not be read.
Result<ScrubReport> scrub(sqlite3* database);

}  // namespace samla::vault
