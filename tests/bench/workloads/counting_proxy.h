// A proxy that counts bytes, in a process of its own, so that neither its threads nor its work are in what is
// measured. Thread: one.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace samla::bench {

class CountingProxy {
 public:
  /// In front of the server that `url` (ws://HOST:PORT/#FRAGMENT) names.
  explicit CountingProxy(const std::string& url);
  ~CountingProxy();
  CountingProxy(const CountingProxy&) = delete;
  CountingProxy& operator=(const CountingProxy&) = delete;

  /// The same by way of the proxy.
  const std::string& url() const { return url_; }
  /// Of TCP's payload, both ways, so far.
  double bytes() const;

 private:
  std::string url_;
  std::int64_t* shared_ = nullptr;  ///< of two processes: port, bytes
  pid_t pid_ = -1;
};

}  // namespace samla::bench
