// The verbs of input: what participants say at a gathering.
#include "client-cli/commands/command.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

void take_text(Json& request, const Given& given, Session&) {
  if (given.has("--stdin")) request["text"] = read_stdin();
}

}  // namespace

std::vector<Command> input_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const Option gathering = {"--gathering", "gathering"};
  const Option theme = {"--theme", "theme"};
  const Option status = {"--status", "status"};
  const View line = {View::Form::kLine, "input", {"id", "gathering", "status", "text"}};
  return {
      {.words = "input add",
       .request = "input.add",
       .options = {{"--gathering", "gathering", Shape::kText, true},
                   {"--text", "text"},
                   {"--stdin", "", Shape::kFlag, false, "the text is what comes on standard input"},
                   theme,
                   {"--table", "table", Shape::kNumber},
                   {"--anonymous", "anonymous", Shape::kFlag},
                   {"--source", "source"}},
       .view = line,
       .prepare = take_text,
       .one_of = {"--text", "--stdin"}},
      {.words = "input list",
       .request = "input.list",
       .options = {gathering, theme, status, {"--table", "table", Shape::kNumber}},
       .view = {View::Form::kTable,
                "inputs",
                {"id", "gathering", "table", "theme", "status", "author", "text"}}},
      {.words = "input show",
       .request = "input.show",
       .options = {id},
       .view = {View::Form::kFields, "input"}},
      {.words = "input moderate",
       .request = "input.moderate",
       .options = {id, status, {"--reason", "reason"}, theme},
       .view = line},
      {.words = "input suggest",
       .request = "input.suggest",
       .options = {gathering, theme, status, {"--percent", "percent", Shape::kNumber}},
       .view = {View::Form::kFields, ""}},
      {.words = "report inputs",
       .request = "report.inputs",
       .options = {gathering, theme},
       .view = {View::Form::kTable,
                "rows",
                {"gathering", "theme", "inputs", "registrert", "moderert", "klynget", "vurdert", "avvist"}}},
  };
}

}  // namespace samla::cli
