// The verbs of group: leaders who follow each other up.
#include "client-cli/commands/command.h"
#include "client-cli/editor.h"
#include "client-cli/session.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

/// The plan is what --plan or standard input says, or what comes of it in the person's editor.
void take_plan(Json& request, const Given& given, Session& session) {
  if (given.has("--stdin")) request["plan"] = read_stdin();
  if (request.contains("plan")) return;
  if (!is_interactive()) throw Failure{"invalid_argument", "--plan or --stdin says what the plan is", 2};
  const Json group = session.need({{"request", "group.show"}, {"id", request["id"]}});
  request["plan"] = edit_text(group.at("group").value("plan", ""));
}

}  // namespace

std::vector<Command> group_commands() {
  const Option id = {"GROUP", "id", Shape::kText, true};
  const Option from_stdin = {"--stdin", "", Shape::kFlag, false, "the plan is what comes on standard input"};
  const View whole = {View::Form::kFields, "group"};
  const View line = {View::Form::kLine, "group", {"id", "name", "members", "status"}};
  return {
      {.words = "group create",
       .request = "group.create",
       .options = {{"NAME", "name", Shape::kText, true},
                   {"--facilitator", "facilitator"},
                   {"--member", "members", Shape::kTexts}},
       .view = line},
      {.words = "group edit",
       .request = "group.edit",
       .options = {id,
                   {"--facilitator", "facilitator"},
                   {"--add", "add", Shape::kTexts},
                   {"--remove", "remove", Shape::kTexts}},
       .view = line},
      {.words = "group plan",
       .request = "group.plan",
       .options = {id, {"--plan", "plan"}, from_stdin},
       .view = whole,
       .prepare = take_plan},
      {.words = "group status",
       .request = "group.status",
       .options = {id, {"STATUS", "status", Shape::kText, true}, {"--note", "note"}},
       .view = line},
      {.words = "group show", .request = "group.show", .options = {id}, .view = whole},
      {.words = "group list",
       .request = "group.list",
       .view = {View::Form::kTable, "groups", {"id", "name", "facilitator", "members", "status"}}},
  };
}

}  // namespace samla::cli
