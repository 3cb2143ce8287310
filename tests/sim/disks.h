// What a simulated machine keeps its database on: a vault over the simulated disk, the plain simulated disk
// (the server), or SQLite's own memory. Invariant: nothing is open when a disk crashes or is asked for a
// copy.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/replica/local_store.h"
#include "core/vault/database.h"
#include "tests/support/simulated_disk.h"

namespace samla::sim {

/// How a machine went down.
enum class Down { kKilled, kPowerCut };

/// What a disk holds at one moment, by path: a backup, or what somebody copies.
using DiskImage = std::map<std::string, Bytes>;

class Disk {
 public:
  virtual ~Disk() = default;
  virtual const std::string& vfs_name() const = 0;
  virtual std::string path() const = 0;
  /// Nothing that is still running may write any more.
  virtual void stop() {}
  /// The machine comes back.
  virtual void restart(Down) {}
  /// Between calls to the disk: what is written, whether or not a sync covered it.
  virtual DiskImage image() const = 0;
  /// Nothing may be open.
  virtual void set_to(const DiskImage& image) = 0;
  /// Null where the disk has no faults.
  virtual SimulatedDisk* simulated() { return nullptr; }
};

/// Bytes on a disk that fails, tears and forgets.
class FailingDisk final : public Disk {
 public:
  explicit FailingDisk(std::uint64_t seed) : disk_(seed) {}
  const std::string& vfs_name() const override { return disk_.vfs_name(); }
  std::string path() const override { return "/store.db"; }
  void stop() override { disk_.cut_power(); }
  void restart(Down down) override {
    disk_.stop_failing();
    if (down == Down::kPowerCut) {
      disk_.restore_power();
    } else {
      disk_.forget_pending();
    }
  }
  DiskImage image() const override;
  void set_to(const DiskImage& image) override;
  SimulatedDisk* simulated() override { return &disk_; }

 private:
  SimulatedDisk disk_;
};

/// A database that lives as long as this does, in memory: as fast as SQLite can be.
class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(const std::string& name);
  const std::string& vfs_name() const override { return vfs_name_; }
  std::string path() const override { return path_; }
  DiskImage image() const override;
  void set_to(const DiskImage& image) override;

 private:
  std::string vfs_name_ = "memdb";
  std::string path_;
  vault::Database anchor_;
};

/// Opens (makes, where `create`) a device's database; in a vault where `key` is given.
Result<replica::Database> open_database(Disk& disk, const vault::StoreKey* key, Random& random, bool create);
/// For sqlite connections without a vault, by what they stand on.
std::function<Result<void>(sqlite3*)> plain_setup(const Disk& disk);

}  // namespace samla::sim
