#include "sync-server/listener.h"

#include <spdlog/spdlog.h>

#include <thread>
#include <vector>

#include "core/noise/channel.h"

namespace samla::server {
namespace {

/// Of one connection, before it is held back.
constexpr std::size_t kWaitingBytesMax = 256 * 1024;
/// Of all, in the arbiter's queue.
constexpr std::size_t kQueueBytesMax = std::size_t{64} * 1024 * 1024;

Asker number_of(net::ConnectionId id) { return static_cast<Asker>(id); }
net::ConnectionId id_of(Asker number) { return net::ConnectionId{number}; }

net::ListenOptions listen_options(const Config& config, ListenAddress address) {
  net::ListenOptions out;
  out.host = std::move(address.host);
  out.port = address.port;
  out.prologue = noise::sync_prologue(out.path);
  out.connections_max = config.connections_max;
  out.handshakes_max = config.handshakes_max;
  out.address_budget = static_cast<double>(config.address_budget);
  out.address_budget_per_second = static_cast<double>(config.address_budget_per_second);
  out.handshake_deadline = std::chrono::milliseconds(config.handshake_deadline_ms);
  out.stalled_write_deadline = std::chrono::milliseconds(config.stalled_write_deadline_ms);
  out.idle_deadline = std::chrono::milliseconds(config.idle_deadline_ms);
  return out;
}

std::optional<noise::NoiseKeyPair> earlier_key(const Server& server) {
  if (!server.keys_before()) return {};
  return server.keys_before()->noise.duplicate();
}

}  // namespace

Result<std::unique_ptr<ServerListener>> ServerListener::open(const Config& config, const Clock& clock) {
  SAMLA_ASSIGN(ListenAddress address, parse_listen(config.listen));
  std::unique_ptr<ServerListener> self(new ServerListener(config));
  SAMLA_ASSIGN(self->server_, Server::open(ServerPlace{config.dir, config.storage}, clock, self->outlet(),
                                           config.verifiers));
  SAMLA_ASSIGN(self->listener_, net::Listener::open(listen_options(config, std::move(address)),
                                                    self->server_->keys().noise.duplicate(),
                                                    self->callbacks(), earlier_key(*self->server_)));
  self->server_->follow();
  return self;
}

ServerListener::~ServerListener() = default;

void ServerListener::run(std::size_t threads) {
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back([this] { listener_->run(); });
  listener_->run();
  for (std::thread& thread : others) thread.join();
}

void ServerListener::stop() {
  listener_->post([this] {
    server_->stop();  // its last answers are posted before this returns, so they come before the close
    listener_->stop(std::chrono::milliseconds(config_.drain_deadline_ms));
  });
}

Outlet ServerListener::outlet() {
  Outlet out;
  out.send = [this](Asker number, Bytes message) {
    return listener_->send(id_of(number), std::move(message)).ok();
  };
  out.close = [this](Asker number) { listener_->close(id_of(number)); };
  out.post = [this](std::function<void()> work) {
    listener_->post([this, work = std::move(work)] {
      work();
      release_held();
    });
  };
  out.storage_changed = [](const std::optional<Error>& failure) {
    if (failure) {
      spdlog::error("event=storage_failed error=\"{}\"", failure->message());
    } else {
      spdlog::info("event=storage_works");
    }
  };
  return out;
}

net::Callbacks ServerListener::callbacks() {
  net::Callbacks out;
  out.on_open = [this](Id id, const NoisePublicKey& remote) { on_open(id, remote); };
  out.on_message = [this](Id id, Bytes message) { on_message(id, std::move(message)); };
  out.on_closed = [this](Id id) { on_closed(id); };
  out.on_http = [this](const net::HttpQuery& query) { return on_http(query); };
  return out;
}

void ServerListener::on_open(Id id, const NoisePublicKey& remote) {
  listener_->post([this, id, remote] {
    server_->on_open(number_of(id), remote);
    spdlog::debug("event=connected connection={}", number_of(id));
  });
  // Whoever knows the server's key can shake hands; only a device or a newcomer may stay.
  listener_->after(std::chrono::milliseconds(config_.hello_deadline_ms), [this, id] {
    if (!server_->entered(number_of(id))) listener_->close(id);
  });
}

void ServerListener::on_message(Id id, Bytes message) {
  const std::size_t size = message.size();
  {
    const std::lock_guard lock(mutex_);
    Inflow& inflow = inflow_[id];
    inflow.waiting += size;
    if (inflow.waiting > kWaitingBytesMax && !inflow.held) {
      inflow.held = true;
      listener_->pause_reading(id, true);
    }
  }
  listener_->post([this, id, message = std::move(message)] {
    server_->on_message(number_of(id), message);
    handled(id, message.size());
  });
}

void ServerListener::on_closed(Id id) {
  listener_->post([this, id] {
    server_->on_closed(number_of(id));
    const std::lock_guard lock(mutex_);
    inflow_.erase(id);
    overflow_.erase(id);
    spdlog::debug("event=disconnected connection={}", number_of(id));
  });
}

bool ServerListener::overloaded() const { return server_->queued_bytes() > kQueueBytesMax; }

void ServerListener::handled(Id id, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = inflow_.find(id);
  if (found == inflow_.end()) return;
  Inflow& inflow = found->second;
  inflow.waiting -= bytes;
  if (overloaded()) {
    overflow_.insert(id);
    if (!std::exchange(inflow.held, true)) listener_->pause_reading(id, true);
  } else if (inflow.held && inflow.waiting <= kWaitingBytesMax / 2 && !overflow_.contains(id)) {
    inflow.held = false;
    listener_->pause_reading(id, false);
  }
}

void ServerListener::release_held() {
  const std::lock_guard lock(mutex_);
  if (overflow_.empty() || server_->queued_bytes() > kQueueBytesMax / 2) return;
  for (const Id id : std::exchange(overflow_, {})) {
    const auto found = inflow_.find(id);
    if (found == inflow_.end() || !found->second.held || found->second.waiting > kWaitingBytesMax) continue;
    found->second.held = false;
    listener_->pause_reading(id, false);
  }
}

net::HttpReply ServerListener::on_http(const net::HttpQuery& query) const {
  if (query.path == "/healthz") return {200, "ok\n"};
  const bool works = server_->storage_works();
  if (query.path == "/readyz") {
    return works ? net::HttpReply{200, "ready\n"} : net::HttpReply{503, "storage refuses writes\n"};
  }
  if (query.path == "/metrics" && (query.loopback || config_.metrics_public)) {
    return {200, server_->metrics().text(listener_->counts(), works),
            "text/plain; version=0.0.4; charset=utf-8"};
  }
  return {404, "not found\n"};
}

}  // namespace samla::server
