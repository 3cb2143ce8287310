// One connection to the server as the device lives it, without the transport: the session machine and the
// store behind it. Messages in, messages out; sync_run.cc has the transport and the waiting.
// Invariant: what has been taken in is durable before anything is answered. Thread: the replica's.
#pragma once

#include "core/replica/sync_host.h"

namespace samla::replica {

class Conversation {
 public:
  /// `local` and `work` outlive it.
  Conversation(LocalStore& local, ChainWork& work, const wire::Hello& hello)
      : local_(local), host_(local, work), session_(host_, hello) {
    work.begin_session();
  }

  Result<void> start() { return session_.start(); }
  /// The next message of the server. An error ends the conversation, once what take_outgoing gives has left.
  Result<void> take(ByteView message);
  /// Something was edited here meanwhile.
  Result<void> on_local_change() { return session_.on_local_change(); }
  /// Messages to send, in order; empties the queue.
  std::vector<Bytes> take_outgoing() { return session_.take_outgoing(); }

  bool level() const { return session_.level(); }
  SyncHost& host() { return host_; }
  const SyncHost& host() const { return host_; }
  const session::DeviceSession& session() const { return session_; }
  /// The server's clock less this device's; absent: it has not said.
  const std::optional<std::int64_t>& clock_skew_ms() const { return clock_skew_ms_; }

 private:
  LocalStore& local_;
  SyncHost host_;
  session::DeviceSession session_;
  std::optional<std::int64_t> clock_skew_ms_;
};

}  // namespace samla::replica
