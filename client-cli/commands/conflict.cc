// conflict: the values between which a person decides.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> conflict_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  return {
      {.words = "conflict list",
       .request = "conflict.list",
       .view = {View::Form::kTable, "conflicts", {"id", "kind", "record_kind", "record", "field"}}},
      {.words = "conflict show",
       .request = "conflict.show",
       .options = {id},
       .view = {View::Form::kConflict, "conflict"}},
      {.words = "conflict resolve",
       .request = "conflict.resolve",
       .options =
           {id, {"--keep", "keep", Shape::kNumber}, {"--value", "value"}, {"--both", "both", Shape::kFlag}},
       .view = {View::Form::kLine, "conflict", {"id", "field"}},
       .one_of = {"--keep", "--value", "--both"}},
      {.words = "conflict resolve-all",
       .request = "conflict.resolve_all",
       .options = {{"--kind", "kind", Shape::kText, true},
                   {"--keep", "keep", Shape::kNumber},
                   {"--both", "both", Shape::kFlag}},
       .view = {View::Form::kFields, "", {"resolved"}},
       .one_of = {"--keep", "--both"}},
      {.words = "conflict undo",
       .request = "conflict.undo",
       .options = {id},
       .view = {View::Form::kFields, "", {"value"}}},
  };
}

}  // namespace samla::cli
