// The server's end of the transport: one port that takes WebSocket connections on the sync path, runs
// the Noise handshake on each, and answers plain HTTP GET by a callback.
// Bytes of a connection pass: listener -> connection -> noise -> callbacks, and back by `send`.
// Invariant: `on_closed` follows each `on_open` exactly once and is the last callback of its connection;
// memory is bounded for every connection and address, whatever they send.
// Threads: callbacks run on threads that are inside `run`; those of one connection never overlap, in
// order. Methods may be called from any thread, also from callbacks. Callbacks must not block for long;
// an exception out of a connection's callback closes that connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/noise/keys.h"

namespace samla::net {

/// Counts up from 1 within one listener; never reused.
enum class ConnectionId : std::uint64_t {};

struct HttpReply {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

struct HttpQuery {
  /// Without its query part.
  std::string_view path;
  /// Asked from this machine.
  bool loopback = false;
};

/// Since `open`, but for what is so now.
struct ListenCounts {
  std::uint64_t handshakes_completed = 0;
  /// Failed, or not finished in time; also what was neither a handshake nor a request for HTTP.
  std::uint64_t handshakes_failed = 0;
  std::uint64_t http_answered = 0;
  /// Closed at once: too many connections, or the address had no budget left.
  std::uint64_t turned_away = 0;
  std::size_t queued_bytes = 0;  ///< now, of all connections (`Listener::queued_bytes`)
};

struct Callbacks {
  /// A device has proven that it holds `remote`; who it is, is for the session to find out.
  std::function<void(ConnectionId, const noise::PublicKey& remote)> on_open;
  std::function<void(ConnectionId, Bytes message)> on_message;
  std::function<void(ConnectionId)> on_closed;
  /// Plain HTTP GET of any other path. Without it everything is 404.
  std::function<HttpReply(const HttpQuery&)> on_http;
};

struct ListenOptions {
  /// A name or address; "::" takes IPv4 as well.
  std::string host = "127.0.0.1";
  /// 0 lets the system choose one (`port()`).
  std::uint16_t port = 0;
  std::string path = "/sync";
  /// Must be the clients' (noise::sync_prologue).
  Bytes prologue;
  std::size_t connections_max = 20000;
  /// Further ones wait in the kernel's backlog.
  std::size_t handshakes_max = 256;
  /// From accept to the third Noise message, or to the end of an HTTP reply.
  std::chrono::milliseconds handshake_deadline{5000};
  /// A connection whose next fragment of at most 32 KiB was not taken for this long is cut.
  std::chrono::milliseconds stalled_write_deadline{30000};
  /// A connection that was silent for this long, and for half of it left a ping unanswered, is cut.
  std::chrono::milliseconds idle_deadline{20 * 60 * 1000};
  /// Failed and unfinished handshakes an address has at once, and how many a second grow back. More than
  /// `handshakes_max`, so that a hall of devices behind one address can arrive at once.
  double address_budget = 512;
  double address_budget_per_second = 20;
};

class Listener {
 public:
  /// Binds and listens; connections are taken once `run` is called. address_in_use; io.
  /// `earlier_key`: the one before, for those who have not heard yet of a change.
  static Result<std::unique_ptr<Listener>> open(ListenOptions options, noise::NoiseKeyPair key,
                                                Callbacks callbacks,
                                                std::optional<noise::NoiseKeyPair> earlier_key = {});
  /// Not while a thread is inside `run`.
  ~Listener();

  std::uint16_t port() const;
  /// Serves until `stop` has finished. May be called on several threads.
  void run();
  /// Takes no more connections, closes the open ones once their queues are sent, and cuts what is left
  /// after `drain_deadline`; then `run` returns. Doesn't wait itself.
  void stop(std::chrono::milliseconds drain_deadline);

  /// Queues a message of at most noise::kLogicalMessageBytesMax. connection_closed where there is no such
  /// open connection (any more); too_large; retry_later where more than kSendQueueBytesMax would wait.
  Result<void> send(ConnectionId id, Bytes message);
  /// Sends what is queued, then the authenticated close. `on_closed` follows.
  void close(ConnectionId id);
  /// Bytes of messages accepted by `send` and not yet taken by the system as a whole (a message counts for
  /// 64 at least); 0 for an unknown connection.
  std::size_t queued_bytes(ConnectionId id) const;
  ListenCounts counts() const;
  /// While paused, at most what has been read already is delivered, and the sender is slowed by TCP. A
  /// pause longer than `idle_deadline` cuts the connection.
  void pause_reading(ConnectionId id, bool paused);

  /// Runs `work` on a thread inside `run`; one posted or delayed work at a time. Dropped after `stop`
  /// has finished.
  void post(std::function<void()> work);
  /// As `post`, later. Dropped if `stop` comes first.
  void after(std::chrono::milliseconds delay, std::function<void()> work);

 private:
  class Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace samla::net
