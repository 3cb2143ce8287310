// W2. Each step is a process of its own, as in W1's definition; the second device has joined before there is
// anything to pull.
#include <chrono>
#include <thread>

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

void rest(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

}  // namespace

void run_push_and_pull(Report& report, const Size& size) {
  const TemporaryFolder folder;
  ServerProcess server(folder.path() / "server");
  in_process([&]() -> Numbers {
    const Device first = found(folder.path() / "first", server.url());
    join(*first, folder.path() / "second", 2);
    sync(*first);
    return {};
  });
  in_process([&]() -> Numbers {
    const Device first = open_device(device_options(folder.path() / "first", false));
    for (const BenchRecord& record : notes(size.notes)) create_note(*first, record);
    return {};
  });
  const double cpu_before = server.cpu_seconds();
  Numbers push = in_process([&] { return timed_sync(folder.path() / "first", size.notes); });
  rest(1500);
  const double cpu_pushed = server.cpu_seconds();
  Numbers pull = in_process([&] { return timed_sync(folder.path() / "second", size.notes); });
  rest(500);
  report.add("w2", "push", push["seconds"], "s");
  report.add("w2", "pull", pull["seconds"], "s");
  report.add("w2", "pull until searchable", pull["searchable"], "s");
  report.add("w2", "client CPU, push", push["sync_cpu"], "s");
  report.add("w2", "client CPU, pull", pull["sync_cpu"], "s");
  report.add("w2", "server CPU", server.cpu_seconds() - cpu_before, "s");
  report.add("w2", "server CPU, push alone", cpu_pushed - cpu_before, "s");
  report.add("w2", "server peak RSS", server.peak_rss_mb(), "MB");
  report.add("w2", "client peak RSS, pull", pull["rss_mb"], "MB");
  server.stop();
  report.add("w2", "server's folder", folder_size(folder.path() / "server").apparent / 1e6, "MB");
}

}  // namespace samla::bench
