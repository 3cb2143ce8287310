// One accepted socket, from its first byte to its last. Internal to net: listener.cc owns these,
// connection.cc implements them; the split keeps Beast in one translation unit and no Boost here.
// Threads: everything of a connection happens on its own strand; methods may be called from any thread.
#pragma once

#include <memory>

#include "core/net/address_budget.h"
#include "core/net/listener.h"

namespace boost::asio {
class io_context;
}

namespace samla::net {

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  virtual Result<void> send(Bytes message) = 0;
  /// Sends what is queued, then the authenticated close; cuts where the handshake is not complete.
  virtual void close() = 0;
  /// Closes the socket at once.
  virtual void cut() = 0;
  virtual std::size_t queued_bytes() const = 0;
  virtual void pause_reading(bool paused) = 0;
};

/// What a connection tells and asks its owner, on its strand.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual const ListenOptions& options() const = 0;
  virtual const noise::NoiseKeyPair& key() const = 0;
  /// Also answered to; null: none.
  virtual const noise::NoiseKeyPair* earlier_key() const = 0;
  /// The handshake is complete, or an HTTP request was answered: it is not one that failed.
  virtual void handshake_completed(ConnectionId id) = 0;
  virtual void opened(ConnectionId id, const noise::PublicKey& remote) = 0;
  virtual void received(ConnectionId id, Bytes message) = 0;
  virtual HttpReply http(ConnectionId id, std::string_view path) = 0;
  /// Once, the last call. `was_open`: whether `opened` was called.
  virtual void ended(ConnectionId id, bool was_open) = 0;
};

/// Takes over `socket`, a connected native TCP socket. `owner` must outlive what runs on `io`.
std::shared_ptr<Connection> make_connection(boost::asio::io_context& io, int socket, bool is_v6,
                                            ConnectionId id, ConnectionOwner& owner);

}  // namespace samla::net
