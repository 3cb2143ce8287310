// A server that does what it must not: the real one, with what it sends (and what reaches it) changed on the
// way by a named behaviour. It holds the server's true keys where a behaviour says so. No sockets, no
// threads: messages are moved by hand, so a run is the same every time.
#pragma once

#include <deque>
#include <functional>

#include "core/replica/conversation.h"
#include "core/replica/local_store.h"
#include "sync-server/server.h"

namespace samla::test {

using Messages = std::vector<wire::Message>;

/// What it does with one message: nothing, let it pass, or put others in its place.
struct EvilBehaviour {
  std::string name;
  std::function<Messages(wire::Message)> down = [](wire::Message message) {
    return Messages{std::move(message)};
  };
  std::function<Messages(wire::Message)> up = [](wire::Message message) {
    return Messages{std::move(message)};
  };
};

class EvilServer {
 public:
  explicit EvilServer(const std::filesystem::path& folder) {
    server::Outlet outlet;
    outlet.send = [this](server::Asker, Bytes message) {
      sent_.push_back(std::move(message));
      return true;
    };
    outlet.close = [](server::Asker) {};
    outlet.post = [this](std::function<void()> work) { posted_.push_back(std::move(work)); };
    auto opened = server::Server::open(server::ServerPlace{folder}, clock_, std::move(outlet), 0);
    SAMLA_ASSERT(opened.ok());
    server_ = std::move(*opened);
  }

  server::Server& server() { return *server_; }

  struct Outcome {
    bool level = false;
    std::optional<Error> error;
    std::set<std::string> notices;
  };

  /// What the device wants of the session beside what is queued, and as what it comes where that is not
  /// plain.
  struct Asks {
    std::function<void(replica::ChainWork&)> prepare = [](replica::ChainWork&) {};
    std::optional<wire::Hello> hello;
  };

  /// One session of the device, until nothing moves any more.
  Outcome meet(replica::LocalStore& device, EvilBehaviour behaviour) {
    return meet(device, behaviour, Asks{});
  }
  Outcome meet(replica::LocalStore& device, EvilBehaviour behaviour, const Asks& asks) {
    const server::Asker number = ++connections_;
    server_->on_open(number, device.keys.noise_public());
    replica::ChainWork work(device);
    asks.prepare(work);
    replica::Conversation conversation(device, work,
                                       asks.hello ? *asks.hello : replica::hello_for(device, {}));
    Outcome out;
    (void)conversation.start();
    for (bool moved = true; moved && !out.error;) {
      moved = false;
      for (const Bytes& bytes : conversation.take_outgoing()) {
        for (const wire::Message& message : behaviour.up(*wire::decode_message(bytes))) {
          server_->on_message(number, wire::encode(message));
        }
        moved = true;
      }
      while (server_->work(64)) moved = true;
      while (!posted_.empty()) {
        const std::function<void()> work_item = std::move(posted_.front());
        posted_.pop_front();
        work_item();
        moved = true;
      }
      for (const Bytes& bytes : std::exchange(sent_, {})) {
        for (const wire::Message& message : behaviour.down(*wire::decode_message(bytes))) {
          if (out.error) break;
          if (const auto taken = conversation.take(wire::encode(message)); !taken.ok())
            out.error = taken.error();
        }
        moved = true;
      }
    }
    out.level = conversation.level();
    out.notices = conversation.host().notices();
    server_->on_closed(number);
    return out;
  }

 private:
  SystemClock clock_;
  std::vector<Bytes> sent_;
  std::deque<std::function<void()>> posted_;
  std::unique_ptr<server::Server> server_;
  server::Asker connections_ = 0;
};

/// A behaviour that changes messages of one kind on their way down.
template <class Kind, class Change>
EvilBehaviour evil(std::string name, Change change) {
  EvilBehaviour out;
  out.name = std::move(name);
  out.down = [change](wire::Message message) {
    if (auto* kind = std::get_if<Kind>(&message)) return change(std::move(*kind));
    return Messages{std::move(message)};
  };
  return out;
}

}  // namespace samla::test
