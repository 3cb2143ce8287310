#include "sync-server/pipeline.h"

#include <algorithm>
#include <utility>

namespace samla::server {
namespace {

constexpr std::size_t kGroupJobsMax = 512;
constexpr std::size_t kGroupBytesMax = 8 * 1024 * 1024;

std::size_t size_of(const Job& job) {
  if (const auto* push = std::get_if<PushJob>(&job.what)) return push->push.changeset.size();
  std::size_t bytes = 0;
  for (const auto& part : std::get<AppendJob>(job.what).append.parts) {
    for (const Bytes& entry : part.entries) bytes += entry.size();
    for (const wire::Grant& grant : part.grants) bytes += grant.sealed.size();
  }
  return bytes;
}

}  // namespace

Pipeline::Pipeline(Arbiter& arbiter, const ChainRegistry& registry, std::size_t verifiers, Done done)
    : arbiter_(arbiter), registry_(registry), done_(std::move(done)) {
  if (verifiers == 0) return;
  for (std::size_t i = 0; i < verifiers; ++i) verifiers_.emplace_back([this] { verify_loop(); });
  storage_thread_ = std::thread([this] { storage_loop(); });
}

Pipeline::~Pipeline() { stop(); }

void Pipeline::submit(Job job) {
  auto slot = std::make_shared<Slot>(Slot{std::move(job), false});
  slot->ready = !std::holds_alternative<PushJob>(slot->job.what);
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  queued_bytes_ += size_of(slot->job);
  queue_.push_back(slot);
  if (slot->ready) {
    queue_changed_.notify_one();
  } else {
    to_verify_.push_back(std::move(slot));
    to_verify_changed_.notify_one();
  }
}

void Pipeline::verify_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    to_verify_changed_.wait(lock, [this] { return stopping_ || !to_verify_.empty(); });
    if (to_verify_.empty()) return;
    const std::shared_ptr<Slot> slot = std::move(to_verify_.front());
    to_verify_.pop_front();
    lock.unlock();
    verify(std::get<PushJob>(slot->job.what), registry_);
    lock.lock();
    slot->ready = true;
    if (queue_.front() == slot) queue_changed_.notify_one();
  }
}

std::vector<Job> Pipeline::take_group(std::unique_lock<std::mutex>& lock, std::size_t jobs_max) {
  queue_changed_.wait(
      lock, [this] { return (stopping_ && queue_.empty()) || (!queue_.empty() && queue_.front()->ready); });
  std::vector<Job> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && queue_.front()->ready && group.size() < jobs_max && bytes < kGroupBytesMax) {
    bytes += size_of(queue_.front()->job);
    group.push_back(std::move(queue_.front()->job));
    queue_.pop_front();
  }
  return group;
}

/// False: there is nothing more, and nothing will come.
bool Pipeline::finish_group(std::size_t jobs_max) {
  std::unique_lock lock(mutex_);
  const std::vector<Job> group = take_group(lock, jobs_max);
  if (group.empty()) return false;
  lock.unlock();
  GroupResult result = arbiter_.process(group);
  for (const Job& job : group) queued_bytes_ -= size_of(job);
  done_(std::move(result));
  return true;
}

void Pipeline::storage_loop() {
  while (finish_group(kGroupJobsMax)) {
  }
}

bool Pipeline::work(std::size_t jobs_max) {
  for (std::size_t i = 0; i < jobs_max && !to_verify_.empty(); ++i) {
    verify(std::get<PushJob>(to_verify_.front()->job.what), registry_);
    to_verify_.front()->ready = true;
    to_verify_.pop_front();
  }
  return !queue_.empty() && finish_group(std::min(jobs_max, kGroupJobsMax));
}

void Pipeline::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  to_verify_changed_.notify_all();
  for (std::thread& thread : verifiers_) {
    if (thread.joinable()) thread.join();
  }
  queue_changed_.notify_all();
  if (storage_thread_.joinable()) storage_thread_.join();
}

}  // namespace samla::server
