// A requests::Client by link time, for tests of what lies above it: who owns a store, who is relayed, what
// runs how often. The store is a file `keys` that holds the passphrase and is locked while open; every
// request that has an effect appends a line to the file `journal`.
//   org.create            makes the store
//   echo {text}           replies with the text and this process's id
//   append {line}         appends the line
//   slow {line, ms}       appends the line, then takes its time
//   die {line}            appends the line, and the process is gone
//   tell {kind}           an event
//   throw                 an exception
//   sync.watch            until interrupted
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "core/requests/client.h"

namespace samla::requests {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

std::string read_all(const std::filesystem::path& path) {
  const std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

class Client::Impl {
 public:
  explicit Impl(Options given) : options(std::move(given)) {}
  ~Impl() {
    if (lock >= 0) ::close(lock);
  }

  Result<void> open_store() {
    const auto keys = options.profile / "keys";
    if (!std::filesystem::exists(keys)) return {};
    if (read_all(keys) != options.passphrase.view()) return fail(ErrorCode::wrong_passphrase, "open");
    lock = ::open(keys.c_str(), O_RDWR | O_CLOEXEC);
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return {};
    return fail(ErrorCode::store_busy, "open");
  }

  Result<Json> answer(const Json& json) {
    const std::string name = json.value("request", "");
    if (name == "requests") return Json{{"requests", Json::array()}};
    if (name == "throw") throw std::runtime_error("thrown on purpose");
    if (name == "org.create") {
      std::filesystem::create_directories(options.profile);
      std::ofstream(options.profile / "keys") << options.passphrase.view();
      SAMLA_TRY(open_store());
      return Json::object();
    }
    if (lock < 0) return fail(ErrorCode::store_missing, name);
    if (name == "echo") return Json{{"text", json.value("text", "")}, {"process", ::getpid()}};
    if (name == "sync.watch") return watch();
    if (name == "tell") {
      push({{"event", json.value("kind", "")}});
      return Json::object();
    }
    if (name == "key.passphrase.change") {
      options.passphrase = json.value("new", "");
      std::ofstream(options.profile / "keys") << options.passphrase.view();
      return Json::object();
    }
    std::ofstream(options.profile / "journal", std::ios::app) << json.value("line", "") << '\n' << std::flush;
    if (name == "die") ::_exit(9);
    if (name == "slow") std::this_thread::sleep_for(milliseconds(json.value("ms", 0)));
    return Json{{"process", ::getpid()}};
  }

  Json watch() {
    push({{"event", "sync.state"}, {"state", "syncing"}});
    while (!interrupted) std::this_thread::sleep_for(milliseconds(2));
    return {{"sent", 1}, {"received", 2}, {"reached", "centre"}};
  }

  void push(const Json& event) {
    const std::lock_guard guard(events_mutex);
    events.push_back(event.dump());
    came.notify_all();
  }

  Options options;
  int lock = -1;
  std::atomic<bool> interrupted = false;
  std::mutex one_at_a_time;
  std::mutex events_mutex;
  std::condition_variable came;
  std::deque<std::string> events;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::open(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  SAMLA_TRY(impl->open_store());
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

std::string Client::request(std::string_view text) {
  const std::lock_guard lock(impl_->one_at_a_time);
  impl_->interrupted = false;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return error_reply(fail(ErrorCode::malformed, "request"));
  auto reply = impl_->answer(json);
  if (!reply) return error_reply(reply.error());
  Json out = {{"ok", true}};
  out.update(*reply);
  return out.dump();
}

std::optional<std::string> Client::next_event(milliseconds timeout) {
  std::unique_lock lock(impl_->events_mutex);
  if (!impl_->came.wait_for(lock, timeout, [this] { return !impl_->events.empty(); })) return std::nullopt;
  std::string out = std::move(impl_->events.front());
  impl_->events.pop_front();
  return out;
}

bool Client::proves(std::string_view passphrase) const {
  return impl_->lock >= 0 && passphrase == impl_->options.passphrase.view();
}

void Client::interrupt() { impl_->interrupted = true; }

std::string error_reply(const Error& error) {
  return Json{{"ok", false},
              {"error",
               {{"code", error_name(error.code)},
                {"operation", error.operation},
                {"message", error.message()},
                {"hint", error.hint}}}}
      .dump();
}

}  // namespace samla::requests
