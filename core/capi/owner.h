// Owner: an open client and the several programs that ask of it: the handle itself, and those that come
// through the owner socket. One request at a time, in the order of coming. A watch steps aside while others
// ask, and goes on afterwards; so a program that stays connected does not lock the others out.
// Events go to every asker. Threads: any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/capi/backend.h"
#include "core/requests/client.h"

namespace samla::capi {

class Owner {
 public:
  using Asker = std::uint64_t;

  explicit Owner(std::unique_ptr<requests::Client> client) : client_(std::move(client)) {}

  /// A further asker, who hears the events from now on.
  Asker admit();
  void dismiss(Asker asker);

  /// `begin` is called when the turn has come; if it says false nothing is run (kNotRun).
  Answer ask(Asker asker, std::string_view json, const std::function<bool()>& begin);
  bool proves(std::string_view passphrase);
  std::optional<std::string> next_event(Asker asker, std::chrono::milliseconds timeout);

  /// Ends the asker's next_event that waits, or the next one that would.
  void wake(Asker asker);
  /// The asker wants no more: what it waits for ends soon. To be called until its request has returned.
  void withdraw(Asker asker);
  /// No further request begins, and watches are cut. To be called until all have returned.
  void close();

 private:
  struct Place {
    std::deque<std::string> events;
    bool withdrawn = false;
    bool woken = false;
  };
  class Turn;

  bool may_run(Asker asker);
  Answer watch(Asker asker, std::string_view json, const std::function<bool()>& begin);
  void linger(Asker asker);
  void spread(const std::string& event);
  void wake_waiting();

  const std::unique_ptr<requests::Client> client_;
  std::mutex mutex_;
  std::condition_variable turn_came_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t serving_ = 0;
  Asker running_ = 0;      // 0: none, or a proof
  bool watching_ = false;  // the running request is a watch
  bool stepped_aside_ = false;
  bool closing_ = false;
  Asker next_asker_ = 1;
  std::map<Asker, Place> places_;

  std::condition_variable event_came_;
  bool pumping_ = false;  // one of those who wait for events takes them from the client for all
};

}  // namespace samla::capi
