// A whole Server without a network: its threads are real, the connections' thread is the test's.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>

#include "core/chain/server_fragment.h"
#include "sync-server/server.h"
#include "tests/sync-server/unit.h"

namespace samla::server {

class TestServer {
 public:
  /// `storage_url` empty: a file in the folder.
  explicit TestServer(std::filesystem::path folder, std::string storage_url = {})
      : place_{std::move(folder), std::move(storage_url)} {
    SeededRandom random(5);
    const auto made = init_folder(place_.folder, random, place_.storage_url);
    SAMLA_ASSERT(made.ok());
    fragment = *chain::ServerFragment::decode(*made);
    start();
  }
  struct Existing {};
  /// A server that is there already.
  TestServer(Existing, ServerPlace place) : place_(std::move(place)) { start(); }
  /// Another process over the same storage, with the same keys in a folder of its own.
  TestServer(const TestServer& other, std::filesystem::path folder)
      : fragment(other.fragment), place_{std::move(folder), other.place_.storage_url} {
    SAMLA_ASSERT(make_folder(place_.folder).ok());
    std::filesystem::copy_file(keys_file(other.place_.folder), keys_file(place_.folder));
    start();
  }
  ~TestServer() { stop(); }

  void start() {
    auto opened = Server::open(place_, clock, outlet(), 2);
    SAMLA_ASSERT(opened.ok());
    server_ = std::move(*opened);
    server_->follow();
  }
  /// As a process that ends: connections are gone, what was posted is never run.
  void stop() {
    server_.reset();
    const std::lock_guard lock(mutex_);
    posted_.clear();
    sent_.clear();
    closed_.clear();
  }
  Server& operator*() { return *server_; }
  Server* operator->() { return server_.get(); }

  /// Runs what the server's threads post until `done`; false if it does not come.
  template <class Done>
  bool run_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_until(lock, deadline, [this] { return !posted_.empty(); })) return false;
        work = std::move(posted_.front());
        posted_.pop_front();
      }
      work();
    }
    return true;
  }
  std::vector<wire::Message> take_sent(Asker connection) {
    std::vector<wire::Message> out;
    for (const Bytes& bytes : std::exchange(sent_[connection], {})) {
      auto message = wire::decode_message(bytes);
      SAMLA_ASSERT(message.ok());
      out.push_back(std::move(*message));
    }
    return out;
  }
  bool closed(Asker connection) const { return closed_.contains(connection); }
  std::size_t posted() {
    const std::lock_guard lock(mutex_);
    return posted_.size();
  }
  /// What would run if the connections' thread outlived the server.
  std::deque<std::function<void()>> take_posted() {
    const std::lock_guard lock(mutex_);
    return std::exchange(posted_, {});
  }

  FixedClock clock;
  chain::ServerFragment fragment;
  std::vector<bool> storage_changes;  ///< whether it works again, each time that changed
  std::set<Asker> stalled;            ///< connections that take nothing more

 private:
  Outlet outlet() {
    Outlet out;
    out.send = [this](Asker number, Bytes message) {
      if (stalled.contains(number)) return false;
      sent_[number].push_back(std::move(message));
      return true;
    };
    out.close = [this](Asker number) { closed_.insert(number); };
    out.post = [this](std::function<void()> work) {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(work));
      changed_.notify_all();
    };
    out.storage_changed = [this](const std::optional<Error>& failure) {
      storage_changes.push_back(!failure.has_value());
    };
    return out;
  }

  ServerPlace place_;
  std::map<Asker, std::vector<Bytes>> sent_;
  std::set<Asker> closed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> posted_;
  std::unique_ptr<Server> server_;
};

/// One connection of a device, at the level of messages.
class Peer {
 public:
  Peer(TestServer& server, Asker number, const NoisePublicKey& key) : server_(server), number_(number) {
    server_->on_open(number, key);
  }
  /// A certified device that has said hello.
  Peer(TestServer& server, Asker number, const Unit& unit, const test::TestDevice& device)
      : Peer(server, number, device.keys.noise) {
    send(hello(unit, device));
  }

  static wire::Hello hello(const Unit& unit, const test::TestDevice& device) {
    wire::Hello hello;
    hello.organisation = unit.org.id();
    hello.device = device.id();
    return hello;
  }
  void send(const wire::Message& message) { server_->on_message(number_, wire::encode(message)); }
  void push(const SpaceId& space, const Bytes& changeset) {
    send(wire::Push{space, change::decode_header(changeset)->seq, changeset});
  }
  void leave() { server_->on_closed(number_); }

  /// The next of that kind that was sent to it, others being passed over; absent: none came.
  template <class Kind>
  std::optional<Kind> expect() {
    std::optional<Kind> out;
    server_.run_until([&] {
      for (wire::Message& message : server_.take_sent(number_)) inbox_.push_back(std::move(message));
      while (!inbox_.empty() && !out) {
        if (Kind* kind = std::get_if<Kind>(&inbox_.front())) out = std::move(*kind);
        inbox_.pop_front();
      }
      return out.has_value();
    });
    if (!out) ADD_FAILURE() << "nothing of that kind came to connection " << number_;
    return out;
  }
  bool closed() const { return server_.closed(number_); }

 private:
  TestServer& server_;
  Asker number_;
  std::deque<wire::Message> inbox_;
};

/// One append of entries to their chains, each of which must stand at `expected`.
inline wire::ChainAppend append_of(std::span<const std::pair<SpaceId, Bytes>> entries,
                                   const ChainHead& expected = {}) {
  wire::ChainAppend append;
  append.request = 1;
  for (const auto& [space, entry] : entries) {
    auto part = std::ranges::find(append.parts, space, &wire::ChainAppend::Part::space);
    if (part == append.parts.end()) part = append.parts.insert(part, {space, expected, {}, {}});
    part->entries.push_back(entry);
  }
  return append;
}

/// The unit's organisation claims the server, with all its chains.
inline void claim(TestServer& server, const Unit& unit) {
  Peer admin(server, 1, unit.org.admin.keys.noise);
  wire::Hello hello = Peer::hello(unit, unit.org.admin);
  hello.entrance = wire::Entrance::kClaim;
  hello.proof = to_bytes(server.fragment.claim.view());
  admin.send(hello);
  ASSERT_TRUE(admin.expect<wire::Welcome>());
  admin.send(append_of(unit.org.placed()));
  const auto result = admin.expect<wire::ChainResult>();
  ASSERT_TRUE(result);
  ASSERT_FALSE(result->refused) << static_cast<int>(*result->refused);
  admin.leave();
}

}  // namespace samla::server
