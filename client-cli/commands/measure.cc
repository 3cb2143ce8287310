// The verbs of measure.
#include "client-cli/commands/command.h"

namespace samla::cli {
namespace {

std::vector<Option> with_measure_fields(std::vector<Option> first) {
  for (const char* name :
       {"title", "description", "theme", "owner", "deadline", "effect_review", "resources", "indicator"}) {
    std::string flag = std::string("--") + name;
    for (char& c : flag) c = c == '_' ? '-' : c;
    first.push_back({flag, name});
  }
  return first;
}

}  // namespace

std::vector<Command> measure_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "measure", {"id", "unit", "title", "status", "owner", "deadline"}};
  return {
      {.words = "measure add",
       .request = "measure.add",
       .options = with_measure_fields({{"--unit", "unit"}, {"--origin", "origin"}}),
       .view = line},
      {.words = "measure edit",
       .request = "measure.edit",
       .options = with_measure_fields({id}),
       .view = line},
      {.words = "measure assign",
       .request = "measure.assign",
       .options = {id, {"--owner", "owner", Shape::kText, true}, {"--deadline", "deadline"}},
       .view = line},
      {.words = "measure status",
       .request = "measure.status",
       .options = {id, {"STATUS", "status", Shape::kText, true}, {"--note", "note"}},
       .view = line},
      {.words = "measure review",
       .request = "measure.review",
       .options = {id, {"--effect", "effect", Shape::kText, true}},
       .view = line},
      {.words = "measure show",
       .request = "measure.show",
       .options = {id},
       .view = {View::Form::kFields, "measure"}},
      {.words = "measure list",
       .request = "measure.list",
       .options = {{"--unit", "unit"},
                   {"--status", "status"},
                   {"--owner", "owner"},
                   {"--overdue", "overdue", Shape::kFlag},
                   {"--today", "today"}},
       .view = {View::Form::kTable,
                "measures",
                {"id", "unit", "title", "status", "owner", "deadline", "overdue"}}},
  };
}

}  // namespace samla::cli
