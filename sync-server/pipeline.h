// The way of a job through the threads: submitted by the connections' thread, verified by a pool, then
// taken in the order of submission by the one thread that owns arbiter and storage, as many at a time as
// are ready, so that one commit serves them all.
// Invariant: jobs are placed in the order in which they were submitted. Memory: whoever submits looks at
// queued_bytes and holds its connections back (listener.h). Threads: submit any; the callback comes on the
// storage's thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sync-server/arbiter.h"

namespace samla::server {

class Pipeline {
 public:
  using Done = std::function<void(GroupResult)>;

  /// `verifiers` 0: no threads; whoever owns this calls work().
  Pipeline(Arbiter& arbiter, const ChainRegistry& registry, std::size_t verifiers, Done done);
  /// Finishes what was submitted.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  void submit(Job job);
  /// Without threads: verifies and places what was submitted first, at most `jobs_max`. False: nothing was.
  bool work(std::size_t jobs_max);
  /// Submitted and not yet placed. Any thread.
  std::size_t queued_bytes() const { return queued_bytes_; }
  /// Takes no more, finishes what was submitted, joins. Again is harmless.
  void stop();

 private:
  struct Slot {
    Job job;
    bool ready = false;
  };

  bool finish_group(std::size_t jobs_max);
  void verify_loop();
  void storage_loop();
  std::vector<Job> take_group(std::unique_lock<std::mutex>& lock, std::size_t jobs_max);

  Arbiter& arbiter_;
  const ChainRegistry& registry_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable to_verify_changed_;
  std::condition_variable queue_changed_;
  std::deque<std::shared_ptr<Slot>> queue_;      ///< in order of submission
  std::deque<std::shared_ptr<Slot>> to_verify_;  ///< those of them that wait for it
  std::atomic<std::size_t> queued_bytes_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> verifiers_;
  std::thread storage_thread_;
};

}  // namespace samla::server
