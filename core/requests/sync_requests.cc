// Requests that meet the server.
#include <algorithm>
#include <array>

#include "core/domain/conflicts.h"
#include "core/domain/groups.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/participants.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::sync_requests {
namespace {

/// Being out of reach is no failure: what was written is safe here and goes along next time.
bool is_out_of_reach(ErrorCode code) {
  constexpr std::array kCodes = {ErrorCode::offline, ErrorCode::timed_out, ErrorCode::connection_closed,
                                 ErrorCode::retry_later};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

using Run = Result<replica::SyncReport> (*)(replica::Replica&, const replica::SyncOptions&);

Result<Json> run(Profile& profile, std::string_view operation, Run how) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace(operation));
  SAMLA_TRY(domain::found_own_spaces(*workspace));
  SAMLA_TRY(domain::admit_participants(*workspace));
  SAMLA_TRY(domain::admit_group_members(*workspace));
  profile.events().push({{"event", "sync.state"}, {"state", "syncing"}});
  auto result = how(workspace->replica(), profile.sync_options());
  replica::SyncReport report;
  if (result) report = *result;
  std::string reason;
  if (!result) {
    reason = result.error().message();
    if (!is_out_of_reach(result.error().code)) {
      profile.events().push({{"event", "sync.state"}, {"state", "failed"}, {"reason", reason}});
      return result.error();
    }
  }
  SAMLA_ASSIGN(const std::size_t conflicts, domain::count_conflicts(*workspace));
  profile.events().push({{"event", "sync.state"}, {"state", "done"}, {"reached", report.reached}});
  Json reply = {{"sent", report.sent},
                {"received", report.received},
                {"conflicts", conflicts},
                {"reached", report.reached}};
  if (!reason.empty()) reply["reason"] = reason;
  if (report.recovery) {
    domain::Names names(*workspace);
    reply["recovered"] = report.recovery->recovered;
    report.notices.push_back(in_words(*report.recovery, names));
  }
  if (!report.notices.empty()) reply["notices"] = report.notices;
  return reply;
}

Result<Json> now(Profile& profile, const Arguments&) {
  return run(profile, "sync.now", [](replica::Replica& replica, const replica::SyncOptions& options) {
    return replica.sync(options);
  });
}

Result<Json> watch(Profile& profile, const Arguments&) {
  return run(profile, "sync.watch", [](replica::Replica& replica, const replica::SyncOptions& options) {
    return replica.watch(options);
  });
}

const std::vector<std::pair<std::string_view, std::string_view>> kReply = {
    {"sent", "changesets that the server receipted"},
    {"received", "changesets of others"},
    {"conflicts", "how many need a person now"},
    {"reached", "centre, hub or none"},
    {"reason", "where none was reached: why"},
    {"notices", "lines for the person, if any"},
    {"recovered", "changesets that the server had lost and has again, if it had lost any"}};

}  // namespace

std::vector<Request> all() {
  return {
      {"sync.now",
       "Sends what is here and takes what is there. Out of reach, the reply is ok and reached is none.",
       {},
       kReply,
       now},
      {"sync.watch",
       "Syncs and stays connected until interrupted; what comes is told as events.",
       {},
       kReply,
       watch},
  };
}

}  // namespace samla::requests::sync_requests
