// assessment: a draft is filled, submitted, read by HR.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> assessment_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "assessment", {"id", "unit", "form", "status"}};
  return {
      {.words = "assessment new",
       .request = "assessment.new",
       .options = {{"--unit", "unit", Shape::kText, true}, {"--form", "form"}},
       .view = line},
      {.words = "assessment fill",
       .request = "assessment.fill",
       .options = {id, {"FIELD=VALUE", "answers", Shape::kPairs, true}},
       .view = line},
      {.words = "assessment item add",
       .request = "assessment.item.add",
       .options = {id,
                   {"--type", "type", Shape::kText, true},
                   {"--text", "text", Shape::kText, true},
                   {"--theme", "theme"}},
       .view = line},
      {.words = "assessment submit", .request = "assessment.submit", .options = {id}, .view = line},
      {.words = "assessment show",
       .request = "assessment.show",
       .options = {id},
       .view = {View::Form::kAssessment, "assessment"}},
      {.words = "assessment list",
       .request = "assessment.list",
       .options = {{"--unit", "unit"}, {"--status", "status"}},
       .view = {View::Form::kTable, "assessments", {"id", "unit", "form", "status", "updated"}}},
  };
}

}  // namespace samla::cli
