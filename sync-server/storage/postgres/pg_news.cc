#include "sync-server/storage/postgres/pg_news.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/encoding.h"
#include "sync-server/storage/postgres/pg_reads.h"

namespace samla::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBetweenNotifies{20}, kBetweenLooks{2000}, kBetweenAttempts{200};
constexpr std::size_t kPayloadMax = 7'999;
constexpr std::size_t kIdChars = 22;  // 16 bytes in base64url

// The table's own number is in the channel's name: two organisations in two schemas don't hear each other.
// What is told is durable already; a NOTIFY that is lost is found by looking.
constexpr const char* kListen = R"(
SET synchronous_commit = off;
DO $$ BEGIN EXECUTE format('LISTEN %I', 'samla_' || 'revision'::regclass::oid); END $$;
)";
constexpr PgStatement kNotify = {
    "notify", "SELECT pg_notify('samla_' || 'revision'::regclass::oid, convert_from($1::bytea, 'UTF8'))"};
constexpr PgStatement kLook = {"look",
                               "SELECT space, seq, head FROM space UNION ALL "
                               "SELECT ''::bytea, number, ''::bytea FROM revision"};

class PgNews final : public StorageNews {
 public:
  explicit PgNews(std::string url)
      : session_(std::move(url), kListen), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    SAMLA_ASSERT(wake_ >= 0);
  }
  ~PgNews() override {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
    ::close(wake_);
  }

  void start(Take take) override {
    take_ = std::move(take);
    thread_ = std::thread([this] { loop(); });
  }
  void tell(const std::set<SpaceId>& spaces) override {
    if (spaces.empty()) return;
    const std::lock_guard lock(mutex_);
    to_tell_.insert(spaces.begin(), spaces.end());
    wake();
  }
  void again() override { again_ = true; }

 private:
  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  }
  /// Until the socket or somebody here has something, or `until`.
  void wait(int socket, steady_clock::time_point until) const {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
    pollfd entries[2] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
    if (left > 0) ::poll(entries, socket < 0 ? 1 : 2, static_cast<int>(left));
    std::uint64_t ignored = 0;
    [[maybe_unused]] const auto drained = ::read(wake_, &ignored, sizeof ignored);
  }

  void loop() {
    const PgConnection* known = nullptr;
    auto next_look = steady_clock::now();
    auto next_notify = steady_clock::now();
    while (!stopping_) {
      auto connection = session_.connection();
      if (!connection.ok()) {
        // Once: so that it is known, and said, that the storage can't be reached.
        if (std::exchange(known, nullptr) != nullptr) take_({});
        wait(-1, steady_clock::now() + kBetweenAttempts);
        continue;
      }
      PgConnection& c = **connection;
      if (known != &c) {
        // What was told while nobody listened is not told again. What comes from here on is told, or moves a
        // tip from where it is seen now.
        known = &c;
        seen_.clear();
        look(c);
        take_({});
      }
      if (!pass_on(c)) continue;
      const auto now = steady_clock::now();
      if (now >= next_look) {
        again_.exchange(false) ? take_({}) : look(c);
        next_look = now + kBetweenLooks;
      }
      if (now >= next_notify && notify(c)) next_notify = now + kBetweenNotifies;
      const bool waiting = something_to_tell();
      wait(c.socket(), waiting ? std::min(next_notify, next_look) : next_look);
    }
    // The last of what was placed; should it fail, the others find it by looking.
    if (auto connection = session_.connection(); something_to_tell() && connection.ok()) notify(**connection);
  }

  bool pass_on(PgConnection& c) {
    const auto came = c.take_notifications();
    if (!came.ok()) return false;
    std::set<SpaceId> spaces;
    for (const auto& notification : *came) {
      if (notification.own) continue;
      const auto named = decode_pg_news(notification.payload);
      if (!named) return take_({}), true;
      spaces.insert(named->begin(), named->end());
    }
    if (!spaces.empty()) take_(std::move(spaces));
    return true;
  }

  /// The fall-back: whose tip has moved since the last look.
  void look(PgConnection& c) {
    PgBatch batch;
    batch.add(kLook);
    const auto results = c.run(batch);
    if (!results.ok()) return;
    const bool first = seen_.empty();
    std::set<SpaceId> moved;
    const PgResult& rows = results->front();
    for (int row = 0; row < rows.rows(); ++row) {
      const ByteView id = rows.bytes(row, 0);
      const SpaceId space = id.size() == SpaceId::kSize ? SpaceId::from(id) : SpaceId{};
      auto& seen = seen_[space];
      if (std::exchange(seen, rows.seq(row, 1)) != rows.seq(row, 1)) moved.insert(space);
    }
    if (!first && !moved.empty()) take_(std::move(moved));
  }

  bool something_to_tell() {
    const std::lock_guard lock(mutex_);
    return !to_tell_.empty();
  }
  bool notify(PgConnection& c) {
    std::set<SpaceId> spaces;
    {
      const std::lock_guard lock(mutex_);
      spaces.swap(to_tell_);
    }
    if (spaces.empty()) return false;
    PgBatch batch;
    batch.add(kNotify, PgParams().add_text(encode_pg_news(spaces)));
    return c.run(batch).ok();
  }

  PgSession session_;
  const int wake_;
  Take take_;
  std::atomic<bool> stopping_ = false, again_ = false;
  std::map<SpaceId, std::uint64_t> seen_;  ///< the thread's
  std::mutex mutex_;
  std::set<SpaceId> to_tell_;
  std::thread thread_;
};

}  // namespace

std::string encode_pg_news(const std::set<SpaceId>& spaces) {
  if (spaces.size() * (kIdChars + 1) > kPayloadMax) return "*";
  std::string out;
  for (const SpaceId& space : spaces) {
    if (!out.empty()) out += ' ';
    out += to_base64url(space.view());
  }
  return out;
}

std::optional<std::set<SpaceId>> decode_pg_news(std::string_view payload) {
  std::set<SpaceId> out;
  for (;;) {
    const std::string_view word = payload.substr(0, payload.find(' '));
    const auto bytes = from_base64url(word);
    if (!bytes.ok() || bytes->size() != SpaceId::kSize) return {};
    out.insert(SpaceId::from(*bytes));
    if (word.size() == payload.size()) return out;
    payload.remove_prefix(word.size() + 1);
  }
}

std::unique_ptr<StorageNews> open_pg_news(const std::string& url) { return std::make_unique<PgNews>(url); }

}  // namespace samla::server
