// Handle: what a samla_client points to. Opens the store, or reaches the process that has it open; and when
// that one ends, opens the store itself. A request is asked a second time only if it certainly had no
// effect before. Threads: any; close once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/capi/backend.h"
#include "core/requests/client.h"

namespace samla::capi {

class Handle {
 public:
  /// As requests::Client::open; store_busy only after a few seconds in which the owner of the store could
  /// not be asked. Without a profile in `options` it answers `requests` and `version` alone.
  static Result<std::unique_ptr<Handle>> open(requests::Options options);
  ~Handle();

  std::string request(std::string_view json);
  /// Negative: waits until there is one, or the handle closes.
  std::optional<std::string> next_event(int timeout_ms);
  /// Ends a next_event that waits, or the next one that would: it returns nothing.
  void wake();
  /// Ends what waits or watches, and returns when every other call has returned.
  void close();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  class Own;
  class Call;

  explicit Handle(requests::Options options);
  Result<std::shared_ptr<Backend>> open_backend();
  Result<std::shared_ptr<Backend>> current();
  void leave(const std::shared_ptr<Backend>& backend);
  std::shared_ptr<Backend> wait_for_backend(Deadline deadline);
  /// A new passphrase opens the store again, should its owner end.
  void follow(std::string_view json, std::string_view reply);
  bool is_closing();

  requests::Options options_;
  std::mutex opening_;  // held while a backend is being opened; before mutex_
  std::mutex mutex_;
  std::condition_variable returned_;
  std::condition_variable backend_changed_;
  std::shared_ptr<Backend> backend_;
  std::size_t calls_ = 0;
  bool closing_ = false;
  bool woken_ = false;
};

}  // namespace samla::capi
