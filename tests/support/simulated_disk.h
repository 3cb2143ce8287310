// A disk in memory, beneath the vault: a SQLite VFS and the vault's FileSystem over the same files. It
// loses power, and then what no sync covered is there, dropped, torn by sectors, or garbled: writes,
// truncations, names. It fails calls. It looks for plaintext in every byte that reaches it.
// Everything is drawn from the seed. One thread.
#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/vault/file_system.h"

namespace samla {

class SimulatedDisk final : public vault::FileSystem {
 public:
  enum class Fault {
    none,
    power_cut,   ///< the call and all after it fail until restore_power()
    io_error,    ///< a write leaves half of its bytes; a sync loses what it did not bring to the disk
    disk_full,   ///< as io_error, of calls that need space
    short_read,  ///< a read gives half of its bytes
  };
  struct Fates {
    std::uint64_t kept = 0, dropped = 0, torn = 0, garbled = 0;
  };
  struct File;  // internal

  explicit SimulatedDisk(std::uint64_t seed);
  ~SimulatedDisk() override;
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  /// The VFS's name; it is registered while this lives.
  const std::string& vfs_name() const { return name_; }

  /// The call that comes after `calls` more fails so: that one alone, or (power_cut; `lasting`) all after it
  /// too. Calls that the fault has no meaning for (a read on a full disk) are not counted.
  void fail_after(std::uint64_t calls, Fault fault, bool lasting = false);
  void stop_failing() { fault_ = Fault::none; }
  /// Whether fail_after's call has come.
  bool has_failed() const { return has_failed_; }
  bool is_without_power() const { return is_without_power_; }
  void cut_power() { is_without_power_ = true; }
  /// Decides what became of everything that no sync covered. Nothing may be open.
  void restore_power();
  /// As restore_power, of a disk that loses nothing that was written: kill -9.
  void forget_pending();

  /// Every byte written from now on is searched for it.
  void watch_for(std::string plaintext) { plaintext_ = std::move(plaintext); }
  std::uint64_t plaintext_found() const { return plaintext_found_; }
  const Fates& fates() const { return fates_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

  /// Files as a thief or tamperer has them: no call is counted, and all is durable at once.
  Bytes content(const std::string& path) const;
  /// Changes the file under those who have it open, too.
  void plant(const std::string& path, Bytes content);
  void erase(const std::string& path);
  std::vector<std::string> paths() const;

  bool exists(const Path& path) override;
  Result<Bytes> read(const Path& path, std::size_t max) override;
  Result<void> write(const Path& path, ByteView bytes) override;
  Result<void> move(const Path& from, const Path& to) override;
  Result<void> remove(const Path& path) override;

 private:
  friend struct SimulatedVfs;
  using Names = std::map<std::string, std::shared_ptr<File>>;
  struct NameChange {
    std::string name;
    std::shared_ptr<File> file;  // null: the name goes
    std::string old_name;        // of a move; else empty
  };
  enum class Kind { read, write, sync, name };

  int start(Kind kind);
  std::shared_ptr<File> find(const std::string& path) const;
  std::shared_ptr<File> make(const std::string& path);
  int write_at(File& file, ByteView bytes, std::size_t offset);
  int truncate(File& file, std::size_t size);
  int sync(File& file);
  int sync_names();
  void change_name(NameChange change);
  void settle(File& file);

  std::string name_;
  sqlite3_vfs vfs_{};
  SeededRandom random_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> pending_names_;
  Fault fault_ = Fault::none;
  bool lasting_ = false;
  std::uint64_t calls_left_ = 0;
  bool has_failed_ = false;
  bool is_without_power_ = false;
  std::string plaintext_;
  std::uint64_t plaintext_found_ = 0;
  std::uint64_t bytes_written_ = 0;
  Fates fates_;
};

}  // namespace samla
