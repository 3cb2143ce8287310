// person and hold: what is held of people, and erasing it.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> person_commands() {
  const Option user = {"USER", "user", Shape::kText, true};
  return {
      {.words = "person export",
       .request = "person.export",
       .options = {user},
       .view = {View::Form::kText, "person"}},
      {.words = "person erase",
       .request = "person.erase",
       .options = {user,
                   {"--written", "written", Shape::kFlag},
                   {"--record", "record", Shape::kTexts},
                   {"--dry-run", "dry_run", Shape::kFlag}},
       .view = {View::Form::kFields, "", {"changes", "writes", "held", "erased"}}},
      {.words = "hold create",
       .request = "hold.create",
       .options = {{"--space", "space", Shape::kTexts}},
       .view = {View::Form::kText, "id"}},
      {.words = "hold release", .request = "hold.release", .options = {{"ID", "id", Shape::kText, true}}},
      {.words = "hold list",
       .request = "hold.list",
       .view = {View::Form::kTable, "holds", {"id", "spaces", "in_force"}}},
  };
}

}  // namespace samla::cli
