// The production server on a simulated machine: storage on a disk that fails, no threads, no sockets. What
// it wants done on its connections' thread waits in a queue, which a crash empties.
#pragma once

#include <deque>
#include <functional>

#include "core/chain/server_fragment.h"
#include "sync-server/server.h"
#include "tests/sim/disks.h"
#include "tests/sim/options.h"

namespace samla::sim {

class SimClock final : public Clock {
 public:
  explicit SimClock(const std::uint64_t& true_ms) : true_ms_(true_ms) {}
  std::uint64_t now_ms() const override {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(true_ms_) + skew_ms);
  }
  std::int64_t skew_ms = 0;

 private:
  const std::uint64_t& true_ms_;
};

/// How a server comes to have less than it had.
enum class Loss {
  kRestored,  ///< from the backup, and it knows
  kSetBack,   ///< to the backup, and nobody has told it
  kEmptied,   ///< its keys are left, and whose server it was
};

class SimServer {
 public:
  using Send = std::function<void(server::Asker, Bytes)>;
  using Close = std::function<void(server::Asker)>;

  SimServer(Stack stack, std::uint64_t seed, const std::uint64_t& true_ms, Send send, Close close);
  ~SimServer();

  /// Makes the storage, then starts.
  Result<void> init();
  /// An error: it can't start now (its disk is full).
  Result<void> start();
  /// Down, whatever it was doing.
  void crash(Down down);
  /// Keeps what the disk holds now.
  void back_up() { backup_ = disk_->image(); }
  bool has_backup() const { return !backup_.empty(); }
  /// While it is down, and its disk without faults. It does not start.
  Result<void> lose(Loss loss, const OrganisationId& organisation);

  bool running() const { return server_ != nullptr; }
  server::Server& server() { return *server_; }
  /// Valid while running; sees what is committed.
  server::Storage& storage() { return *storage_; }
  /// Runs one piece of what waits; false: nothing waits.
  bool run_posted();
  bool idle() const { return posted_.empty() && (server_ == nullptr || server_->queued_bytes() == 0); }

  const server::ServerKeys& keys() const { return keys_; }
  const chain::ClaimToken& claim() const { return claim_; }
  Disk& disk() { return *disk_; }
  SimClock clock;
  bool packs = false;  ///< newcomers are sent heads packs, however short the history is; or never

 private:
  Result<std::unique_ptr<server::Storage>> open_storage();

  SeededRandom random_;
  std::unique_ptr<Disk> disk_;
  DiskImage backup_;
  server::ServerKeys keys_;
  chain::ClaimToken claim_;
  Send send_;
  Close close_;
  std::deque<std::function<void()>> posted_;
  std::unique_ptr<server::Server> server_;
  server::Storage* storage_ = nullptr;  // the server's
};

}  // namespace samla::sim
