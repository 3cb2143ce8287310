// The verbs of demo.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> demo_commands() {
  return {
      {.words = "demo load",
       .request = "demo.load",
       .options = {{"--size", "size"}, {"--server", "server", Shape::kText, true}, {"--people", "people"}},
       .view = {View::Form::kFields, ""},
       .makes_profile = true},
  };
}

}  // namespace samla::cli
