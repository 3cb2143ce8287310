// What SQLite sees as a file of ours, as a C++ interface. Internal to the vault: includes sqlite3.h.
// Invariant: a call of a shape that no SQLite 3.40 makes is refused, never passed through.
// Files belong to the thread of their connection.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <span>

#include "core/base/bytes.h"

namespace samla::vault {

/// A file of the VFS beneath. Functions give SQLite result codes.
class BaseFile {
 public:
  BaseFile() = default;
  ~BaseFile() { close(); }
  BaseFile(const BaseFile&) = delete;
  BaseFile& operator=(const BaseFile&) = delete;

  int open(sqlite3_vfs* vfs, const char* name, int flags, int* flags_out);
  int close();
  int read(std::span<std::uint8_t> out, sqlite3_int64 offset) const;
  int write(ByteView bytes, sqlite3_int64 offset) const;
  sqlite3_file* file() const { return file_; }

 private:
  std::unique_ptr<std::byte[]> memory_;
  sqlite3_file* file_ = nullptr;
};

class VaultFile {
 public:
  VaultFile() = default;
  virtual ~VaultFile() = default;
  VaultFile(const VaultFile&) = delete;
  VaultFile& operator=(const VaultFile&) = delete;

  virtual int close() = 0;
  virtual int read(std::span<std::uint8_t> out, sqlite3_int64 offset) = 0;
  virtual int write(ByteView bytes, sqlite3_int64 offset) = 0;
  virtual int truncate(sqlite3_int64 size) = 0;
  virtual int sync(int flags) = 0;
  virtual int size(sqlite3_int64* out) = 0;
  virtual int lock(int) { return SQLITE_OK; }
  virtual int unlock(int) { return SQLITE_OK; }
  virtual int check_reserved_lock(int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  virtual int control(int, void*) { return SQLITE_NOTFOUND; }
};

/// The structure that SQLite allocates for us.
struct SqliteFile {
  sqlite3_file base;
  VaultFile* file;
};

/// Makes `out` a file that SQLite can use, and owns `file` until SQLite closes it.
void attach(sqlite3_file* out, std::unique_ptr<VaultFile> file);
/// The file behind SQLite's pointer; null if it is not one of ours.
VaultFile* vault_file(sqlite3_file* file);

}  // namespace samla::vault
