#include "client-cli/session.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "client-cli/access.h"

namespace samla::cli {
namespace {

constexpr int kEventWaitMs = 100;
constexpr int kKilledBySignal = 128;
/// Between a thread that says it is about to ask and the library that counts the call.
constexpr std::chrono::milliseconds kEnterWait{50};

std::string take(char* text) {
  std::string out = text == nullptr ? "" : text;
  samla_free(text);
  return out;
}

sigset_t watched_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&out, signal);
  return out;
}

int next_signal() {
  const sigset_t watched = watched_signals();
  int signal = 0;
  sigwait(&watched, &signal);
  return signal;
}

}  // namespace

void block_signals() {
  const sigset_t watched = watched_signals();
  pthread_sigmask(SIG_BLOCK, &watched, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Session::~Session() { close(); }

void Session::close() { samla_close(std::exchange(client_, nullptr)); }

void Session::open(const std::string& profile, const std::string& passphrase) {
  close();
  Json options = Json::object();
  if (!profile.empty()) options = {{"profile", profile}, {"passphrase", passphrase}};
  char* error = nullptr;
  std::string text = options.dump();
  client_ = samla_open(text.c_str(), &error);
  wipe(text);
  if (!profile.empty()) wipe(options["passphrase"].get_ref<std::string&>());
  if (client_ == nullptr) throw Refused{take(error)};
}

std::string Session::ask(const Json& request, const std::function<void(const std::string&)>& on_event) {
  const std::string text = request.dump();
  const pthread_t main_thread = pthread_self();
  std::string reply;
  std::atomic<bool> asking = false, over = false;
  std::thread worker([&] {
    asking = true;
    reply = take(samla_request(client_, text.c_str()));
    pthread_kill(main_thread, SIGUSR1);
  });
  std::thread listener;
  if (on_event) {
    listener = std::thread([&] {
      while (!over) {
        const std::string event = take(samla_next_event(client_, kEventWaitMs));
        if (!event.empty()) on_event(event);
      }
    });
  }
  const auto stop_listening = [&] {
    over = true;
    if (listener.joinable()) listener.join();
  };
  if (next_signal() != SIGUSR1) {
    interrupted_ = true;
    stop_listening();
    while (!asking) std::this_thread::yield();
    std::this_thread::sleep_for(kEnterWait);
    std::thread second([] {
      // The reply was waited for and did not come: the person insists.
      for (int signal = next_signal(); signal != SIGUSR1; signal = next_signal())
        ::_exit(kKilledBySignal + signal);
    });
    close();
    worker.join();
    pthread_kill(second.native_handle(), SIGUSR1);
    second.join();
    return reply;
  }
  worker.join();
  stop_listening();
  return reply;
}

Json Session::need(const Json& request) {
  const std::string reply = ask(request);
  Json parsed = Json::parse(reply, nullptr, false);
  if (!parsed.is_object() || parsed.value("ok", false) == false) throw Refused{reply};
  return parsed;
}

}  // namespace samla::cli
