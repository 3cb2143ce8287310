// W1. The space is founded at a server first, which is gone before the clock starts.
#include <algorithm>

#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

Numbers write_notes(const std::filesystem::path& folder, bool survives_power_loss, std::size_t count) {
  const std::vector<BenchRecord> records = notes(count);
  const Device device = open_device(device_options(folder, survives_power_loss));
  std::vector<double> latencies;
  latencies.reserve(count);
  const double cpu_before = own_cpu_seconds();
  const Stopwatch all;
  for (const BenchRecord& record : records) {
    const Stopwatch one;
    create_note(*device, record);
    latencies.push_back(1000 * one.seconds());
  }
  const double seconds = all.seconds();
  const double cpu = own_cpu_seconds() - cpu_before;
  const Stopwatch searching;
  const auto hits = device->records().search({.words = "kirke fjell", .limit = 20});
  const double search_ms = 1000 * searching.seconds();
  const double searched_cpu = own_cpu_seconds() - cpu_before;
  if (!hits.ok() || hits->size() != 20) give_up("W1: the notes are not searchable");
  if (digest(read_notes(*device)) != digest(records)) give_up("W1: other records were read than written");
  std::ranges::sort(latencies);
  return {{"records_s", static_cast<double>(count) / seconds},
          {"p50", latencies[count / 2]},
          {"p99", latencies[count * 99 / 100]},
          {"loop_cpu", cpu},
          {"search_ms", search_ms},
          {"searched_cpu", searched_cpu}};
}

}  // namespace

Numbers local_edit(bool survives_power_loss, std::size_t count) {
  const TemporaryFolder folder;
  in_process([&]() -> Numbers {
    ServerProcess server(folder.path() / "server");
    found(folder.path() / "device", server.url());
    return {};
  });
  const auto device = folder.path() / "device";
  const double before = folder_size(device).apparent;
  Numbers done = in_process([&] { return write_notes(device, survives_power_loss, count); });
  const FolderSize size = folder_size(device);
  done["bytes"] = (size.apparent - before) / static_cast<double>(count);
  done["bytes_allocated"] = size.allocated / static_cast<double>(count);
  return done;
}

void run_local_edit(Report& report, const Size& size) {
  for (const bool survives_power_loss : {true, false}) {
    Numbers done = local_edit(survives_power_loss, size.notes);
    const std::string how = survives_power_loss ? ", power loss survived" : ", death of the process survived";
    report.add("w1", "records/s" + how, done["records_s"], "/s");
    report.add("w1", "p50" + how, done["p50"], "ms");
    report.add("w1", "p99" + how, done["p99"], "ms");
    report.add("w1", "CPU" + how, done["loop_cpu"], "s");
    if (survives_power_loss) continue;
    report.add("w1", "first search, top 20 of all", done["search_ms"], "ms");
    report.add("w1", "CPU with that search", done["searched_cpu"], "s");
    report.add("w1", "peak RSS", done["rss_mb"], "MB");
    report.add("w1", "disk bytes a record", done["bytes"], "B");
    report.add("w1", "disk bytes a record, as allocated", done["bytes_allocated"], "B");
  }
}

}  // namespace samla::bench
