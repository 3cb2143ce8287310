// The device's end of the transport: one connection to a server, used as if it were synchronous.
// Bytes pass: caller -> channel -> noise -> WebSocket, and back.
// Invariant: reading and writing go on together whenever a method waits, so that two sides which both
// write never wait for each other; both queues are bounded.
// Threads: one at a time, but for `wake`. Nothing happens between calls: no thread and no timer of its own.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "core/base/result.h"
#include "core/net/endpoint.h"
#include "core/noise/keys.h"
#include "core/noise/symmetric_state.h"

namespace samla::net {

class ClientChannel {
 public:
  /// Connects and runs the Noise handshake, all within `deadline`. `prologue` must be the server's.
  /// offline: refused, unresolvable, no answer in time. wrong_server_key: whoever answered holds another
  /// key. protocol: what answered is no Samla server. connection_closed: the server gave up midway.
  static Result<std::unique_ptr<ClientChannel>> connect(const Endpoint& endpoint,
                                                        const noise::PublicKey& server_key,
                                                        noise::NoiseKeyPair device_key, ByteView prologue,
                                                        std::chrono::milliseconds deadline);
  /// Closes the socket if `close` hasn't; doesn't wait.
  ~ClientChannel();

  /// Queues a message of at most noise::kLogicalMessageBytesMax; waits while the queue is full. What is
  /// queued leaves only while a method runs: whoever has nothing more to send receives or closes.
  /// too_large; timed_out: not a fragment left for 10 s (the message is not queued); connection_closed.
  Result<void> send(ByteView logical_message);
  /// The next message; nothing where none came within `timeout` (zero: only looks). After an error
  /// there is none to come: connection_closed, or protocol where the server's bytes were wrong.
  Result<std::optional<Bytes>> receive(std::chrono::milliseconds timeout);
  /// Ends a `receive` that waits, or the next one, as if its time had passed. Any thread, while the channel
  /// is there.
  void wake();
  /// Sends what is queued and the authenticated close, for at most 5 s; the channel is then spent.
  void close();

  /// Unique to this connection and the same at the server.
  const noise::HandshakeHash& handshake_hash() const;

 private:
  class Impl;
  explicit ClientChannel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace samla::net
