// What a device costs that comes when there is a history: 1,000 notes whose fields are replaced, and 200
// whose text is edited line by line, each written 1, 10 and 100 times in all; by the whole history and by a
// heads pack. Server and device in one process, messages moved by hand: bytes and work without a network.
#include <array>
#include <string>

#include "core/base/encoding.h"
#include "core/replica/local_store.h"
#include "core/replica/sync_run.h"
#include "tests/bench/workloads/devices.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/evil_server.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

/// What people do to each note, once a round. What stands stays as large as it was.
struct Kind {
  const char* name;
  std::size_t notes;
  std::size_t once;  ///< edits that are 1x
  void (*edit)(replica::Edit&, const RecordId&, std::size_t note, std::size_t round);
};

/// One of title, body, theme and gathering in turn.
void replace_a_field(replica::Edit& edit, const RecordId& id, std::size_t note, std::size_t round) {
  constexpr std::array<const char*, 4> kFields = {"title", "body", "theme", "gathering"};
  const std::string field = kFields[(round + note) % kFields.size()];
  const std::size_t length = field == "body" ? 400 : 30;
  edit.assign(id, field, "runde " + std::to_string(round) + std::string(length, 'x'));
}

/// One of twelve lines in turn.
void edit_a_line(replica::Edit& edit, const RecordId& id, std::size_t, std::size_t round) {
  constexpr std::size_t kLines = 12;
  std::string text;
  for (std::size_t line = 0; line < kLines; ++line) {
    const std::size_t last = round < line ? 0 : round - (round - line) % kLines;
    text += "linje " + std::to_string(line) + ", runde " + std::to_string(last) + std::string(20, 'x') + "\n";
  }
  edit.edit_text(id, "body", text);
}

constexpr std::array<Kind, 2> kKinds = {
    {{"fields", 1'000, 1, replace_a_field}, {"texts", 4, 30, edit_a_line}}};

void write_history(const std::filesystem::path& folder, const Kind& kind, std::size_t edits) {
  const Device device = open_device(device_options(folder, false));
  std::vector<RecordId> ids;
  for (const BenchRecord& record : notes(kind.notes)) {
    create_note(*device, record);
    ids.push_back(*fixed_from_hex<RecordId>(record.id));
  }
  sync(*device);
  for (std::size_t round = 1; round < edits; ++round) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      replica::Edit edit;
      kind.edit(edit, ids[i], i, round);
      if (!device->commit(edit).ok()) give_up("newcomer: commit");
    }
    sync(*device);
  }
}

Numbers pull(const std::filesystem::path& server_folder, const std::filesystem::path& folder, bool pack,
             std::size_t notes) {
  auto opened = replica::LocalStore::open(device_options(folder));
  if (!opened.ok()) give_up("newcomer: " + opened.error().message());
  test::EvilServer server(server_folder);
  server.server().send_packs_from(pack ? session::kTailChunkBytes : ~std::size_t{0});
  double bytes = 0;
  const double cpu = own_cpu_seconds();
  const Stopwatch watch;
  test::EvilBehaviour count;
  count.down = [&](wire::Message message) {
    bytes += static_cast<double>(wire::encode(message).size());
    return test::Messages{std::move(message)};
  };
  const auto outcome = server.meet(**opened, count);
  const double seconds = watch.seconds();
  if (!outcome.level) give_up("newcomer: not level");
  const auto records = (*opened)->records->list({});
  if (!records.ok() || records->size() != notes) give_up("newcomer: not all notes");
  return {{"seconds", seconds}, {"mb", bytes / 1e6}, {"cpu", own_cpu_seconds() - cpu}};
}

void run_newcomer(Report& report, const Kind& kind, std::size_t times) {
  const TemporaryFolder folder;
  {
    ServerProcess server(folder.path() / "server");
    in_process([&]() -> Numbers {
      const Device first = found(folder.path() / "first", server.url());
      join(*first, folder.path() / "tail", 2);
      join(*first, folder.path() / "pack", 3);
      sync(*first);
      return {};
    });
    for (const char* device : {"tail", "pack"}) {
      in_process([&]() -> Numbers {
        sync(*open_device(device_options(folder.path() / device)));
        return {};
      });
    }
    in_process([&]() -> Numbers {
      write_history(folder.path() / "first", kind, kind.once * times);
      return {};
    });
  }
  for (const char* way : {"tail", "pack"}) {
    const bool pack = std::string(way) == "pack";
    Numbers pulled =
        in_process([&] { return pull(folder.path() / "server", folder.path() / way, pack, kind.notes); });
    const std::string name = std::string(kind.name) + " " + std::to_string(times) + "x " + way;
    report.add("newcomer", name, pulled["seconds"], "s");
    report.add("newcomer", name + ", CPU", pulled["cpu"], "s");
    report.add("newcomer", name + ", down", pulled["mb"], "MB");
    report.add("newcomer", name + ", store", folder_size(folder.path() / way).apparent / 1e6, "MB");
  }
}

}  // namespace

void run_newcomer(Report& report, const Size&) {
  for (const Kind& kind : kKinds) {
    for (const std::size_t times : {1u, 10u, 100u}) run_newcomer(report, kind, times);
  }
}

}  // namespace samla::bench
