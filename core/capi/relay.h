// Relay: asks the process that has the store open. Threads: one that reads; calls from any.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/result.h"
#include "core/capi/backend.h"

namespace samla::capi {

class Relay final : public Backend {
 public:
  /// Connects to the owner of `profile` and proves the passphrase to it, which may wait for a request there
  /// to end. store_busy where no owner listens (yet); wrong_passphrase; version_unknown.
  static Result<std::unique_ptr<Relay>> connect(const std::filesystem::path& profile,
                                                std::string_view passphrase);
  ~Relay() override;

  Answer ask(std::string_view json) override;
  std::optional<std::string> next_event(std::chrono::milliseconds timeout) override;
  bool over() const override;
  void wake() override;
  void end() override;

 private:
  enum class Stage { kIdle, kSent, kTaken, kReplied, kCut };

  explicit Relay(int socket);
  void read_all();
  void receive(std::string text, Stage stage);

  const int socket_;
  std::mutex asking_;  // one request at a time on the connection
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Stage stage_ = Stage::kIdle;
  std::string reply_;
  std::deque<std::string> events_;
  bool over_ = false;
  bool woken_ = false;
  std::thread reading_;
};

}  // namespace samla::capi
