// The verbs of round: the forum weighs clusters against each other, and decides.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> round_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "round", {"id", "title", "status", "voters", "electorate"}};
  const View places = {View::Form::kTable,
                       "round/candidates",
                       {"id", "place", "tied", "points", "voters", "inputs", "chosen", "text"}};
  return {
      {.words = "round open",
       .request = "round.open",
       .options = {{"CANDIDATE", "candidates", Shape::kTexts, true},
                   {"--title", "title", Shape::kText, true},
                   {"--method", "method"},
                   {"--dots", "dots", Shape::kNumber}},
       .view = line},
      {.words = "round vote",
       .request = "round.vote",
       .options = {id, {"CANDIDATE=N", "ballot", Shape::kPairs, true}},
       .view = line},
      {.words = "round close", .request = "round.close", .options = {id}, .view = places},
      {.words = "round reopen", .request = "round.reopen", .options = {id, {"--note", "note"}}, .view = line},
      {.words = "round decide",
       .request = "round.decide",
       .options = {id,
                   {"CANDIDATE", "chosen", Shape::kTexts, true},
                   {"--rationale", "rationale", Shape::kText, true}},
       .view = places},
      {.words = "round publish",
       .request = "round.publish",
       .options = {id, {"--due", "due"}},
       .view = {View::Form::kFields,
                "",
                {"round/title", "round/status", "decision", "measures", "assessed", "tasks", "skipped"}}},
      {.words = "round show", .request = "round.show", .options = {id}, .view = places},
      {.words = "round list",
       .request = "round.list",
       .options = {{"--status", "status"}},
       .view = {View::Form::kTable, "rounds", {"id", "title", "method", "status", "voters", "electorate"}}},
      {.words = "round decisions",
       .request = "round.decisions",
       .view = {View::Form::kTable, "decisions", {"id", "title", "voters", "rationale"}}},
  };
}

}  // namespace samla::cli
