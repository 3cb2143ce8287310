// The verbs of cascade: passing on to the staff what was said at a gathering.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> cascade_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "task", {"id", "unit", "leader", "gathering", "status"}};
  const std::vector<std::string> columns = {"id",  "unit",   "leader",  "gathering",
                                            "due", "status", "reached", "overdue"};
  const std::vector<Option> report = {
      id, {"--method", "method"}, {"--reached", "reached", Shape::kNumber}, {"--feedback", "feedback"}};
  return {
      {.words = "cascade assign",
       .request = "cascade.assign",
       .options = {{"--unit", "unit"},
                   {"--gathering", "gathering", Shape::kText, true},
                   {"--leader", "leader"},
                   {"--due", "due"}},
       .view = {View::Form::kTable, "tasks", columns}},
      {.words = "cascade plan", .request = "cascade.plan", .options = report, .view = line},
      {.words = "cascade done", .request = "cascade.done", .options = report, .view = line},
      {.words = "cascade acknowledge", .request = "cascade.acknowledge", .options = {id}, .view = line},
      {.words = "cascade list",
       .request = "cascade.list",
       .options = {{"--unit", "unit"},
                   {"--status", "status"},
                   {"--leader", "leader"},
                   {"--overdue", "overdue", Shape::kFlag},
                   {"--today", "today"}},
       .view = {View::Form::kTable, "tasks", columns}},
  };
}

}  // namespace samla::cli
