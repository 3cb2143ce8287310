// Waker: how one thread ends another's wait, so that waiting needs no looking now and then. What is waited
// for (a flag, a message) is told by other means, before `wake`.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace samla {

class Waker {
 public:
  /// While it lives, `wake` calls the action: any thread, short, and never `attach` in it.
  class Attached {
   public:
    Attached(Waker& waker, std::function<void()> action) : waker_(waker) { waker_.set(std::move(action)); }
    ~Attached() { waker_.set({}); }
    Attached(const Attached&) = delete;
    Attached& operator=(const Attached&) = delete;

   private:
    Waker& waker_;
  };

  /// Any thread. Nothing where nobody is attached: who attaches looks at what is waited for before it waits.
  void wake() {
    const std::lock_guard lock(mutex_);
    if (action_) action_();
  }

 private:
  void set(std::function<void()> action) {
    const std::lock_guard lock(mutex_);
    action_ = std::move(action);
  }

  std::mutex mutex_;
  std::function<void()> action_;
};

}  // namespace samla
