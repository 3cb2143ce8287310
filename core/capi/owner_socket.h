// OwnerSocket: lets the other programs of this user ask the store that this process has open.
// Each must be of the same user (SO_PEERCRED) and prove the passphrase before anything else; until then it
// gets no more than a frame of a few KiB and a few seconds. Several at once, a bounded number.
// Invariant: a request is announced as taken before it can have any effect, so that the other side knows
// whether it may ask elsewhere.
// Threads: one that accepts, three a connection (its requests, its events, its end); all gone with the
// object.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <thread>

#include "core/base/result.h"
#include "core/capi/owner.h"

namespace samla::capi {

inline constexpr std::size_t kConnectionsMax = 16;

class OwnerSocket {
 public:
  /// Listens for the profile of `owner`, which outlives it. not_permitted or io where no folder for the
  /// socket can be had: the store can be used all the same, by this process alone.
  static Result<std::unique_ptr<OwnerSocket>> listen(Owner& owner, const std::filesystem::path& profile);
  /// Takes the socket away, lets requests under way finish (watches are cut), and ends all connections.
  ~OwnerSocket();

  const std::filesystem::path& path() const { return path_; }

 private:
  class Connection;

  OwnerSocket(Owner& owner, std::filesystem::path path, int socket);
  void accept_all();
  void admit(int socket);
  void forget_ended();

  Owner& owner_;
  const std::filesystem::path path_;
  const int socket_;
  ino_t inode_ = 0;
  std::atomic<bool> closing_ = false;
  std::list<Connection> connections_;  // the accepting thread's; after it has ended the destructor's
  std::thread accepting_;
};

}  // namespace samla::capi
