// The listener over Asio: accepting, the table of connections, budgets, timers. See listener.h.
// Invariant: `table_`, `budget_` and the counts are touched under `mutex_`; no callback is called with it.
#include "core/net/listener.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/net/asio_words.h"
#include "core/net/connection.h"

namespace samla::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// How long accepting rests when the system has no more descriptors.
constexpr std::chrono::milliseconds kAcceptRest{100};

AddressBytes address_bytes(const asio::ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

bool is_loopback(const AddressBytes& bytes) {
  const asio::ip::address_v6 address(bytes);
  if (!address.is_v4_mapped()) return address.is_loopback();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address).is_loopback();
}

std::uint64_t steady_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

}  // namespace

class Listener::Impl final : public ConnectionOwner {
 public:
  Impl(ListenOptions options, noise::NoiseKeyPair key, Callbacks callbacks,
       std::optional<noise::NoiseKeyPair> earlier_key)
      : options_(std::move(options)),
        key_(std::move(key)),
        earlier_key_(std::move(earlier_key)),
        callbacks_(std::move(callbacks)),
        budget_(options_.address_budget, options_.address_budget_per_second) {}

  ~Impl() override {
    // Connections hold sockets of `io_`; the last are held by its handlers and die with it.
    table_.clear();
  }

  Result<void> listen() {
    error_code error;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(options_.host, std::to_string(options_.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error || found.empty()) return fail(ErrorCode::io, "net.listen", "no such address: " + options_.host);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) {
      return fail(ErrorCode::address_in_use, "net.listen",
                  "another program listens on port " + std::to_string(options_.port) +
                      "; stop it or choose another port");
    }
    if (error) return fail(ErrorCode::io, "net.listen", options_.host + ": " + error.message());
    port_ = acceptor_.local_endpoint(error).port();
    // A root: nothing in it throws but for want of memory, after which nothing more is accepted.
    asio::co_spawn(control_, accept_connections(), [](std::exception_ptr) {});
    return {};
  }

  std::uint16_t port() const { return port_; }
  void run() { io_.run(); }

  void stop(std::chrono::milliseconds drain_deadline) {
    asio::post(control_, [this, drain_deadline] {
      if (stopping()) return;
      error_code ignored;
      acceptor_.close(ignored);
      slot_wake_.cancel();
      {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
      }
      for (const auto& connection : all_connections()) connection->close();
      drain_timer_.expires_after(drain_deadline);
      drain_timer_.async_wait([this](error_code error) {
        if (error) return;
        for (const auto& connection : all_connections()) connection->cut();
      });
      stop_if_drained();
    });
  }

  std::shared_ptr<Connection> find(ConnectionId id) const {
    const std::lock_guard lock(mutex_);
    const auto found = table_.find(id);
    return found == table_.end() ? nullptr : found->second.connection;
  }

  void post(std::function<void()> work) { asio::post(control_, std::move(work)); }

  void after(std::chrono::milliseconds delay, std::function<void()> work) {
    auto timer = std::make_shared<asio::steady_timer>(control_, delay);
    timer->async_wait([this, timer, work = std::move(work)](error_code error) {
      if (!error && !stopping()) work();
    });
  }

  const ListenOptions& options() const override { return options_; }
  const noise::NoiseKeyPair& key() const override { return key_; }
  const noise::NoiseKeyPair* earlier_key() const override { return earlier_key_ ? &*earlier_key_ : nullptr; }

  void handshake_completed(ConnectionId id) override {
    const std::lock_guard lock(mutex_);
    const auto found = table_.find(id);
    if (found == table_.end() || !found->second.in_handshake) return;
    budget_.refund(found->second.address);
    leave_handshake(found->second);
  }

  void opened(ConnectionId id, const noise::PublicKey& remote) override {
    {
      const std::lock_guard lock(mutex_);
      ++counts_.handshakes_completed;
    }
    if (callbacks_.on_open) callbacks_.on_open(id, remote);
    // A connection that completed while stop went through the table missed its close.
    if (stopping()) {
      if (const auto connection = find(id)) connection->close();
    }
  }

  void received(ConnectionId id, Bytes message) override {
    if (callbacks_.on_message) callbacks_.on_message(id, std::move(message));
  }

  HttpReply http(ConnectionId id, std::string_view path) override {
    if (!callbacks_.on_http) return HttpReply{404, "not found\n"};
    HttpQuery query{path, false};
    {
      const std::lock_guard lock(mutex_);
      ++counts_.http_answered;
      const auto found = table_.find(id);
      query.loopback = found != table_.end() && is_loopback(found->second.address);
    }
    return callbacks_.on_http(query);
  }

  ListenCounts counts() const {
    const std::lock_guard lock(mutex_);
    ListenCounts out = counts_;
    for (const auto& [id, entry] : table_) out.queued_bytes += entry.connection->queued_bytes();
    return out;
  }

