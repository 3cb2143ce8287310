#include "tests/bench/workloads/devices.h"

#include "core/base/encoding.h"
#include "tests/bench/workloads/measure.h"

namespace samla::bench {
namespace {

constexpr replica::Purpose kCommon = 1;
constexpr replica::Purpose kPersonal = 3;

replica::SpaceSpec common_spec() {
  replica::SpaceSpec out;
  out.purpose = kCommon;
  return out;
}

replica::SpaceSpec personal_spec() {
  replica::SpaceSpec out;
  out.purpose = kPersonal;
  out.space_class = replica::SpaceClass::kPersonal;
  return out;
}

template <class T>
T must(Result<T> result, const char* what) {
  if (!result.ok()) give_up(std::string(what) + ": " + result.error().message());
  return std::move(*result);
}

}  // namespace

replica::OpenOptions device_options(const std::filesystem::path& folder, bool survives_power_loss) {
  replica::OpenOptions out;
  out.directory = folder;
  out.passphrase = "en passfrase for målingen";
  out.search_fields = {{"note", {"title", "body"}}};
  out.edits_survive_power_loss = survives_power_loss;
  return out;
}

Device found(const std::filesystem::path& folder, const std::string& server_url) {
  replica::Replica::Founding founding;
  founding.server_url = server_url;
  founding.role = 3;
  founding.spaces = {common_spec(), personal_spec()};
  return must(replica::Replica::create_organisation(device_options(folder), founding), "found");
}

Device join(replica::Replica& admin, const std::filesystem::path& folder, std::uint8_t user) {
  replica::InviteSpec spec;
  spec.user = UserId{{user}};
  spec.role = 1;
  spec.expires_ms = ~std::uint64_t{0} >> 16;
  spec.spaces = {{common_spec(), replica::SpaceRight::kWriter, true}};
  const std::string link = must(admin.create_invite(spec, {}), "invite");
  return must(replica::Replica::join(device_options(folder), link, personal_spec(),
                                     [](replica::Replica&) { return Result<void>(); }),
              "join");
}

Device open_device(const replica::OpenOptions& options) {
  return must(replica::Replica::open(options), "open");
}

SpaceId common_space(const replica::Replica& device) { return device.space_id(kCommon, {}); }

void create_note(replica::Replica& device, const BenchRecord& record) {
  create_note(device, record, common_space(device));
}

void create_note(replica::Replica& device, const BenchRecord& record, const SpaceId& space) {
  const auto id = fixed_from_hex<RecordId>(record.id);
  if (!id) give_up("not an id");
  replica::Edit edit;
  edit.create(*id, space, "note",
              {{"title", {}, record.title},
               {"body", {}, record.body},
               {"tags", {}, record.tags},
               {"theme", {}, record.theme},
               {"gathering", {}, record.gathering},
               {"created", {}, record.created},
               {"updated", {}, record.updated},
               {"kind", {}, record.kind}});
  const auto done = device.commit(edit);
  if (!done.ok()) give_up("commit: " + done.error().message());
}

void sync(replica::Replica& device) {
  const auto report = must(device.sync({}), "sync");
  if (report.reached != "centre") give_up("the server was not reached");
}

std::vector<BenchRecord> read_notes(replica::Replica& device) {
  const auto views = must(device.records().list({}), "list");
  std::vector<BenchRecord> out;
  out.reserve(views.size());
  for (const view::RecordView& each : views) {
    out.push_back({to_hex(each.id.view()), each.text("title"), each.text("body"), each.text("tags"),
                   each.text("theme"), each.text("gathering"), each.number("created"), each.number("updated"),
                   each.text("kind")});
  }
  return out;
}

}  // namespace samla::bench
