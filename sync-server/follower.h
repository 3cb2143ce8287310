// What this process knows in memory of a storage that other processes write to: the chains, the places that
// histories have come to, the server's life. Everything of it is read anew where it matters:
//
//   in a transaction that has locked them, before anything is judged by them (the arbiter)
//   when a device says hello, so that a server knows all that the device saw at another
//   when another process says that it has committed something (storage.h, StorageNews)
//
// A storage of this process alone needs none of it: every call returns at once. Threads: any.
#pragma once

#include <atomic>
#include <mutex>
#include <set>

#include "sync-server/chain_registry.h"
#include "sync-server/space_tips.h"

namespace samla::server {

/// wrong_state where the database was moved elsewhere: what is placed here is lost to its devices.
Result<void> not_moved(StorageReader& storage);

class Follower {
 public:
  /// Both outlive it.
  Follower(ChainRegistry& registry, SpaceTips& tips) : registry_(registry), tips_(tips) {}

  /// The chains, and the server's life. Without a lock in the storage: as they were at some moment after the
  /// call began.
  Result<void> catch_up(StorageReader& storage);
  /// The places of these histories, or of all.
  Result<void> read_tips(StorageReader& storage, const std::optional<std::set<SpaceId>>& spaces);
  /// The same, of spaces that this process has locked: what is there now is how far they have come, even if
  /// more was known; then the storage was set back.
  Result<void> read_locked_tips(StorageReader& storage, const std::set<SpaceId>& spaces);

  /// What connections have yet to be told.
  struct News {
    std::set<SpaceId> chains;  ///< that have grown; zero: the identity chain
    bool renewed = false;      ///< another life of the server, or a storage that was set back: connect again
  };
  News take();

 private:
  ChainRegistry& registry_;
  SpaceTips& tips_;
  std::atomic<bool> moved_ = false;
  std::mutex mutex_;
  News news_;
};

}  // namespace samla::server
