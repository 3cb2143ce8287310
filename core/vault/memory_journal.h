// The rollback journal of a database that is being made: in memory, never on disk. A database of no
// bytes has nothing to restore after a cut; one that has bytes uses its WAL and may not open a journal,
// since a planted one would be played back into it under valid tags.
#pragma once

#include "core/base/secret.h"
#include "core/vault/vault_file.h"

namespace samla::vault {

class MemoryJournal final : public VaultFile {
 public:
  ~MemoryJournal() override { wipe(bytes_); }

  int close() override { return SQLITE_OK; }
  int read(std::span<std::uint8_t> out, sqlite3_int64 offset) override;
  int write(ByteView bytes, sqlite3_int64 offset) override;
  int truncate(sqlite3_int64 size) override;
  int sync(int) override { return SQLITE_OK; }
  int size(sqlite3_int64* out) override;

 private:
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20;

  Bytes bytes_;
};

}  // namespace samla::vault
