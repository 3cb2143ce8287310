#include "core/capi/owner.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace samla::capi {
namespace {

using std::chrono::milliseconds;
using Json = nlohmann::ordered_json;
using Now = std::chrono::steady_clock;

/// An interrupt that comes before the client has begun is forgotten by it: those who wait repeat it.
constexpr milliseconds kInterruptEvery{20};
/// A program asks twice (the proof, the request); the watch connects again after the last of them.
constexpr milliseconds kLinger{150};
/// How long one waits for events on behalf of all.
constexpr milliseconds kWatchSlice{50};
constexpr std::size_t kEventsMax = 1024;
/// A watch takes no parameters worth mentioning; large requests are not parsed for nothing.
constexpr std::size_t kWatchBytesMax = 4096;

bool is_watch(std::string_view json) {
  if (json.size() > kWatchBytesMax || json.find("sync.watch") == json.npos) return false;
  const Json parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object()) return false;
  const auto name = parsed.find("request");
  return name != parsed.end() && *name == "sync.watch";
}

/// One watch, whatever the number of pieces that it was run in.
class WatchReply {
 public:
  void add(std::string reply) {
    text_ = std::move(reply);
    Json parsed = Json::parse(text_, nullptr, false);
    if (!parsed.is_object()) return;
    const bool several = sent_ + received_ != 0;
    count(parsed, "sent", sent_);
    count(parsed, "received", received_);
    if (several) text_ = parsed.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  std::string take() { return std::move(text_); }

 private:
  static void count(Json& reply, const char* name, std::uint64_t& total) {
    const auto found = reply.find(name);
    if (found == reply.end() || !found->is_number_unsigned()) return;
    total += found->get<std::uint64_t>();
    *found = total;
  }

  std::string text_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace

/// Holds the turn; waits for it first.
class Owner::Turn {
 public:
  Turn(Owner& owner, Asker asker) : owner_(owner) {
    std::unique_lock lock(owner_.mutex_);
    const std::uint64_t ticket = owner_.next_ticket_++;
    while (owner_.serving_ != ticket) {
      if (owner_.watching_) {
        owner_.stepped_aside_ = true;
        owner_.client_->interrupt();
      }
      owner_.turn_came_.wait_for(lock, kInterruptEvery);
    }
    owner_.running_ = asker;
  }
  ~Turn() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.running_ = 0;
    owner_.watching_ = false;
    ++owner_.serving_;
    owner_.turn_came_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Owner& owner_;
};

Owner::Asker Owner::admit() {
  const std::lock_guard lock(mutex_);
  places_.emplace(next_asker_, Place{});
  return next_asker_++;
}

void Owner::dismiss(Asker asker) {
  const std::lock_guard lock(mutex_);
  places_.erase(asker);
}

bool Owner::may_run(Asker asker) {
  const auto place = places_.find(asker);
  return !closing_ && place != places_.end() && !place->second.withdrawn;
}

Answer Owner::ask(Asker asker, std::string_view json, const std::function<bool()>& begin) {
  if (is_watch(json)) return watch(asker, json, begin);
  const Turn turn(*this, asker);
  {
    const std::lock_guard lock(mutex_);
    if (!may_run(asker)) return {Answer::Outcome::kNotRun, {}};
  }
  if (!begin()) return {Answer::Outcome::kNotRun, {}};
  return {Answer::Outcome::kReplied, client_->request(json)};
}

Answer Owner::watch(Asker asker, std::string_view json, const std::function<bool()>& begin) {
  using Outcome = Answer::Outcome;
  WatchReply reply;
  for (bool begun = false;; begun = true) {
    {
      const Turn turn(*this, asker);
      {
        const std::lock_guard lock(mutex_);
        if (closing_) return {begun ? Outcome::kCut : Outcome::kNotRun, {}};
        if (!may_run(asker)) return {begun ? Outcome::kReplied : Outcome::kNotRun, reply.take()};
        watching_ = true;
        stepped_aside_ = false;
      }
      if (!begun && !begin()) return {Outcome::kNotRun, {}};
      reply.add(client_->request(json));
      const std::lock_guard lock(mutex_);
      watching_ = false;
      if (closing_) return {Outcome::kCut, {}};
      if (!may_run(asker) || !stepped_aside_) return {Outcome::kReplied, reply.take()};
    }
    linger(asker);
  }
}

void Owner::linger(Asker asker) {
  std::unique_lock lock(mutex_);
  auto quiet_since = Now::now();
  std::uint64_t seen = next_ticket_;
  while (may_run(asker) && Now::now() - quiet_since < kLinger) {
    turn_came_.wait_for(lock, kInterruptEvery);
    if (seen == next_ticket_ && serving_ == next_ticket_) continue;
    seen = next_ticket_;
    quiet_since = Now::now();
  }
}

bool Owner::proves(std::string_view passphrase) {
  const Turn turn(*this, 0);
  return client_->proves(passphrase);
}

void Owner::spread(const std::string& event) {
  for (auto& [asker, place] : places_) {
    if (place.events.size() == kEventsMax) place.events.pop_front();
    place.events.push_back(event);
  }
}

std::optional<std::string> Owner::next_event(Asker asker, milliseconds timeout) {
  const auto deadline = Now::now() + timeout;
  std::unique_lock lock(mutex_);
  for (bool looked = false;; looked = true) {
    const auto place = places_.find(asker);
    if (place == places_.end()) return std::nullopt;
    if (!place->second.events.empty()) {
      std::string event = std::move(place->second.events.front());
      place->second.events.pop_front();
      return event;
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Now::now());
    if (closing_ || place->second.withdrawn || (looked && left.count() <= 0)) return std::nullopt;
    const milliseconds slice = std::clamp(left, milliseconds(0), kWatchSlice);
    if (pumping_) {
      event_came_.wait_for(lock, slice);
      continue;
    }
    pumping_ = true;
    lock.unlock();
    const auto event = client_->next_event(slice);
    lock.lock();
    pumping_ = false;
    if (event) spread(*event);
    event_came_.notify_all();
  }
}

void Owner::withdraw(Asker asker) {
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(asker);
  if (place != places_.end()) place->second.withdrawn = true;
  if (running_ == asker) client_->interrupt();
  turn_came_.notify_all();
}

void Owner::close() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  if (watching_) client_->interrupt();
  turn_came_.notify_all();
}

}  // namespace samla::capi
