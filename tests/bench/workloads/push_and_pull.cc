// W2. Each step is a process of its own, as in W1's definition; the second device has joined before there is
// anything to pull.
#include <chrono>
#include <thread>

#include "tests/bench/workloads/counting_proxy.h"
#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

Numbers timed_sync(const std::filesystem::path& folder, std::size_t count) {
  const Device device = open_device(device_options(folder));
  const double cpu_before = own_cpu_seconds();
  const Stopwatch watch;
  sync(*device);
  const double seconds = watch.seconds();
  const double cpu = own_cpu_seconds() - cpu_before;
  if (!device->records().search({.words = "kirke fjell", .limit = 20}).ok()) give_up("W2: not searchable");
  const double searchable = watch.seconds();
  if (digest(read_notes(*device)) != digest(notes(count))) give_up("W2: other records than written");
  return {{"seconds", seconds}, {"sync_cpu", cpu}, {"searchable", searchable}};
}

/// One more note, and how long it takes to be at the server.
Numbers sync_one_more(const std::filesystem::path& folder, std::size_t count) {
  const Device device = open_device(device_options(folder));
  create_note(*device, make_records(count + 1, 42).back());
  const Stopwatch watch;
  sync(*device);
  return {{"seconds", watch.seconds()}};
}

void rest(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// Two devices in an organisation; the first has so many notes that it has not sent.
void prepare(const std::filesystem::path& folder, const std::string& url, std::size_t count) {
  in_process([&]() -> Numbers {
    const Device first = found(folder / "first", url);
    join(*first, folder / "second", 2);
    sync(*first);
    return {};
  });
  in_process([&]() -> Numbers {
    const Device first = open_device(device_options(folder / "first", false));
    for (const BenchRecord& record : notes(count)) create_note(*first, record);
    return {};
  });
}

/// Apart from the timed runs, which a proxy would disturb.
std::pair<double, double> bytes_on_the_wire(std::size_t count) {
  const TemporaryFolder folder;
  ServerProcess server(folder.path() / "server");
  const CountingProxy proxy(server.url());
  prepare(folder.path(), proxy.url(), count);
  const double before = proxy.bytes();
  in_process([&] { return timed_sync(folder.path() / "first", count); });
  const double pushed = proxy.bytes();
  in_process([&] { return timed_sync(folder.path() / "second", count); });
  return {pushed - before, proxy.bytes() - pushed};
}

}  // namespace

Numbers push_and_pull(std::size_t count) {
  const TemporaryFolder folder;
  ServerProcess server(folder.path() / "server");
  prepare(folder.path(), server.url(), count);
  const double cpu_before = server.cpu_seconds();
  Numbers push = in_process([&] { return timed_sync(folder.path() / "first", count); });
  rest(1500);
  const double cpu_pushed = server.cpu_seconds();
  Numbers pull = in_process([&] { return timed_sync(folder.path() / "second", count); });
  rest(500);
  Numbers out = {{"push", push["seconds"]},
                 {"pull", pull["seconds"]},
                 {"searchable", pull["searchable"]},
                 {"push_cpu", push["sync_cpu"]},
                 {"pull_cpu", pull["sync_cpu"]},
                 {"server_cpu", server.cpu_seconds() - cpu_before},
                 {"server_cpu_push", cpu_pushed - cpu_before},
                 {"server_rss", server.peak_rss_mb()},
                 {"pull_rss", pull["rss_mb"]}};
  out["cpu"] = out["push_cpu"] + out["pull_cpu"] + out["server_cpu"];
  Numbers one = in_process([&] { return sync_one_more(folder.path() / "first", count); });
  out["one_change"] = one["seconds"];
  server.stop();
  out["server_folder"] = folder_size(folder.path() / "server").apparent / 1e6;
  return out;
}

void run_push_and_pull(Report& report, const Size& size) {
  Numbers done = push_and_pull(size.notes);
  const auto [up, down] = bytes_on_the_wire(size.notes);
  report.add("w2", "push", done["push"], "s");
  report.add("w2", "pull", done["pull"], "s");
  report.add("w2", "pull until searchable", done["searchable"], "s");
  report.add("w2", "client CPU, push", done["push_cpu"], "s");
  report.add("w2", "client CPU, pull", done["pull_cpu"], "s");
  report.add("w2", "server CPU", done["server_cpu"], "s");
  report.add("w2", "server CPU, push alone", done["server_cpu_push"], "s");
  report.add("w2", "server peak RSS", done["server_rss"], "MB");
  report.add("w2", "client peak RSS, pull", done["pull_rss"], "MB");
  report.add("w2", "wire, push", up / 1e6, "MB");
  report.add("w2", "wire, pull", down / 1e6, "MB");
  report.add("w2", "server's folder", done["server_folder"], "MB");
}

}  // namespace samla::bench
