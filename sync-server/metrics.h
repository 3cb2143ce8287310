// What an operator watches, counted without content, keys or names, and its text for Prometheus.
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "core/net/listener.h"
#include "sync-server/arbiter.h"

namespace samla::server {

class Metrics {
 public:
  /// What one group did, or that storage failed.
  void count(const GroupResult& group);
  void set_connections(std::size_t count) { connections_ = count; }
  std::uint64_t placed() const { return placed_; }
  void set_queued(std::size_t bytes) { queued_bytes_ = bytes; }

  /// Prometheus' text exposition format, version 0.0.4. `listener`: what the transport counts.
  std::string text(const net::ListenCounts& listener, bool storage_works) const;

 private:
  /// Upper bounds in microseconds; what is above the last counts in the sum alone.
  static constexpr std::array<std::uint64_t, 12> kCommitBounds{
      250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000};

  std::atomic<std::uint64_t> connections_ = 0;
  std::atomic<std::uint64_t> queued_bytes_ = 0;
  std::atomic<std::uint64_t> placed_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> chain_appends_ = 0;
  std::atomic<std::uint64_t> conflicts_ = 0;
  std::atomic<std::uint64_t> failed_commits_ = 0;
  std::atomic<std::uint64_t> commit_us_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::array<std::atomic<std::uint64_t>, kCommitBounds.size()> commit_buckets_{};
};

}  // namespace samla::server
