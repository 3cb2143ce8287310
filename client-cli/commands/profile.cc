// What concerns the profile itself: status, key, scrub; and what needs none: requests, version.
#include "client-cli/access.h"
#include "client-cli/commands/command.h"

namespace samla::cli {
namespace {

void take_new_passphrase(Json& request, const Given& given, Session&) {
  request["new"] = new_passphrase(given.text("--new-passphrase-file"));
}

}  // namespace

std::vector<Command> profile_commands() {
  return {
      {.words = "status",
       .request = "status",
       .view = {View::Form::kFields,
                "",
                {"organisation/name", "user", "role", "device/name", "spaces", "changes/device",
                 "changes/centre", "conflicts", "server", "code"}}},
      {.words = "key passphrase change",
       .request = "key.passphrase.change",
       .options =
           {{"--new-passphrase-file", "", Shape::kText, false,
             "its first line is the new passphrase; without it $SAMLA_NEW_PASSPHRASE, or it is asked for"}},
       .prepare = take_new_passphrase},
      {.words = "scrub", .request = "scrub"},
      {.words = "why",
       .request = "why",
       .options = {{"RECORD", "id", Shape::kText, true}},
       .view = {View::Form::kTable,
                "writes",
                {"n", "time", "doubtful_time", "user", "device", "what", "field", "state", "reached",
                 "blocked_by"}}},
      {.words = "doctor",
       .request = "doctor",
       .view = {View::Form::kTable, "checks", {"check", "ok", "detail", "advice"}}},
      {.words = "history show",
       .request = "history.show",
       .options = {{"RECORD", "id", Shape::kText, true}},
       .view = {View::Form::kTable,
                "versions",
                {"n", "time", "doubtful_time", "user", "device", "what", "field", "state", "value"}}},
      {.words = "history restore",
       .request = "history.restore",
       .options = {{"RECORD", "id", Shape::kText, true}, {"VERSION", "version", Shape::kNumber, true}},
       .view = {View::Form::kLine, "version", {"n", "field", "value"}}},
      {.words = "requests",
       .request = "requests",
       .view = {View::Form::kTable, "requests", {"name", "summary"}}},
      {.words = "version", .request = "version", .view = {View::Form::kText, "version"}},
  };
}

}  // namespace samla::cli
