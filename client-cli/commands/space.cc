// space: who reads what.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> space_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const Option user = {"USER", "user", Shape::kText, true};
  return {
      {.words = "space list",
       .request = "space.list",
       .view = {View::Form::kTable, "spaces", {"id", "name", "right", "members"}}},
      {.words = "space show",
       .request = "space.show",
       .options = {id},
       .view = {View::Form::kFields, "space"}},
      {.words = "space members",
       .request = "space.members",
       .options = {id},
       .view = {View::Form::kTable, "members", {"user", "name", "right"}}},
      {.words = "space grant",
       .request = "space.grant",
       .options = {id, user, {"--right", "right"}},
       .view = {View::Form::kFields, "", {"user", "right"}}},
      {.words = "space revoke", .request = "space.revoke", .options = {id, user}},
  };
}

}  // namespace samla::cli
