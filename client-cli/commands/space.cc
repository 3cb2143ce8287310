// space: who reads what.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> space_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
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
  };
}

}  // namespace samla::cli
