// form: versions of forms are looked at, published, compared; a draft is moved to another.
#include "client-cli/commands/command.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

void take_definition(Json& request, const Given& given, Session&) {
  request["definition"] = given.has("--stdin") ? read_stdin() : read_file(given.text("FILE"));
}

}  // namespace

std::vector<Command> form_commands() {
  const Option form = {"FORM", "form", Shape::kText, true};
  const Option file = {"FILE", "", Shape::kText, false, "the form as JSON"};
  const Option from_stdin = {"--stdin", "", Shape::kFlag, false, "the form is what comes on standard input"};
  const View changes = {View::Form::kTable, "changes", {"question", "change", "part", "before", "after"}};
  return {
      {.words = "form list",
       .request = "form.list",
       .view = {View::Form::kTable, "forms", {"form", "version", "status", "questions", "nb", "id"}}},
      {.words = "form show",
       .request = "form.show",
       .options = {form},
       .view = {View::Form::kText, "definition"}},
      {.words = "form lint",
       .request = "form.lint",
       .options = {file, from_stdin},
       .view = {View::Form::kTable, "problems", {"where", "message", "refused"}},
       .prepare = take_definition,
       .one_of = {"FILE", "--stdin"}},
      {.words = "form publish",
       .request = "form.publish",
       .options = {file, from_stdin},
       .view = {View::Form::kLine, "form", {"form", "version", "id"}},
       .prepare = take_definition,
       .one_of = {"FILE", "--stdin"}},
      {.words = "form diff",
       .request = "form.diff",
       .options = {{"BEFORE", "before", Shape::kText, true}, {"AFTER", "after", Shape::kText, true}},
       .view = changes},
      {.words = "form rebase",
       .request = "form.rebase",
       .options = {{"ID", "id", Shape::kText, true}, {"--to", "to"}, {"--apply", "apply", Shape::kFlag}},
       .view = {View::Form::kTable, "moves", {"question", "place", "answer", "why"}}},
  };
}

}  // namespace samla::cli
