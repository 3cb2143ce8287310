// The database file: page-shaped reads and writes, each page sealed on its own.
// Invariants: nothing is written, truncated or deleted unless the database's id was authenticated under
// our key (so that a wrong key destroys nothing); after a failed sync every call fails.
#pragma once

#include <functional>

#include "core/vault/page_sealer.h"
#include "core/vault/vault_file.h"

namespace samla::vault {

class WalFile;
struct ScrubReport;

/// File control operations of our own (SQLite leaves numbers above 100 to VFSes).
inline constexpr int kControlScrub = 0x53414d01;  // argument: ScrubReport*

class MainFile final : public VaultFile {
 public:
  /// `on_close` hears of the file's end, before the file is gone.
  MainFile(PageSealer& sealer, std::function<void(const MainFile&)> on_close)
      : sealer_(sealer), on_close_(std::move(on_close)) {}

  /// As xOpen. A database of no bytes is new and takes an id.
  int open(sqlite3_vfs* base, const char* name, int flags, int* flags_out);

  int close() override;
  int read(std::span<std::uint8_t> out, sqlite3_int64 offset) override;
  int write(ByteView bytes, sqlite3_int64 offset) override;
  int truncate(sqlite3_int64 size) override;
  int sync(int flags) override;
  int size(sqlite3_int64* out) override;
  int lock(int level) override;
  int unlock(int level) override;
  int check_reserved_lock(int* out) override;
  int control(int op, void* argument) override;

  PageSealer& sealer() { return sealer_; }
  /// Whether `id` is known to be that of this database.
  bool has_id() const { return has_id_; }
  const DatabaseId& id() const { return id_; }
  /// Takes the id that a WAL frame of page 1 proved, where page 1 itself is torn.
  void adopt_id(const DatabaseId& id);
  bool poisoned() const { return poisoned_; }
  void poison() { poisoned_ = true; }
  void set_wal(WalFile* wal) { wal_ = wal; }
  /// Whether the file beneath holds no bytes.
  bool is_empty();

 private:
  enum class PageState { good, bad, absent, failed };

  PageState load_page(std::uint32_t page_number, PageSpan out, int* code);
  int read_header(std::span<std::uint8_t> out, std::size_t from, bool may_synthesise);
  int scrub(ScrubReport& report);

  PageSealer& sealer_;
  std::function<void(const MainFile&)> on_close_;
  BaseFile base_;
  WalFile* wal_ = nullptr;  // SQLite closes it before this file
  DatabaseId id_;
  bool has_id_ = false;
  bool id_is_new_ = false;  // made for a database of no bytes, and nothing written yet
  bool poisoned_ = false;
};

}  // namespace samla::vault
