// programme and library: what it is all about, and what helps.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> programme_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View programme = {View::Form::kFields, "programme"};
  const View line = {View::Form::kLine, "item", {"id", "kind", "title"}};
  const View item = {View::Form::kFields, "item"};
  return {
      {.words = "programme show", .request = "programme.show", .view = programme},
      {.words = "programme edit",
       .request = "programme.edit",
       .options = {{"--nb", "nb"},
                   {"--nn", "nn"},
                   {"--from", "from"},
                   {"--to", "to"},
                   {"--anonymity", "anonymity", Shape::kNumber},
                   {"--retention", "retention"}},
       .view = programme},
      {.words = "programme status",
       .request = "programme.status",
       .options = {{"STATUS", "status", Shape::kText, true}, {"--note", "note"}},
       .view = programme},
      {.words = "library add",
       .request = "library.add",
       .options = {{"KIND", "kind", Shape::kText, true},
                   {"--title", "title", Shape::kText, true},
                   {"VALUES", "values", Shape::kPairs}},
       .view = line},
      {.words = "library edit",
       .request = "library.edit",
       .options = {id, {"--title", "title"}, {"VALUES", "values", Shape::kPairs}},
       .view = line},
      {.words = "library adopt",
       .request = "library.adopt",
       .options = {id, {"--unit", "unit", Shape::kText, true}, {"--no-more", "no_more", Shape::kFlag}},
       .view = item},
      {.words = "library show", .request = "library.show", .options = {id}, .view = item},
      {.words = "library list",
       .request = "library.list",
       .options = {{"--kind", "kind"}},
       .view = {View::Form::kTable, "items", {"id", "kind", "title", "author"}}},
  };
}

}  // namespace samla::cli
