// search: everything that can be read here, whatever it is.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> search_commands() {
  return {
      {.words = "search",
       .request = "search",
       .options = {{"QUERY", "query", Shape::kText, true},
                   {"--kind", "kinds", Shape::kTexts},
                   {"--tag", "tag"},
                   {"--unit", "unit"},
                   {"--from", "from"},
                   {"--until", "until"},
                   {"--limit", "limit", Shape::kNumber}},
       .view = {View::Form::kTable, "results", {"id", "kind", "title", "snippet", "space"}}},
  };
}

}  // namespace samla::cli
