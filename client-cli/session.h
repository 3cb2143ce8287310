// Session: an open profile, asked one thing at a time, with signals and events looked after meanwhile.
// SIGINT, SIGTERM and SIGHUP end what waits for the network, and the reply still comes; the session is then
// closed. A second signal ends the program at once.
// Thread: the main one; the signals and SIGUSR1 are blocked in all (block_signals, before any thread).
#pragma once

#include <functional>
#include <string>

#include "client-cli/commands/command.h"
#include "core/include/samla/samla.h"

namespace samla::cli {

void block_signals();

class Session {
 public:
  Session() = default;
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Opens; an empty profile: for what needs none. Refused with the reply that samla_open gave.
  void open(const std::string& profile, const std::string& passphrase);

  /// The reply, exactly. `on_event` is called in another thread; empty: events are let be.
  std::string ask(const Json& request, const std::function<void(const std::string&)>& on_event = {});
  /// A reply that must be ok, parsed; refused otherwise.
  Json need(const Json& request);
  bool interrupted() const { return interrupted_; }

 private:
  void close();

  samla_client* client_ = nullptr;
  bool interrupted_ = false;
};

/// A failed reply of the library: thrown where the command cannot go on without.
struct Refused {
  std::string reply;
};

}  // namespace samla::cli
