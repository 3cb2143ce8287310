// W3. All devices live in one client process, a thread each while they sync. On SQLite; on PostgreSQL with
// two server processes, half of the devices at each; and that again, with one of them killed when a third of
// the push is done: its devices go on at the other.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "sync-server/storage/open_storage.h"
#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/herd_organisation.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

using Replica = std::unique_ptr<replica::LocalReplica>;
using Which = HerdOrganisation::Which;

constexpr int kTriesMax = 5;

/// A socket each, and what waits on it.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Servers {
  std::vector<std::uint16_t> ports;
  pid_t victim = -1;  ///< to be killed in the middle; -1: none
};

std::vector<Replica> make_devices(const HerdOrganisation& herd, Which which,
                                  const std::vector<std::uint16_t>& ports) {
  std::vector<Replica> out;
  for (std::size_t i = 0; i < herd.people(); ++i) {
    auto made = herd.make_device(i, which, ports[i % ports.size()]);
    if (!made.ok()) give_up("W3: a device: " + made.error().message());
    out.push_back(std::move(*made));
  }
  return out;
}

struct Round {
  double seconds = 0;
  double cpu = 0;
  std::size_t errors = 0;   ///< syncs that failed and were not told to a server that had died
  std::size_t retried = 0;  ///< of devices whose server had died
};

/// All at once; `after` is asked with how many are done.
Round sync_all(std::vector<Replica>& devices, const Servers& servers, std::size_t kill_after) {
  Round out;
  std::atomic<std::size_t> done = 0;
  std::atomic<std::size_t> errors = 0;
  std::atomic<std::size_t> retried = 0;
  std::latch start(1);
  std::vector<std::jthread> threads;
  threads.reserve(devices.size());
  for (Replica& device : devices) {
    threads.emplace_back([&] {
      start.wait();
      for (int tries = 1;; ++tries) {
        const auto report = device->sync({});
        if (report.ok() && report->reached == "centre") break;
        if (servers.victim < 0 || tries == kTriesMax) {
          ++errors;
          break;
        }
        ++retried;
        auto& port = device->local().account.port;
        port = port == servers.ports.front() ? servers.ports.back() : servers.ports.front();
      }
      if (++done == kill_after && servers.victim > 0) ::kill(servers.victim, SIGKILL);
    });
  }
  const double cpu_before = own_cpu_seconds();
  const Stopwatch watch;
  start.count_down();
  threads.clear();
  out.seconds = watch.seconds();
  out.cpu = own_cpu_seconds() - cpu_before;
  out.errors = errors;
  out.retried = retried;
  return out;
}

Numbers run_herd(const HerdOrganisation& herd, const Servers& servers) {
  std::vector<Replica> writers = make_devices(herd, Which::kFirst, servers.ports);
  for (std::size_t i = 0; i < writers.size(); ++i) {
    for (const BenchRecord& record : herd_records(static_cast<std::uint32_t>(i))) {
      create_note(*writers[i], record, herd.space_of(i));
    }
  }
  const Round push = sync_all(writers, servers, servers.victim > 0 ? writers.size() / 3 : 0);
  writers.clear();
  // Nobody begins at a server that is known to be dead.
  Servers left = servers;
  if (left.victim > 0) left = {{servers.ports.back()}, -1};
  std::vector<Replica> readers = make_devices(herd, Which::kSecond, left.ports);
  const Round pull = sync_all(readers, left, 0);
  double right = 0;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    right += digest(read_notes(*readers[i])) == digest(herd_records(static_cast<std::uint32_t>(i)));
  }
  return {{"push", push.seconds},
          {"pull", pull.seconds},
          {"client_cpu", push.cpu + pull.cpu},
          {"errors", static_cast<double>(push.errors + pull.errors)},
          {"retried", static_cast<double>(push.retried)},
          {"right", right}};
}

std::uint16_t port_of(const ServerProcess& server) {
  const std::string& url = server.url();
  const std::size_t colon = url.rfind(':');
  return static_cast<std::uint16_t>(std::stoul(url.substr(colon + 1)));
}

/// `storage_url` empty: the server's own file.
void measure(Report& report, const std::string& how, std::size_t people, const std::string& storage_url,
             std::size_t processes, bool kill_one) {
  const TemporaryFolder folder;
  const std::string fragment = ServerProcess::init(folder.path() / "server0", storage_url);
  const auto decoded = chain::ServerFragment::decode(fragment);
  if (!decoded.ok()) give_up("W3: the server's fragment");
  const HerdOrganisation herd(*decoded, people);
  {
    auto storage = server::open_storage(server::place_of(folder.path() / "server0", storage_url), false);
    if (!storage.ok()) give_up("W3: the storage: " + storage.error().message());
    if (const auto placed = herd.place(**storage); !placed.ok()) give_up(placed.error().message());
  }
  std::vector<std::unique_ptr<ServerProcess>> servers;
  Servers reach;
  for (std::size_t i = 0; i < processes; ++i) {
    const auto own = folder.path() / ("server" + std::to_string(i));
    if (i > 0) ServerProcess::copy_keys(folder.path() / "server0", own);
    servers.push_back(std::make_unique<ServerProcess>(own, fragment, storage_url));
    reach.ports.push_back(port_of(*servers.back()));
  }
  if (kill_one) reach.victim = servers.front()->pid();
  double cpu = 0;
  for (const auto& server : servers) cpu -= server->cpu_seconds();
  Numbers done = in_process([&] { return run_herd(herd, reach); });
  double rss = 0;
  for (const auto& server : servers) {
    cpu += server->cpu_seconds();
    rss = std::max(rss, server->peak_rss_mb());
  }
  report.add("w3", "push" + how, done["push"], "s");
  report.add("w3", "pull" + how, done["pull"], "s");
  report.add("w3", "push and pull" + how, done["push"] + done["pull"], "s");
  report.add("w3", "CPU of the devices" + how, done["client_cpu"], "s");
  if (kill_one) {
    report.add("w3", "syncs begun anew elsewhere" + how, done["retried"], "");
  } else {
    report.add("w3", "server CPU" + how, cpu, "s");
    report.add("w3", "server peak RSS" + how, rss, "MB");
  }
  report.add("w3", "errors" + how, done["errors"], "");
  report.add("w3", "devices without exactly their 20" + how, static_cast<double>(people) - done["right"], "");
}

}  // namespace

void run_herd(Report& report, const Size& size) {
  raise_descriptor_limit();
  measure(report, "", size.herd, {}, 1, false);
}

void run_herd_postgres(Report& report, const Size& size) {
  raise_descriptor_limit();
  test::PostgresCluster cluster;
  measure(report, ", PostgreSQL, 2 servers", size.herd, cluster.fresh_url(), 2, false);
  measure(report, ", one of 2 killed", size.herd, cluster.fresh_url(), 2, true);
}

}  // namespace samla::bench
