// Requests about history: versions, and why a record is as it is.
#include "core/domain/history.h"

#include "core/base/encoding.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::history_requests {
namespace {

Json shape_of(const domain::Version& version, domain::Names& names) {
  const domain::Person person = names.author(version.writer);
  return {{"n", version.number},
          {"field", version.field},
          {"value", value_of(version.value)},
          {"readable", version.readable},
          {"what", version.what},
          {"state", version.state},
          {"reached", version.reached},
          {"user", person.handle},
          {"user_name", person.name},
          {"device", names.device_of(version.writer)},
          {"time", iso_time(version.time_ms)},
          {"doubtful_time", version.doubtful_time}};
}

/// What the person is not shown: said in words.
Result<void> add_elsewhere(domain::Workspace& workspace, const Arguments& arguments,
                           std::string_view operation, Json& reply) {
  SAMLA_ASSIGN(const std::uint64_t missing,
               domain::versions_elsewhere(workspace, arguments.text("id"), operation));
  reply["elsewhere"] = missing;
  if (missing == 0) return {};
  put_warnings(reply,
               {{"history_elsewhere",
                 (missing == 1 ? "1 earlier change is" : std::to_string(missing) + " earlier changes are") +
                     std::string(" not on this device, which came later: sync, and ask again")}});
  return {};
}

Result<Json> history_of(Profile& profile, const Arguments& arguments, std::string_view operation) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace(operation));
  SAMLA_ASSIGN(const auto versions, domain::versions_of(*workspace, arguments.text("id"), operation));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Version& version : versions) out.push_back(shape_of(version, names));
  Json reply = {{"versions", std::move(out)}};
  SAMLA_TRY(add_elsewhere(*workspace, arguments, operation, reply));
  return reply;
}

Result<Json> note_history(Profile& profile, const Arguments& arguments) {
  return history_of(profile, arguments, "note.history");
}
Result<Json> history_show(Profile& profile, const Arguments& arguments) {
  return history_of(profile, arguments, "history.show");
}

Result<Json> restore(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("history.restore"));
  SAMLA_ASSIGN(const auto version, domain::restore_version(*workspace, arguments.text("id"),
                                                           arguments.find_number("version").value_or(0)));
  domain::Names names(*workspace);
  return Json{{"version", shape_of(version, names)}};
}

Result<Json> why(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("why"));
  SAMLA_ASSIGN(const domain::Why why, domain::why(*workspace, arguments.text("id")));
  domain::Names names(*workspace);
  Json writes = Json::array();
  for (const domain::Reason& reason : why.writes) {
    Json row = shape_of(reason.version, names);
    row["blocked_by"] = reason.blocked_by.empty() ? Json() : Json(reason.blocked_by);
    writes.push_back(std::move(row));
  }
  Json readers = Json::array();
  for (const UserId& user : why.readers) readers.push_back(names.user(user).handle);
  Json reply = {{"record", to_hex(why.record)},    {"kind", why.kind},
                {"space", names.space(why.space)}, {"space_id", to_hex(why.space)},
                {"readers", std::move(readers)},   {"writes", std::move(writes)}};
  SAMLA_TRY(add_elsewhere(*workspace, arguments, "why", reply));
  if (const auto last = workspace->replica().last_recovery()) reply["recovery"] = in_words(*last, names);
  return reply;
}

const Parameter kId = {"id", Type::kText, true, "a record's id, or a unique beginning of it"};
constexpr std::string_view kVersions =
    "oldest first: n, field, value, readable, what (created, changed, edited, deleted, restored), state "
    "(current, "
    "replaced, void, quarantined), reached (device, centre), user, user_name, device, time, doubtful_time";

constexpr std::string_view kElsewhere =
    "how many earlier changes are not on this device, since it came later; they come with the next sync";
constexpr std::string_view kWarnings = "the same in words, where there are any: code and message";

}  // namespace

std::vector<Request> all() {
  return {
      {"note.history",
       "Lists every version of a note.",
       {kId},
       {{"versions", kVersions}, {"elsewhere", kElsewhere}, {"warnings", kWarnings}},
       note_history},
      {"history.show",
       "Lists every version of a record of any kind.",
       {kId},
       {{"versions", kVersions}, {"elsewhere", kElsewhere}, {"warnings", kWarnings}},
       history_show},
      {"history.restore",
       "Makes an old version's value the present one again, by an ordinary edit.",
       {kId, {"version", Type::kInteger, true, "its number in the history"}},
       {{"version", "what was had back"}},
       restore},
      {"why",
       "Explains a record: each write, where it is, who can read it, what stands in its way.",
       {kId},
       {{"record", "its id"},
        {"kind", "its kind"},
        {"space", "where it is"},
        {"space_id", "that space's id"},
        {"readers", "handles of the space's members"},
        {"writes",
         "as note.history's versions, each with blocked_by; also snapshots of texts (state checked, "
         "unchecked or false)"},
        {"elsewhere", kElsewhere},
        {"warnings", kWarnings},
        {"recovery", "what the server had lost at last and what of that is back, if it ever had lost any"}},
       why},
  };
}

}  // namespace samla::requests::history_requests
