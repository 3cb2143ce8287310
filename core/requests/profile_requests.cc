// Requests about this profile and the library itself.
#include "core/base/encoding.h"
#include "core/domain/conflicts.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/requests/catalogue.h"
#include "core/requests/describe.h"
#include "core/requests/version.h"

namespace samla::requests::profile_requests {
namespace {

Result<Json> status(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("status"));
  replica::Replica& replica = workspace->replica();
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const auto conflicts, domain::list_conflicts(*workspace));
  SAMLA_ASSIGN(const std::string organisation, domain::organisation_name(*workspace));
  const replica::Levels levels = replica.levels();
  return Json{{"changes", {{"device", levels.device}, {"hub", levels.hub}, {"centre", levels.centre}}},
              {"conflicts", conflicts.size()},
              {"organisation", {{"id", to_hex(replica.organisation())}, {"name", organisation}}},
              {"user", names.user(replica.user()).handle},
              {"role", domain::word_of(workspace->role())},
              {"device", {{"id", to_hex(replica.device())}, {"name", names.device(replica.device())}}},
              {"spaces", replica.spaces().size()},
              {"server", replica.server_url()},
              {"code", replica.comparison_code()}};
}

Result<Json> change_passphrase(Profile& profile, const Arguments& arguments) {
  SAMLA_TRY(profile.workspace("key.passphrase.change"));
  const SecretText passphrase = arguments.secret("new");
  if (passphrase.empty()) {
    return fail(ErrorCode::invalid_argument, "key.passphrase.change", "the new passphrase must not be empty");
  }
  SAMLA_TRY(profile.change_passphrase(passphrase));
  return Json::object();
}

Result<Json> scrub(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("scrub"));
  SAMLA_ASSIGN(const std::uint64_t damaged, workspace->replica().scrub());
  if (damaged == 0) return Json{{"damaged", 0}};
  return fail(ErrorCode::store_corrupt, "scrub",
              std::to_string(damaged) + " pages are damaged; sync what can be read, then join anew");
}

Result<Json> requests(Profile&, const Arguments&) { return Json{{"requests", describe_catalogue()}}; }

Result<Json> version(Profile&, const Arguments&) { return Json{{"version", kVersion}}; }

}  // namespace

std::vector<Request> all() {
  return {
      {"status",
       "Who and where this device is, and how far its changes have come.",
       {},
       {{"changes", "device, hub, centre: how many have come so far"},
        {"conflicts", "how many need a person"},
        {"organisation", "id, name"},
        {"user", "the handle"},
        {"role", "the user's role"},
        {"device", "id, name"},
        {"spaces", "how many"},
        {"server", "its URL"},
        {"code",
         "of the organisation's chain: two people who have both synced see the same, or something is "
         "wrong"}},
       status},
      {"key.passphrase.change",
       "Puts the store under another passphrase; the old one opens it no more.",
       {{"new", Type::kText, true, "the new passphrase"}},
       {},
       change_passphrase},
      {"scrub",
       "Reads every page of the store; fails with store_corrupt where any is damaged.",
       {},
       {{"damaged", "0"}},
       scrub},
      {"requests",
       "Lists all requests.",
       {},
       {{"requests", "a list of name, summary, parameters, schema, reply"}},
       requests},
      {"version", "Says the library's version.", {}, {{"version", "for example 0.1.0"}}, version},
  };
}

}  // namespace samla::requests::profile_requests
