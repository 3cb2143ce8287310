// Backend: who answers a handle's requests: the store in this process (owner.h) or the process that has it
// open (relay.h). Threads: any.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace samla::capi {

struct Answer {
  enum class Outcome {
    kReplied,
    kNotRun,     ///< certainly without effect: it may be asked elsewhere
    kCut,        ///< a watch that ended because the other process ends: it may be asked elsewhere
    kUncertain,  ///< begun, and its end is unknown: it must not be asked again
  };
  Outcome outcome = Outcome::kNotRun;
  std::string reply;  ///< of kReplied
};

class Backend {
 public:
  virtual ~Backend() = default;
  /// Waits for its turn and for the reply.
  virtual Answer ask(std::string_view json) = 0;
  /// The next event; absent where none came in time, or when it is over.
  virtual std::optional<std::string> next_event(std::chrono::milliseconds timeout) = 0;
  /// No further event will come: another process had the store, and has ended.
  virtual bool over() const = 0;
  /// Ends a next_event that waits, or the next one that would, as if its time had passed.
  virtual void wake() = 0;
  /// Makes what waits for the network, or watches, end soon; later requests are not run. May be called
  /// again: a request that was just beginning hears only the next call.
  virtual void end() = 0;
};

}  // namespace samla::capi
