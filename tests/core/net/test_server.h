// A real listener on loopback for tests, with its thread, and what it has seen.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "core/net/client_channel.h"
#include "core/net/listener.h"
#include "core/noise/channel.h"

namespace samla::net {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Longer than anything takes that a test waits for; reached only when the test fails.
inline constexpr std::chrono::milliseconds kPatience = 20s;

struct TestServerOptions : ListenOptions {
  bool echo = true;
  int threads = 1;
};

class TestServer {
 public:
  using Options = TestServerOptions;

  explicit TestServer(Options options = {}) : echo_(options.echo) {
    options.prologue = noise::sync_prologue("/sync");
    auto opened = Listener::open(options, key_.duplicate(), callbacks());
    SAMLA_ASSERT(opened.ok());
    listener_ = std::move(*opened);
    for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { listener_->run(); });
  }
  ~TestServer() { stop(0ms); }

  void stop(std::chrono::milliseconds drain) {
    listener_->stop(drain);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  Listener& listener() { return *listener_; }
  std::uint16_t port() const { return listener_->port(); }
  const noise::PublicKey& key() const { return key_.public_key(); }

  Result<std::unique_ptr<ClientChannel>> connect(std::uint16_t port = 0) {
    return ClientChannel::connect({"127.0.0.1", port ? port : this->port()}, key(),
                                  noise::NoiseKeyPair::generate(random_), noise::sync_prologue("/sync"),
                                  kPatience);
  }

  /// Waits until `condition`, evaluated under the lock; false if it did not come.
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }
  bool wait_for_opened(std::size_t count) {
    return wait([this, count] { return opened_.size() >= count; });
  }
  bool wait_for_closed(std::size_t count) {
    return wait([this, count] { return closed_.size() >= count; });
  }

  // Under the lock of `wait`, or after `stop`.
  std::vector<ConnectionId> opened_;
  std::vector<ConnectionId> closed_;
  std::vector<noise::PublicKey> keys_;
  std::map<ConnectionId, std::vector<Bytes>> received_;

 private:
  Callbacks callbacks() {
    Callbacks out;
    out.on_open = [this](ConnectionId id, const noise::PublicKey& remote) {
      record([&] { opened_.push_back(id), keys_.push_back(remote); });
    };
    out.on_message = [this](ConnectionId id, Bytes message) {
      if (echo_ && !listener_->send(id, message).ok()) listener_->close(id);
      record([&] { received_[id].push_back(std::move(message)); });
    };
    out.on_closed = [this](ConnectionId id) { record([&] { closed_.push_back(id); }); };
    out.on_http = [](const HttpQuery& query) {
      return query.path == "/healthz" && query.loopback ? HttpReply{200, "ok\n"}
                                                        : HttpReply{404, "not found\n"};
    };
    return out;
  }
  template <class Work>
  void record(Work work) {
    const std::lock_guard lock(mutex_);
    work();
    changed_.notify_all();
  }

  bool echo_;
  SystemRandom random_;
  noise::NoiseKeyPair key_ = noise::NoiseKeyPair::generate(random_);
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::thread> threads_;
};

}  // namespace samla::net
