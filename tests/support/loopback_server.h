// A real server on loopback inside the test's process: listener, arbiter, storage in a folder. It can be
// stopped and started again over the same folder and port.
#pragma once

#include <memory>
#include <thread>

#include "core/base/random.h"
#include "sync-server/folder.h"
#include "sync-server/listener.h"
#include "sync-server/maintenance.h"
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
  /// Its database is lost; the keys are left, and the name of the organisation.
  void empty() {
    stop();
    drop_database();
    SystemRandom random;
    SAMLA_ASSERT(server::init_emptied(folder_.path(), {}, clock_.now_ms(), random).ok());
    start();
  }
  /// What an operator's backup holds, in a folder of the caller's.
  void back_up(const std::filesystem::path& to) const {
    SAMLA_ASSERT(server::back_up(folder_.path(), to, false, clock_.now_ms()).ok());
  }
  /// From that backup, in a new life.
  void restore(const std::filesystem::path& from) {
    stop();
    drop_database();
    SystemRandom random;
    SAMLA_ASSERT(server::restore(from, folder_.path(), random, clock_.now_ms()).ok());
    start();
  }
  /// To that backup, without anybody having told the server: as a virtual machine is set back.
  void roll_back(const std::filesystem::path& to) {
    stop();
    drop_database();
    std::filesystem::copy_file(server::storage_file(to), server::storage_file(folder_.path()));
    start();
  }

  void stop() {
    if (listener_ == nullptr) return;
    listener_->stop();
    thread_.join();
    listener_.reset();
  }

 private:
  void drop_database() const {
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::filesystem::remove(server::storage_file(folder_.path()).string() + ending);
    }
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  std::string fragment_;
  std::uint16_t port_ = 0;
  std::unique_ptr<server::ServerListener> listener_;
  std::thread thread_;
};

}  // namespace samla::test
