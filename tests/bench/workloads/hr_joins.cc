// W6: one more device of HR joins an organisation with all of its data. Once through real processes and
// sockets, for the time; once with the same server in this process and messages moved by hand, to see what
// kinds of messages its bytes are.
#include <fstream>

#include "core/change/changeset.h"
#include "core/custody/pairing.h"
#include "core/domain/organisation.h"
#include "core/replica/local_store.h"
#include "core/replica/sync_run.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/organisation.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/evil_server.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

constexpr const char* kDevice = "HRs andre";

template <class T>
T must(Result<T> result, const char* what) {
  if (!result.ok()) give_up(std::string("W6, ") + what + ": " + result.error().message());
  return std::move(*result);
}

/// A code by which HR's next device joins.
std::string pairing_code(const Organisation& organisation) {
  const std::filesystem::path note = organisation.folder / "code";
  in_process([&]() -> Numbers {
    const auto hr = must(replica::Replica::open(hr_options(organisation.hr())), "open");
    std::ofstream(note) << must(hr->create_pairing(~std::uint64_t{0} >> 16, {}), "pair");
    return {};
  });
  std::string out;
  std::getline(std::ifstream(note), out);
  return out;
}

/// Of everything that the device shows, so that two can be compared.
double checksum(replica::Replica& device) {
  const auto records = must(device.records().list({}), "list");
  std::uint32_t sum = 0;
  for (const view::RecordView& record : records) {
    for (const std::uint8_t byte : record.id.view()) sum = sum * 31 + byte;
    for (const view::FieldView& field : record.fields) {
      for (const view::HeadView& head : field.heads)
        sum = sum * 31 + static_cast<std::uint32_t>(head.time.value);
    }
  }
  return static_cast<double>(sum);
}

Numbers shown(replica::Replica& device) {
  double readable = 0;
  for (const replica::SpaceInfo& space : device.spaces()) readable += space.readable ? 1 : 0;
  const auto records = must(device.records().list({}), "list");
  return {
      {"spaces", readable}, {"records", static_cast<double>(records.size())}, {"checksum", checksum(device)}};
}

Numbers join_timed(const std::filesystem::path& folder, const std::string& code) {
  const Stopwatch watch;
  const auto device = must(domain::join(hr_options(folder), code, kDevice), "join");
  const double usable = watch.seconds();
  const auto synced = must(device->sync({}), "sync");
  const double complete = watch.seconds();
  if (synced.reached != "centre") give_up("W6: the server was not reached");
  Numbers out = shown(*device);
  out["usable"] = usable;
  out["complete"] = complete;
  return out;
}

/// What a newcomer is sent, by kind.
struct Bytes6 {
  double chains = 0, changes = 0, rest = 0;
};

Bytes6 count_bytes(const Organisation& organisation, const std::string& code) {
  auto pairing = must(custody::PairingCode::decode(code), "code");
  replica::Account account;
  account.organisation = pairing.organisation;
  account.user = pairing.user;
  account.host = pairing.host;
  account.port = pairing.port;
  account.server = pairing.server;
  account.trusted = pairing.identity;
  SystemRandom random;
  const auto local =
      must(replica::LocalStore::create(hr_options(organisation.folder / "counted"), account,
                                       custody::DeviceKeys::generate(random), {}, std::move(pairing.secret)),
           "store");
  test::EvilServer server(organisation.server());
  Bytes6 out;
  test::EvilBehaviour count;
  count.down = [&](wire::Message message) {
    const double bytes = static_cast<double>(wire::encode(message).size());
    if (std::holds_alternative<wire::ChainEntries>(message) ||
        std::holds_alternative<wire::CheckpointPart>(message) ||
        std::holds_alternative<wire::Grants>(message)) {
      out.chains += bytes;
    } else if (std::holds_alternative<wire::Tail>(message) ||
               std::holds_alternative<wire::PackPage>(message)) {
      out.changes += bytes;
    } else {
      out.rest += bytes;
    }
    return test::Messages{std::move(message)};
  };
  const auto outcome = server.meet(*local, count);
  if (outcome.error) give_up("W6, by hand: " + outcome.error->message());
  return out;
}

/// The heads that the device holds, each with its metadata as it is signed: what a transfer can't go below.
double bytes_of_heads(const Organisation& organisation) {
  const auto local = must(replica::LocalStore::open(hr_options(organisation.folder / "counted")), "open");
  double out = 0;
  for (const auto& [space, chain] : local->membership->spaces()) {
    const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
      SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored.bytes));
      for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
        const auto* full = std::get_if<change::FullLeaf>(&changeset.leaves[i]);
        if (full == nullptr) continue;
        SAMLA_ASSIGN(const auto state, local->records->state(full->header.record));
        if (!state) continue;
        bool stands = full->header.type == change::WriteType::kInit;
        for (const auto& [tag, field] : state->fields()) {
          for (const resolve::Head& head : field.heads()) stands = stands || head.ref == changeset.ref(i);
        }
        if (stands) out += static_cast<double>(full->ciphertext.size() + change::encode(full->header).size());
      }
      return {};
    };
    const auto done = local->tables->changesets.each(space, {}, take);
    if (!done.ok()) give_up("W6: " + done.error().message());
  }
  return out;
}

}  // namespace

void run_hr_joins(Report& report, const Size&) {
  const TemporaryFolder folder;
  const Organisation organisation = organisation_in(folder.path());
  std::string second_code;
  Numbers joined;
  {
    ServerProcess server(organisation.server(), organisation.port);
    const std::string code = pairing_code(organisation);
    second_code = pairing_code(organisation);
    const double server_before = server.cpu_seconds();
    joined = in_process([&] { return join_timed(folder.path() / "second", code); });
    report.add("w6", "units of the demonstration", static_cast<double>(organisation.units), "");
    report.add("w6", "spaces read", joined["spaces"], "");
    report.add("w6", "records", joined["records"], "");
    report.add("w6", "usable", joined["usable"], "s");
    report.add("w6", "complete", joined["complete"], "s");
    report.add("w6", "client CPU", joined["cpu_s"], "s");
    report.add("w6", "client peak RSS", joined["rss_mb"], "MB");
    report.add("w6", "server CPU", server.cpu_seconds() - server_before, "s");
    Numbers first = in_process([&]() -> Numbers {
      const auto hr = must(replica::Replica::open(hr_options(organisation.hr())), "open");
      must(hr->sync({}), "sync");
      return shown(*hr);
    });
    if (first["checksum"] != joined["checksum"]) give_up("W6: HR's two devices show different records");
  }
  report.add("w6", "store", folder_size(folder.path() / "second").apparent / 1e6, "MB");
  const Bytes6 bytes = count_bytes(organisation, second_code);
  const double heads = bytes_of_heads(organisation);
  report.add("w6", "chains and keys, down", bytes.chains / 1e6, "MB");
  report.add("w6", "changes, down", bytes.changes / 1e6, "MB");
  report.add("w6", "the rest, down", bytes.rest / 1e6, "MB");
  report.add("w6", "heads", heads / 1e6, "MB");
  report.add("w6", "changes to heads", bytes.changes / heads, "times");
}

}  // namespace samla::bench
