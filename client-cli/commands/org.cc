// org, and join: what makes a profile.
#include "client-cli/commands/command.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

void take_table(Json& request, const Given&, Session&) { request["text"] = read_stdin(); }

}  // namespace

std::vector<Command> org_commands() {
  const View organisation = {
      View::Form::kFields, "organisation", {"name", "id", "server", "users", "devices", "units"}};
  return {
      {.words = "org create",
       .request = "org.create",
       .options = {{"--name", "name", Shape::kText, true},
                   {"--server", "server", Shape::kText, true},
                   {"--user", "user"},
                   {"--user-name", "user_name"},
                   {"--device", "device"}},
       .view = organisation,
       .makes_profile = true},
      {.words = "org server",
       .request = "org.server",
       .options = {{"--server", "server", Shape::kText, true}},
       .view = organisation},
      {.words = "org repair", .request = "org.repair", .view = {View::Form::kFields, "", {"repaired"}}},
      {.words = "org show", .request = "org.show", .view = organisation},
      {.words = "org import",
       .request = "org.import",
       .options = {{"KIND", "kind", Shape::kText, true},
                   {"--stdin", "", Shape::kFlag, true, "the file is what comes on standard input"},
                   {"--dry-run", "dry_run", Shape::kFlag}},
       .view = {View::Form::kTable, "changes", {"line", "id", "change", "field", "before", "after"}},
       .prepare = take_table},
      {.words = "join",
       .request = "join",
       .options = {{"INVITE", "invite"},
                   {"--recover", "recover", Shape::kFlag},
                   {"--server", "server"},
                   {"--words", "words"},
                   {"--device", "device", Shape::kText, true}},
       .view = {View::Form::kFields, "", {"organisation/name", "device/user", "device/name", "device/id"}},
       .makes_profile = true,
       .one_of = {"INVITE", "--recover"}},
  };
}

}  // namespace samla::cli
