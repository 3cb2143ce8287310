#include "core/requests/events.h"

#include <algorithm>
#include <map>

namespace samla::requests {

void Events::drop_one() {
  std::map<std::string, std::size_t> counts;
  for (const Waiting& each : waiting_) ++counts[each.kind];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& row) { return row.second; });
  waiting_.erase(std::ranges::find(waiting_, most->first, &Waiting::kind));
}

void Events::push(const Json& event) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() == kEventsMax) drop_one();
    waiting_.push_back(
        {event.at("event").get<std::string>(), event.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  came_.notify_one();
}

void Events::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  came_.notify_all();
}

std::optional<std::string> Events::next(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, timeout, [&] { return woken_ || !waiting_.empty(); });
  woken_ = false;
  if (waiting_.empty()) return std::nullopt;
  std::string text = std::move(waiting_.front().text);
  waiting_.pop_front();
  return text;
}

}  // namespace samla::requests
