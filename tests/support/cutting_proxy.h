// A proxy on loopback that cuts connections after a given number of bytes: for loops that fail an operation
// at every point until it passes. One thread of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "core/base/assert.h"

namespace samla::test {

class CuttingProxy {
 public:
  explicit CuttingProxy(std::uint16_t upstream) : upstream_(upstream) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    SAMLA_ASSERT(::bind(listener_, generic(address), sizeof address) == 0 && ::listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    SAMLA_ASSERT(::getsockname(listener_, generic(address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~CuttingProxy() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::uint16_t port() const { return port_; }
  /// Cuts once so many more bytes have passed, counted over both ways; every connection from then on too.
  void cut_after(std::int64_t bytes) { left_ = bytes; }
  void pass_all() { left_ = kUnlimited; }
  /// Bytes that came in so far, over both ways.
  std::int64_t passed() const { return passed_; }

 private:
  static constexpr std::int64_t kUnlimited = INT64_MAX / 2;
  struct Pair {
    int client;
    int server;
  };

  static sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    out.sin_port = htons(port);
    return out;
  }

  void run() {
    constexpr int kLookMs = 20;
    while (!stop_) {
      std::vector<pollfd> fds = {{listener_, POLLIN, 0}};
      for (const Pair& pair : pairs_) {
        fds.push_back({pair.client, POLLIN, 0});
        fds.push_back({pair.server, POLLIN, 0});
      }
      if (::poll(fds.data(), fds.size(), kLookMs) <= 0) continue;
      std::vector<Pair> kept;
      for (std::size_t i = 0; i < pairs_.size(); ++i) {
        const bool up = fds[2 * i + 1].revents == 0 || forward(pairs_[i].client, pairs_[i].server);
        if (up && (fds[2 * i + 2].revents == 0 || forward(pairs_[i].server, pairs_[i].client))) {
          kept.push_back(pairs_[i]);
        } else {
          close(pairs_[i]);
        }
      }
      pairs_ = kept;
      if (fds[0].revents != 0) accept();
    }
    for (const Pair& pair : pairs_) close(pair);
  }

  /// False: the connection is over.
  bool forward(int from, int to) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    const ssize_t allowed = std::min<ssize_t>(got, std::max<std::int64_t>(left_, 0));
    left_ -= got;
    passed_ += got;
    for (ssize_t sent = 0; sent < allowed;) {
      const ssize_t now =
          ::send(to, buffer.data() + sent, static_cast<std::size_t>(allowed - sent), MSG_NOSIGNAL);
      if (now <= 0) return false;
      sent += now;
    }
    return allowed == got;
  }

  void accept() {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(upstream_);
    if (::connect(server, generic(address), sizeof address) == 0) {
      pairs_.push_back({client, server});
    } else {
      close({client, server});
    }
  }

  static void close(const Pair& pair) {
    ::close(pair.client);
    ::close(pair.server);
  }

  std::uint16_t upstream_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<std::int64_t> left_ = kUnlimited;
  std::atomic<std::int64_t> passed_ = 0;
  std::atomic<bool> stop_ = false;
  std::vector<Pair> pairs_;
  std::thread thread_;
};

}  // namespace samla::test
