// Events: what happened, for whoever listens. At most 1,024 wait: of the kind that has most, the oldest
// goes first. Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "core/requests/json.h"

namespace samla::requests {

inline constexpr std::size_t kEventsMax = 1024;

class Events {
 public:
  /// `event` has the member "event", its kind.
  void push(const Json& event);
  /// The oldest, as JSON; absent where none came in time.
  std::optional<std::string> next(std::chrono::milliseconds timeout);
  /// Ends a `next` that waits, or the next one that would, as if its time had passed.
  void wake();

 private:
  struct Waiting {
    std::string kind;
    std::string text;
  };
  void drop_one();

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Waiting> waiting_;
  bool woken_ = false;
};

}  // namespace samla::requests
