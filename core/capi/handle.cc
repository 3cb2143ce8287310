#include "core/capi/handle.h"

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/wipe_text.h"
#include "core/capi/owner.h"
#include "core/capi/owner_socket.h"
#include "core/capi/relay.h"
#include "core/replica/local_store.h"

namespace samla::capi {
namespace {

using std::chrono::milliseconds;
using Now = std::chrono::steady_clock;

/// Between opening a store and listening for others lies a moment, and so between their ends.
constexpr milliseconds kBusyWait{6'000};
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{250};
constexpr milliseconds kEndAgain{20};
constexpr milliseconds kEventSlice{100};
/// A request that finds no owner who takes it, this often in a row, is given up.
constexpr int kAttemptsMax = 50;
/// There is no store here, and none can be made.
constexpr const char* kNowhere = "/dev/null/samla";

/// The request's name, for the few that concern the handle itself; those are short.
std::string name_of(std::string_view json) {
  constexpr std::size_t kBytesMax = 64U << 10U;
  if (json.size() > kBytesMax) return {};
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) return {};
  const auto name = parsed.find("request");
  return name != parsed.end() && name->is_string() ? name->get<std::string>() : std::string();
}

bool needs_no_store(std::string_view name) { return name == "requests" || name == "version"; }

bool is_ok(std::string_view reply) { return reply.starts_with("{\"ok\":true"); }

bool says_store_missing(std::string_view reply) {
  if (is_ok(reply)) return false;
  const auto parsed = nlohmann::json::parse(reply, nullptr, false);
  return parsed.is_object() && parsed.contains("error") && parsed["error"].is_object() &&
         parsed["error"].value("code", nlohmann::json()) == error_name(ErrorCode::store_missing);
}

}  // namespace

/// The store in this process, and the socket for others once there is a store.
class Handle::Own final : public Backend {
 public:
  /// `holds_store`: otherwise the client is one of an empty folder, which another process may fill too.
  Own(std::unique_ptr<requests::Client> client, std::filesystem::path profile, bool holds_store)
      : owner_(std::move(client)), profile_(std::move(profile)), self_(owner_.admit()) {
    if (holds_store) listen();
  }

  Answer ask(std::string_view json) override {
    Answer answer = owner_.ask(self_, json, [] { return true; });
    // Any other reply that is ok came from a store: org.create and join make one.
    const bool ok = answer.outcome == Answer::Outcome::kReplied && is_ok(answer.reply);
    if (ok && !tried_ && !needs_no_store(name_of(json))) listen();
    return answer;
  }
  std::optional<std::string> next_event(milliseconds timeout) override {
    return owner_.next_event(self_, timeout);
  }
  void end() override { owner_.withdraw(self_); }

 private:
  void listen() {
    const std::lock_guard lock(listening_);
    if (tried_) return;
    tried_ = true;
    auto socket = OwnerSocket::listen(owner_, profile_);
    // Without it the store works as well, for this process alone.
    if (socket) socket_ = std::move(*socket);
  }

