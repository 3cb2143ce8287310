// A Server on the network: bytes from core/net's listener to the server, and back.
//
// Invariant: the server is touched on one strand only; encryption runs on all threads. Memory: a
// connection is not read while much of it waits for the strand, and none is while the arbiter's queue is
// long. Threads: stop may be called from any.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

#include "core/net/listener.h"
#include "sync-server/config.h"
#include "sync-server/server.h"

namespace samla::server {

class ServerListener {
 public:
  /// Opens the folder and binds; address_in_use and what Server::open says.
  static Result<std::unique_ptr<ServerListener>> open(const Config& config, const Clock& clock);
  /// Not while `run` lasts.
  ~ServerListener();

  std::uint16_t port() const { return listener_->port(); }
  /// Serves on `threads` threads, this one included, until `stop` has finished.
  void run(std::size_t threads);
  /// Places what was submitted, sends what is queued, closes; cuts what is left after the drain deadline.
  void stop();

 private:
  using Id = net::ConnectionId;
  /// What of a connection waits for the strand, and whether it is held back.
  struct Inflow {
    std::size_t waiting = 0;
    bool held = false;
  };

  explicit ServerListener(const Config& config) : config_(config) {}
  net::Callbacks callbacks();
  Outlet outlet();
  void on_open(Id id, const NoisePublicKey& remote);
  void on_message(Id id, Bytes message);
  void on_closed(Id id);
  net::HttpReply on_http(const net::HttpQuery& query) const;
  bool overloaded() const;
  void handled(Id id, std::size_t bytes);
  void release_held();

  const Config config_;
  std::mutex mutex_;
  std::unordered_map<Id, Inflow> inflow_;
  std::set<Id> overflow_;  ///< held because the arbiter's queue is long
  // In this order: the server goes first, while its outlet is still there.
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<Server> server_;
};

}  // namespace samla::server
