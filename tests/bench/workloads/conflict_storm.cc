// W4. All ten devices are threads of one process. They sync at once; when all have pushed, each pulls what
// it has not seen. Then each must show the same heads, and all values of all devices.
#include <algorithm>
#include <set>
#include <thread>

#include "core/base/encoding.h"
#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

constexpr std::uint32_t kDevices = 10;

std::filesystem::path folder_of(const std::filesystem::path& all, std::uint32_t device) {
  return all / ("device" + std::to_string(device));
}

Numbers prepare(const std::filesystem::path& folder, const std::string& server_url, std::uint32_t count) {
  std::vector<Device> devices;
  devices.push_back(found(folder_of(folder, 0), server_url));
  for (std::uint32_t i = 1; i < kDevices; ++i) {
    devices.push_back(join(*devices[0], folder_of(folder, i), static_cast<std::uint8_t>(i + 1)));
  }
  const std::vector<BenchRecord> records = make_records(count, 43);
  for (const BenchRecord& record : records) create_note(*devices[0], record);
  for (const Device& device : devices) sync(*device);
  for (std::uint32_t i = 0; i < kDevices; ++i) {
    for (std::uint32_t k = 0; k < count; ++k) {
      replica::Edit edit;
      edit.assign(*fixed_from_hex<RecordId>(records[k].id), "body", storm_body(i, k));
      const auto done = devices[i]->commit(edit);
      if (!done.ok()) give_up("W4: " + done.error().message());
    }
  }
  return {};
}

void sync_all(const std::vector<Device>& devices) {
  std::vector<std::jthread> threads;
  for (const Device& device : devices) threads.emplace_back([&device] { sync(*device); });
}

/// The values that the device shows for each record's body, the winner first.
std::vector<std::vector<std::string>> shown_bodies(replica::Replica& device,
                                                   const std::vector<BenchRecord>& records) {
  std::vector<std::vector<std::string>> out;
  for (const BenchRecord& record : records) {
    const auto view = device.records().read(*fixed_from_hex<RecordId>(record.id));
    if (!view.ok() || !*view) give_up("W4: a record is missing");
    const auto field = std::ranges::find((*view)->fields, "body", &view::FieldView::name);
    out.emplace_back();
    for (const view::HeadView& head : field->heads) out.back().push_back(std::get<std::string>(head.value));
  }
  return out;
}

Numbers storm(const std::filesystem::path& folder, std::uint32_t count) {
  std::vector<Device> devices;
  for (std::uint32_t i = 0; i < kDevices; ++i) {
    devices.push_back(open_device(device_options(folder_of(folder, i))));
  }
  const double cpu_before = own_cpu_seconds();
  const Stopwatch watch;
  sync_all(devices);
  sync_all(devices);
  const double seconds = watch.seconds();
  const double cpu = own_cpu_seconds() - cpu_before;
  const std::vector<BenchRecord> records = make_records(count, 43);
  const auto shown = shown_bodies(*devices[0], records);
  for (const Device& device : devices) {
    if (shown_bodies(*device, records) != shown) give_up("W4: two devices do not agree");
  }
  double surfaced = 0;
  double lost = 0;
  for (std::uint32_t k = 0; k < count; ++k) {
    surfaced += static_cast<double>(shown[k].size()) - 1;
    for (std::uint32_t i = 0; i < kDevices; ++i) lost += std::ranges::count(shown[k], storm_body(i, k)) == 0;
  }
  return {{"seconds", seconds}, {"storm_cpu", cpu}, {"surfaced", surfaced}, {"lost", lost}};
}

}  // namespace

Numbers conflict_storm(std::uint32_t records) {
  const TemporaryFolder folder;
  ServerProcess server(folder.path() / "server");
  in_process([&] { return prepare(folder.path(), server.url(), records); });
  const double cpu_before = server.cpu_seconds();
  Numbers done = in_process([&] { return storm(folder.path(), records); });
  done["server_cpu"] = server.cpu_seconds() - cpu_before;
  done["server_rss"] = server.peak_rss_mb();
  return done;
}

void run_conflict_storm(Report& report, const Size& size) {
  Numbers done = conflict_storm(size.storm_records);
  report.add("w4", "until all agree", done["seconds"], "s");
  report.add("w4", "surfaced", done["surfaced"], "");
  report.add("w4", "lost", done["lost"], "");
  report.add("w4", "CPU of the ten devices", done["storm_cpu"], "s");
  report.add("w4", "server CPU", done["server_cpu"], "s");
  report.add("w4", "server peak RSS", done["server_rss"], "MB");
}

}  // namespace samla::bench
