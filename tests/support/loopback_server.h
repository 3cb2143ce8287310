// A real server on loopback inside the test's process: listener, arbiter, storage in a folder. It can be
// stopped and started again over the same folder and port.
#pragma once

#include <memory>
#include <thread>

#include "core/base/random.h"
#include "sync-server/folder.h"
#include "sync-server/listener.h"
#include "tests/support/temporary_folder.h"

namespace samla::test {

class LoopbackServer {
 public:
  LoopbackServer() {
    SystemRandom random;
    auto fragment = server::init_folder(folder_.path(), random);
    SAMLA_ASSERT(fragment.ok());
    fragment_ = *fragment;
    start();
  }
  ~LoopbackServer() { stop(); }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// What `samla org create --server` takes.
  std::string url() const { return url(port_); }
  /// As reached through another port.
  std::string url(std::uint16_t port) const {
    return "ws://127.0.0.1:" + std::to_string(port) + "/#" + fragment_;
  }
  std::uint16_t port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_.path(); }

  void start() {
    SAMLA_ASSERT(listener_ == nullptr);
    server::Config config;
    config.dir = folder_.path().string();
    config.listen = "127.0.0.1:" + std::to_string(port_);
    auto opened = server::ServerListener::open(config, clock_);
    SAMLA_ASSERT(opened.ok());
    listener_ = std::move(*opened);
    port_ = listener_->port();
    thread_ = std::thread([this] { listener_->run(2); });
  }
  void stop() {
    if (listener_ == nullptr) return;
    listener_->stop();
    thread_.join();
    listener_.reset();
  }

 private:
  TemporaryFolder folder_;
  SystemClock clock_;
  std::string fragment_;
  std::uint16_t port_ = 0;
  std::unique_ptr<server::ServerListener> listener_;
  std::thread thread_;
};

}  // namespace samla::test
