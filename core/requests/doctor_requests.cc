// doctor: looks at everything that could be wrong on this device and says what to do about it.
#include <cstdlib>
#include <filesystem>

#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::doctor_requests {
namespace {

constexpr std::uintmax_t kRoomBytesMin = 200u * 1024 * 1024;
constexpr std::int64_t kSkewMsMax = 5 * 60 * 1000;

class Checks {
 public:
  void add(const std::string& check, bool ok, const std::string& detail, const std::string& advice = {}) {
    healthy_ = healthy_ && ok;
    checks_.push_back(
        {{"check", check}, {"ok", ok}, {"detail", detail}, {"advice", ok ? Json() : Json(advice)}});
  }
  Json reply() && { return {{"healthy", healthy_}, {"checks", std::move(checks_)}}; }

 private:
  bool healthy_ = true;
  Json checks_ = Json::array();
};

void check_disk(Checks& checks, const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return checks.add("disk", false, error.message(), "see whether the folder can be reached");
  checks.add("disk", space.available >= kRoomBytesMin,
             std::to_string(space.available / (1024 * 1024)) + " MB free",
             "make room: what is written needs some");
}

void check_store(Checks& checks, replica::Replica& replica) {
  const auto damaged = replica.scrub();
  if (!damaged.ok())
    return checks.add("store", false, damaged.error().message(), "copy the profile's folder away first");
  checks.add("store", *damaged == 0, std::to_string(*damaged) + " damaged pages",
             "copy the profile's folder away, sync, then join anew");
}

void check_keys(Checks& checks, domain::Workspace& workspace) {
  domain::Names names(workspace);
  std::string locked;
  std::size_t readable = 0;
  for (const replica::SpaceInfo& space : workspace.replica().spaces()) {
    if (space.readable) {
      ++readable;
    } else {
      locked += (locked.empty() ? "" : ", ") + names.space(space.id);
    }
  }
  checks.add(
      "keys", locked.empty(),
      std::to_string(readable) + " spaces can be read" + (locked.empty() ? "" : "; not yet: " + locked),
      "sync after a member of the space has synced; a notebook is opened by `samla device approve`");
}

void check_chains(Checks& checks, replica::Replica& replica) {
  const auto held = replica.chains_held();
  if (!held.ok()) return checks.add("chains", false, held.error().message(), held.error().hint);
  checks.add("chains", true,
             std::to_string(held->entries) + " entries, " + std::to_string(held->bytes) + " bytes; " +
                 std::to_string(held->begun_later) + " chains begin here at a checkpoint");
}

void check_changes(Checks& checks, replica::Replica& replica) {
  const replica::Levels levels = replica.levels();
  checks.add("changes", levels.device == 0,
             std::to_string(levels.device) + " on this device alone, " + std::to_string(levels.centre) +
                 " at the centre",
             "sync; `samla why RECORD` says what one waits for");
}

/// Syncs twice, the second time with nothing to send, so that both sides can be compared.
void check_server(Checks& checks, Profile& profile, replica::Replica& replica) {
  replica::SyncOptions options = profile.sync_options();
  auto report = replica.sync(options);
  if (report.ok() && report->reached == "centre") {
    options.compare_heads = true;
    report = replica.sync(options);
  }
  if (!report.ok()) return checks.add("server", false, report.error().message(), report.error().hint);
  if (report->reached != "centre") {
    const std::string why = report->notices.empty() ? "not reached" : report->notices.back();
    return checks.add("server", false, why,
                      "what was written is safe here; sync again when there is coverage");
  }
  checks.add("server", true, "reached at " + replica.server_url());
  const std::int64_t skew = report->clock_skew_ms.value_or(0);
  checks.add("clock", std::llabs(skew) <= kSkewMsMax,
             "the server's is " + std::to_string(skew / 1000) + " s ahead of this one",
             "set this device's clock");
  const std::size_t differences = report->head_differences.value_or(0);
  checks.add("heads", differences == 0,
             std::to_string(differences) + " fields of which the server counts other heads",
             "tell whoever runs the server: one of the two is wrong");
}

/// What a server once lacked and what of that is back, and how far its newest backup reaches.
void check_losses(Checks& checks, domain::Workspace& workspace) {
  domain::Names names(workspace);
  const auto last = workspace.replica().last_recovery();
  if (last) {
    checks.add("recovery", last->missing.empty() && last->waiting == 0, in_words(*last, names),
               "let the devices that are named sync: what they hold comes back with them");
  }
  const auto backup = workspace.replica().newest_backup();
  checks.add("backup", true,
             backup ? "of " + iso_time(backup->taken_ms) + "; " + std::to_string(backup->behind) +
                          " changes came later, and nothing of those is dropped here"
                    : "the server has announced none; nothing is dropped here");
  checks.add("organisation", true, to_hex(workspace.replica().organisation().view()));
}

Result<Json> doctor(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("doctor"));
  Checks checks;
  check_disk(checks, profile.open_options().directory);
  check_store(checks, workspace->replica());
  check_keys(checks, *workspace);
  check_chains(checks, workspace->replica());
  check_server(checks, profile, workspace->replica());
  check_changes(checks, workspace->replica());
  check_losses(checks, *workspace);
  return std::move(checks).reply();
}

}  // namespace

std::vector<Request> all() {
  return {{"doctor",
           "Looks at disk, store, keys, server, clock, heads and changes of this device; syncs on the way.",
           {},
           {{"healthy", "whether all is well"}, {"checks", "a list of check, ok, detail, advice"}},
           doctor}};
}

}  // namespace samla::requests::doctor_requests