  void ended(ConnectionId id, bool was_open) override {
    {
      const std::lock_guard lock(mutex_);
      const auto found = table_.find(id);
      if (found == table_.end()) return;
      if (found->second.in_handshake) {
        ++counts_.handshakes_failed;
        leave_handshake(found->second);
      }
      table_.erase(found);
    }
    if (was_open && callbacks_.on_closed) callbacks_.on_closed(id);
    stop_if_drained();
  }

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;
    AddressBytes address;
    bool in_handshake = true;
  };

  asio::awaitable<void> accept_connections() {
    while (acceptor_.is_open()) {
      if (handshakes_full()) {
        slot_wake_.expires_at(asio::steady_timer::time_point::max());
        co_await slot_wake_.async_wait(kTuple);
        continue;
      }
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        slot_wake_.expires_after(kAcceptRest);
        co_await slot_wake_.async_wait(kTuple);
        continue;
      }
      take(std::move(socket));
    }
  }

  /// Starts a connection on `socket`, or closes it where its address has no budget or there are too many.
  void take(tcp::socket socket) {
    error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;
    const AddressBytes address = address_bytes(remote.address());
    const bool is_v6 = remote.address().is_v6();
    std::shared_ptr<Connection> connection;
    {
      const std::lock_guard lock(mutex_);
      if (table_.size() >= options_.connections_max || !budget_.take(address, steady_ms())) {
        ++counts_.turned_away;
        return;
      }
      const ConnectionId id{++last_id_};
      const auto native = socket.release(error);
      if (error) return;
      connection = make_connection(io_, native, is_v6, id, *this);
      table_.emplace(id, Entry{connection, address});
      ++handshakes_;
    }
    connection->start();
  }

  bool handshakes_full() const {
    const std::lock_guard lock(mutex_);
    return handshakes_ >= options_.handshakes_max;
  }

  /// Under `mutex_`.
  void leave_handshake(Entry& entry) {
    entry.in_handshake = false;
    if (handshakes_-- == options_.handshakes_max) asio::post(control_, [this] { slot_wake_.cancel(); });
  }

  bool stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  std::vector<std::shared_ptr<Connection>> all_connections() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Connection>> out;
    out.reserve(table_.size());
    for (const auto& [id, entry] : table_) out.push_back(entry.connection);
    return out;
  }

  void stop_if_drained() {
    const std::lock_guard lock(mutex_);
    if (stopping_ && table_.empty()) io_.stop();
  }

  const ListenOptions options_;
  const noise::NoiseKeyPair key_;
  const std::optional<noise::NoiseKeyPair> earlier_key_;
  const Callbacks callbacks_;
  mutable std::mutex mutex_;
  std::unordered_map<ConnectionId, Entry> table_;
  AddressBudget budget_;
  std::size_t handshakes_ = 0;
  ListenCounts counts_;
  std::uint64_t last_id_ = 0;
  bool stopping_ = false;
  std::uint16_t port_ = 0;
  // From here on in this order: what uses `io_` dies before it, and its handlers before the table.
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::strand<asio::io_context::executor_type> control_{io_.get_executor()};
  tcp::acceptor acceptor_{control_};
  asio::steady_timer slot_wake_{control_};
  asio::steady_timer drain_timer_{control_};
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(ListenOptions options, noise::NoiseKeyPair key,
                                                 Callbacks callbacks,
                                                 std::optional<noise::NoiseKeyPair> earlier_key) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(key), std::move(callbacks),
                                     std::move(earlier_key));
  SAMLA_TRY(impl->listen());
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

std::uint16_t Listener::port() const { return impl_->port(); }
void Listener::run() { impl_->run(); }
void Listener::stop(std::chrono::milliseconds drain_deadline) { impl_->stop(drain_deadline); }

Result<void> Listener::send(ConnectionId id, Bytes message) {
  const auto connection = impl_->find(id);
  if (!connection) return fail(ErrorCode::connection_closed, "net.send");
  return connection->send(std::move(message));
}

void Listener::close(ConnectionId id) {
  if (const auto connection = impl_->find(id)) connection->close();
}

std::size_t Listener::queued_bytes(ConnectionId id) const {
  const auto connection = impl_->find(id);
  return connection ? connection->queued_bytes() : 0;
}

ListenCounts Listener::counts() const { return impl_->counts(); }

void Listener::pause_reading(ConnectionId id, bool paused) {
  if (const auto connection = impl_->find(id)) connection->pause_reading(paused);
}

void Listener::post(std::function<void()> work) { impl_->post(std::move(work)); }
void Listener::after(std::chrono::milliseconds delay, std::function<void()> work) {
  impl_->after(delay, std::move(work));
}

}  // namespace samla::net
