// samla_pressure: what the server bears. Handshakes a second; others' waiting while thousands open a
// connection and dawdle, while others shout rubbish, and while some don't read; idle connections and what
// they take. Real server process, loopback, one machine: the clients' cost is in the figures. Prints lines;
// never fails by a figure.
#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "core/net/client_channel.h"
#include "core/noise/channel.h"
#include "core/replica/local_store.h"
#include "core/replica/sync_run.h"
#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/measure.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

using std::chrono::milliseconds;
using Channel = std::unique_ptr<net::ClientChannel>;

/// One certified device, which may connect as often as it likes.
class Caller {
 public:
  explicit Caller(const std::filesystem::path& folder) {
    auto opened = replica::LocalStore::open(device_options(folder));
    if (!opened.ok()) give_up(opened.error().message());
    store_ = std::move(*opened);
    endpoint_.host = store_->account.host;
    endpoint_.port = store_->account.port;
  }
  const net::Endpoint& endpoint() const { return endpoint_; }
  Result<Channel> connect() const {
    return net::ClientChannel::connect(
        endpoint_, store_->account.server,
        noise::NoiseKeyPair::from_secret(Secret<32>::from(store_->keys.noise_secret())),
        noise::sync_prologue(endpoint_.path), milliseconds(8000));
  }
  /// Connected, and let in as the device.
  Result<Channel> enter() const {
    SAMLA_ASSIGN(Channel channel, connect());
    SAMLA_TRY(channel->send(wire::encode(replica::hello_for(*store_, {}))));
    SAMLA_ASSIGN(const auto welcome, channel->receive(milliseconds(8000)));
    if (!welcome) return fail(ErrorCode::timed_out, "enter");
    return channel;
  }

 private:
  std::unique_ptr<replica::LocalStore> store_;
  net::Endpoint endpoint_;
};

int open_socket(const net::Endpoint& endpoint) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

/// Others' waiting: from connecting to being let in, for so long; and how many were not.
void measure_others(const Caller& caller, const char* when, double seconds) {
  std::vector<double> waits;
  std::size_t failed = 0;
  for (const Stopwatch all; all.seconds() < seconds;) {
    const Stopwatch one;
    if (const auto entered = caller.enter(); entered.ok()) {
      waits.push_back(one.seconds() * 1000);
    } else {
      ++failed;
    }
  }
  std::ranges::sort(waits);
  if (waits.empty()) return static_cast<void>(std::printf("%-44s nobody was let in\n", when));
  std::printf("%-44s p50 %7.2f ms, p99 %7.2f ms, %zu let in, %zu not\n", when, waits[waits.size() / 2],
              waits[waits.size() * 99 / 100], waits.size(), failed);
}

void measure_handshakes(const Caller& caller) {
  std::atomic<std::size_t> done = 0;
  const Stopwatch all;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (all.seconds() < 5) done += caller.connect().ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%-44s %.0f/s (client and server on this machine)\n", "handshakes",
              static_cast<double>(done) / all.seconds());
}

void measure_slowloris(const Caller& caller, std::size_t count) {
  std::vector<int> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    const int descriptor = open_socket(caller.endpoint());
    if (descriptor < 0) continue;
    (void)::send(descriptor, "GET /sy", 7, MSG_NOSIGNAL);
    sockets.push_back(descriptor);
  }
  std::printf("%-44s %zu\n", "connections that dawdle", sockets.size());
  std::atomic<bool> stop = false;
  std::thread dripping([&] {
    while (!stop) {
      for (const int descriptor : sockets) (void)::send(descriptor, "n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
      std::this_thread::sleep_for(milliseconds(500));
    }
  });
  measure_others(caller, "others, while they dawdle", 5);
  stop = true;
  dripping.join();
  for (const int descriptor : sockets) ::close(descriptor);
}

void measure_flood(const Caller& caller) {
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> shouts = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const Bytes rubbish(4096, 0x5a);
      while (!stop) {
        const int descriptor = open_socket(caller.endpoint());
        if (descriptor < 0) continue;
        (void)::send(descriptor, rubbish.data(), rubbish.size(), MSG_NOSIGNAL);
        ::close(descriptor);
        ++shouts;
      }
    });
  }
  measure_others(caller, "others, under a flood", 5);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  std::printf("%-44s %zu connections in 5 s\n", "the flood", shouts.load());
  measure_others(caller, "others, right after the flood", 2);
}

void measure_slow_readers(const Caller& caller, const ServerProcess& server) {
  std::vector<Channel> channels;
  for (int i = 0; i < 200; ++i) {
    auto channel = caller.enter();
    if (!channel.ok()) continue;
    // Asks for everything and reads nothing of it.
    for (std::uint64_t nonce = 0; nonce < 200; ++nonce) {
      if (!(*channel)->send(wire::encode(wire::Ping{nonce})).ok()) break;
    }
    channels.push_back(std::move(*channel));
  }
  measure_others(caller, "others, beside 200 who don't read", 3);
  std::printf("%-44s %.0f MB\n", "the server's peak memory so far", server.peak_rss_mb());
}

/// In a process of its own, since each connection of this library takes four descriptors at the client: opens
/// `count`, says how many it has, and holds them until `until` is closed.
pid_t hold_idle(const Caller& caller, std::size_t count, int say, int until) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  std::vector<Channel> channels;
  for (std::size_t i = 0; i < count; ++i) {
    auto channel = caller.enter();
    if (channel.ok()) channels.push_back(std::move(*channel));
  }
  const std::size_t held = channels.size();
  char end = 0;
  if (::write(say, &held, sizeof held) == sizeof held) (void)!::read(until, &end, 1);
  ::_exit(0);
}

void measure_idle(const Caller& caller, const ServerProcess& server, std::size_t count) {
  constexpr std::size_t kEach = 2000;
  const double before = server.peak_rss_mb();
  int counts[2], hold[2];
  if (::pipe(counts) != 0 || ::pipe(hold) != 0) give_up("no pipe");
  std::vector<pid_t> children;
  std::size_t held = 0;
  for (std::size_t left = count; left > 0; left -= std::min(left, kEach)) {
    children.push_back(hold_idle(caller, std::min(left, kEach), counts[1], hold[0]));
    std::size_t each = 0;
    if (::read(counts[0], &each, sizeof each) == sizeof each) held += each;
  }
  std::printf("%-44s %zu of %zu, peak memory of the server %.0f MB (%.0f before)\n", "idle connections", held,
              count, server.peak_rss_mb(), before);
  measure_others(caller, "others, beside them", 2);
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
}

int run(std::size_t dawdlers, std::size_t idlers) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  TemporaryFolder folder;
  ServerProcess server(folder.path() / "server");
  found(folder.path() / "device", server.url()).reset();
  const Caller caller(folder.path() / "device");
  measure_handshakes(caller);
  measure_others(caller, "others, in peace", 3);
  measure_slowloris(caller, dawdlers);
  measure_flood(caller);
  measure_slow_readers(caller, server);
  measure_idle(caller, server, idlers);
  server.stop();
  return 0;
}

}  // namespace
}  // namespace samla::bench

int main(int argc, char** argv) {
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  return samla::bench::run(number(1, 5000), number(2, 10'000));
}
