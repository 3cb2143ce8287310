// A sync that stays connected, and how it is ended.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace {

using test::Fleet;

/// Watches on a thread of its own, and is level once `level` has been called.
class Watching {
 public:
  Watching(Replica& device, Waker* waker) {
    options_.waker = waker;
    options_.stop = [this] { return stop_.load(); };
    options_.progress = [this](std::uint64_t, std::uint64_t) { talks_ = true; };
    options_.changed = [this](const std::set<RecordId>& changed) {
      const std::lock_guard lock(mutex_);
      changed_.insert(changed.begin(), changed.end());
    };
    thread_ = std::thread([this, &device] { reply_ = device.watch(options_); });
  }
  ~Watching() {
    if (thread_.joinable()) thread_.join();
  }
  void wait_until_it_talks() const {
    while (!talks_) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  void wait_until_changed(const RecordId& id) {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
      const std::lock_guard lock(mutex_);
      if (changed_.contains(id)) return;
    }
  }
  void stop() { stop_ = true; }
  Result<SyncReport> join() {
    thread_.join();
    return std::move(reply_);
  }

 private:
  SyncOptions options_;
  std::atomic<bool> stop_ = false, talks_ = false;
  std::mutex mutex_;
  std::set<RecordId> changed_;
  Result<SyncReport> reply_ = fail(ErrorCode::internal, "not yet");
  std::thread thread_;
};

TEST(Watch, EndsWhenItIsWokenAndToldToStop) {
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  Waker waker;
  Watching watching(*fleet.admin, &waker);
  watching.wait_until_it_talks();
  waker.wake();  // for nothing: it looks, and goes on
  watching.stop();
  waker.wake();
  EXPECT_TRUE(watching.join().ok());
}

TEST(Watch, WithoutAWakerLooksByItselfWhetherToStop) {
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  Watching watching(*fleet.admin, nullptr);
  watching.wait_until_it_talks();
  watching.stop();
  EXPECT_TRUE(watching.join().ok());
}

TEST(Watch, TakesWhatAnotherDeviceSendsMeanwhile) {
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  auto kari = fleet.must_join("kari", UserId{{1}});
  Waker waker;
  Watching watching(*fleet.admin, &waker);
  watching.wait_until_it_talks();
  Edit edit;
  const SpaceId space = kari->space_id(test::kAllSpace, {});
  const RecordId id = kari->new_record_id(space);
  edit.create(id, space, "note", {{"title", {}, std::string("hei")}});
  ASSERT_TRUE(kari->commit(edit).ok());
  ASSERT_EQ(kari->sync({})->reached, "centre");
  watching.wait_until_changed(id);
  watching.stop();
  waker.wake();
  ASSERT_TRUE(watching.join().ok());
  EXPECT_EQ((*fleet.admin->records().read(id))->text("title"), "hei");
}

}  // namespace
}  // namespace samla::replica
