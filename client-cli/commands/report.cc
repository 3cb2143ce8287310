// report: what HR counts.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> report_commands() {
  return {
      {.words = "report response", .request = "report.response", .view = {View::Form::kFields, ""}},
      {.words = "report themes",
       .request = "report.themes",
       .view = {View::Form::kTable, "themes", {"theme", "name", "styrke", "svakhet", "tiltak"}}},
  };
}

}  // namespace samla::cli
