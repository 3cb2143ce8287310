// The device that does nothing: a program that keeps a profile open by the public interface, watches, and
// waits for events. And how long it takes from the store's key to the first list, at W1's 10,000 notes.
#include <dirent.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "core/include/samla/samla.h"
#include "core/replica/local_replica.h"
#include "core/vault/key_slots.h"
#include "tests/bench/workloads/counting_proxy.h"
#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

constexpr int kIdleSeconds = 30;
constexpr int kSettleSeconds = 3;

void sleep_for(int seconds) { std::this_thread::sleep_for(std::chrono::seconds(seconds)); }

double status_number(const std::filesystem::path& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::atof(line.c_str() + name.size());
  }
  return 0;
}

/// How often a thread of the process went to sleep: as often it was woken.
double wake_ups(pid_t process) {
  double out = 0;
  const auto tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    out += status_number(task.path() / "status", "voluntary_ctxt_switches:");
  }
  return out;
}

double own_rss_mb() { return status_number("/proc/self/status", "VmRSS:") / 1024; }

std::string take(char* text) {
  std::string out = text == nullptr ? "" : text;
  samla_free(text);
  return out;
}

void must_ask(samla_client* client, const std::string& request) {
  const std::string reply = take(samla_request(client, request.c_str()));
  if (!reply.starts_with("{\"ok\":true")) give_up("idle: " + reply);
}

samla_client* open_profile(const std::filesystem::path& profile) {
  const std::string options =
      R"({"profile":")" + profile.string() + R"(","passphrase":"en passfrase for målingen"})";
  char* error = nullptr;
  samla_client* const client = samla_open(options.c_str(), &error);
  if (client == nullptr) give_up("idle: " + take(error));
  return client;
}

Numbers idle(const std::filesystem::path& profile, const std::string& url, const CountingProxy& proxy) {
  samla_client* const client = open_profile(profile);
  must_ask(client, R"({"request":"org.create","name":"Prøve","server":")" + url + R"("})");
  std::thread watching([&] { take(samla_request(client, R"({"request":"sync.watch"})")); });
  std::thread listening([&] {
    while (!take(samla_next_event(client, -1)).empty()) continue;
  });
  sleep_for(kSettleSeconds);
  const double bytes_before = proxy.bytes();
  const double before = wake_ups(::getpid()) + 1;  // this thread's own sleep
  const double cpu_before = own_cpu_seconds();
  sleep_for(kIdleSeconds);
  const double after = wake_ups(::getpid());
  const double cpu = own_cpu_seconds() - cpu_before;
  const double bytes = proxy.bytes() - bytes_before;
  samla_close(client);
  watching.join();
  listening.join();
  return {{"wake_ups", after - before}, {"bytes", bytes * 3600 / kIdleSeconds}, {"idle_cpu_ms", 1000 * cpu}};
}

view::Query first_page() {
  view::Query out;
  out.kind = "note";
  out.newest_first = true;
  out.limit = 50;
  return out;
}

/// As a phone that has the key from its system's keystore.
Numbers open_and_list(const replica::OpenOptions& options, const vault::StoreKey& key, std::size_t count) {
  const double rss_before = own_rss_mb();
  const Stopwatch watch;
  auto vfs = vault::VaultVfs::create(key, replica::random_of(options));
  if (!vfs.ok()) give_up("idle: the vault");
  replica::Database database;
  database.vfs = std::make_unique<vault::VaultVfs>(std::move(*vfs));
  sqlite::OpenFlags flags;
  flags.create = false;
  flags.prepare = vault::prepare_connection;
  auto connection = sqlite::Connection::open(options.directory / "store.db", database.vfs->name(), flags);
  if (!connection.ok()) give_up("idle: the database");
  database.connection = std::make_unique<sqlite::Connection>(std::move(*connection));
  auto local = replica::LocalStore::open(options, std::move(database));
  if (!local.ok()) give_up("idle: " + local.error().message());
  replica::LocalReplica device(options, std::move(*local));
  const auto listed = device.records().list(first_page());
  const double ms = 1000 * watch.seconds();
  const double rss = own_rss_mb() - rss_before;
  if (!listed.ok() || listed->size() != std::min<std::size_t>(50, count)) give_up("idle: no list");
  return {{"open_ms", ms}, {"rss", rss}};
}

Numbers open_with_passphrase(const replica::OpenOptions& options) {
  const Stopwatch watch;
  const Device device = open_device(options);
  const auto listed = device->records().list(first_page());
  if (!listed.ok()) give_up("idle: no list");
  return {{"open_ms", 1000 * watch.seconds()}};
}

}  // namespace

void run_idle(Report& report, const Size& size) {
  const TemporaryFolder folder;
  {
    ServerProcess server(folder.path() / "server");
    const CountingProxy proxy(server.url());
    Numbers done = in_process([&] { return idle(folder.path() / "profile", proxy.url(), proxy); });
    report.add("idle", "wake-ups in 30 s, connected, watching", done["wake_ups"], "");
    report.add("idle", "bytes an hour", done["bytes"], "B");
    report.add("idle", "CPU in 30 s", done["idle_cpu_ms"], "ms");
  }
  ServerProcess server(folder.path() / "server2");
  const replica::OpenOptions options = device_options(folder.path() / "device", false);
  in_process([&]() -> Numbers {
    const Device device = found(options.directory, server.url());
    sync(*device);
    for (const BenchRecord& record : notes(size.notes)) create_note(*device, record);
    if (!device->records().search({.words = "kirke", .limit = 1}).ok()) give_up("idle: no search");
    return {};
  });
  const auto key =
      vault::unlock(options.directory / "keys", options.passphrase, options.directory / "store.db");
  if (!key.ok()) give_up("idle: the key");
  Numbers by_key = in_process([&] { return open_and_list(options, *key, size.notes); });
  Numbers by_passphrase = in_process([&] { return open_with_passphrase(options); });
  report.add("idle", "open to first list, key at hand", by_key["open_ms"], "ms");
  report.add("idle", "memory that this takes", by_key["rss"], "MB");
  report.add("idle", "open to first list, passphrase", by_passphrase["open_ms"], "ms");
}

}  // namespace samla::bench