  Owner owner_;
  const std::filesystem::path profile_;
  const Owner::Asker self_;
  std::mutex listening_;
  std::atomic<bool> tried_ = false;
  std::unique_ptr<OwnerSocket> socket_;  // goes before the owner, and so before the store
};

/// Counts a call that is under way, so that close can wait for it.
class Handle::Call {
 public:
  explicit Call(Handle& handle) : handle_(handle) {
    const std::lock_guard lock(handle_.mutex_);
    ++handle_.calls_;
  }
  ~Call() {
    const std::lock_guard lock(handle_.mutex_);
    --handle_.calls_;
    handle_.returned_.notify_all();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  Handle& handle_;
};

Handle::Handle(requests::Options options) : options_(std::move(options)) {}
Handle::~Handle() = default;

Result<std::unique_ptr<Handle>> Handle::open(requests::Options options) {
  auto handle = std::unique_ptr<Handle>(new Handle(std::move(options)));
  SAMLA_ASSIGN(const auto opened, handle->current());
  return handle;
}

Result<std::shared_ptr<Backend>> Handle::open_backend() {
  const auto deadline = Now::now() + kBusyWait;
  requests::Options options = options_;
  // No name at all would be the working folder's.
  if (options.profile.empty()) options.profile = kNowhere;
  for (milliseconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    // The socket first: where somebody listens, opening the store would derive its key for nothing.
    auto relay = Relay::connect(options_.profile, options_.passphrase);
    if (relay) return std::shared_ptr<Backend>(std::move(*relay));
    if (relay.error().code != ErrorCode::store_busy) return relay.error();
    const bool there = replica::store_exists(options.profile);
    auto client = requests::Client::open(options);
    if (client) {
      return std::shared_ptr<Backend>(std::make_shared<Own>(std::move(*client), options_.profile, there));
    }
    if (client.error().code != ErrorCode::store_busy) return client.error();
    if (is_closing() || Now::now() > deadline) return relay.error();
    std::this_thread::sleep_for(pause);
  }
}

Result<std::shared_ptr<Backend>> Handle::current() {
  const std::lock_guard opening(opening_);
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return fail(ErrorCode::wrong_state, "request", "the profile is being closed");
    if (backend_ != nullptr) return backend_;
  }
  SAMLA_ASSIGN(auto opened, open_backend());
  const std::lock_guard lock(mutex_);
  backend_ = opened;
  return opened;
}

void Handle::leave(const std::shared_ptr<Backend>& backend) {
  const std::lock_guard lock(mutex_);
  if (backend_ == backend) backend_ = nullptr;
}

bool Handle::is_closing() {
  const std::lock_guard lock(mutex_);
  return closing_;
}

void Handle::follow(std::string_view json, std::string_view reply) {
  if (!is_ok(reply) || name_of(json) != "key.passphrase.change") return;
  auto parsed = nlohmann::json::parse(json, nullptr, false);
  const auto found = parsed.find("new");
  if (found == parsed.end() || !found->is_string()) return;
  const std::lock_guard opening(opening_);
  options_.passphrase = found->get_ref<const std::string&>();
  wipe_text(found->get_ref<std::string&>());
}

std::string Handle::request(std::string_view json) {
  const Call call(*this);
  if (options_.profile.empty()) {
    if (!needs_no_store(name_of(json))) {
      return requests::error_reply(
          fail(ErrorCode::invalid_argument, "request", "no profile was named when this was opened"));
    }
  }
  bool looked_again = false;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto backend = current();
    if (!backend) return requests::error_reply(backend.error());
    Answer answer = (*backend)->ask(json);
    switch (answer.outcome) {
      case Answer::Outcome::kReplied:
        // Another process may have made the store since this one looked.
        if (!looked_again && says_store_missing(answer.reply) && replica::store_exists(options_.profile)) {
          looked_again = true;
          leave(*backend);
          continue;
        }
        follow(json, answer.reply);
        return std::move(answer.reply);
      case Answer::Outcome::kUncertain:
        leave(*backend);
        return requests::error_reply(
            fail(ErrorCode::connection_closed, "request",
                 "the program that had the store open ended in the middle; see whether this was done"));
      case Answer::Outcome::kNotRun:
      case Answer::Outcome::kCut:
        leave(*backend);
    }
  }
  return requests::error_reply(fail(ErrorCode::store_busy, "request"));
}

std::optional<std::string> Handle::next_event(int timeout_ms) {
  const Call call(*this);
  const auto deadline = Now::now() + milliseconds(timeout_ms);
  for (;;) {
    std::shared_ptr<Backend> backend;
    {
      const std::lock_guard lock(mutex_);
      backend = backend_;
      if (closing_) return std::nullopt;
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Now::now());
    const milliseconds slice = timeout_ms < 0 ? kEventSlice : std::clamp(left, milliseconds(0), kEventSlice);
    const auto slice_end = Now::now() + slice;
    if (backend != nullptr) {
      if (auto event = backend->next_event(slice)) return event;
    }
    if (timeout_ms >= 0 && Now::now() >= deadline) return std::nullopt;
    // A backend that is over says so at once.
    std::this_thread::sleep_until(slice_end);
  }
}

void Handle::close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  while (calls_ > 0) {
    const std::shared_ptr<Backend> backend = backend_;
    lock.unlock();
    if (backend != nullptr) backend->end();
    lock.lock();
    returned_.wait_for(lock, kEndAgain, [this] { return calls_ == 0; });
  }
  const std::shared_ptr<Backend> last = std::exchange(backend_, nullptr);
  lock.unlock();
}

}  // namespace samla::capi
