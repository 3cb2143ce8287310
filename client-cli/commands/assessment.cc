// assessment: a draft is filled, submitted, read by HR.
#include "client-cli/commands/command.h"
#include "client-cli/form_editing.h"
#include "client-cli/session.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

/// On a terminal the form is filled in the person's editor; a program fills fields.
void take_new(Json& request, const Given& given, Session& session) {
  if (given.has("--empty") || !is_interactive()) return;
  Json blank = {{"request", "assessment.text"}, {"unit", request["unit"]}};
  if (request.contains("form")) blank["form"] = request["form"];
  const std::string text = session.need(blank).at("text");
  request = {{"request", "assessment.show"}, {"id", ask_with_edited(session, request, text)}};
}

/// Answers as a JSON object; numbers and truths are what they look like.
Json answers_of(const std::string& text) {
  const Json parsed = Json::parse(text, nullptr, false);
  if (!parsed.is_object())
    throw Failure{"invalid_argument", "standard input must be a JSON object of answers by field", 2};
  Json out = Json::object();
  for (const auto& [name, value] : parsed.items()) out[name] = value.is_string() ? value : Json(value.dump());
  return out;
}

void take_answers(Json& request, const Given& given, Session& session) {
  if (given.has("--stdin")) request["answers"] = answers_of(read_stdin());
  if (request.contains("answers") && !request["answers"].empty()) return;
  if (!is_interactive())
    throw Failure{"invalid_argument", "FIELD=VALUE or --stdin says what is to be answered", 2};
  const std::string id = request["id"];
  const std::string text = session.need({{"request", "assessment.text"}, {"id", id}}).at("text");
  const Json write = {{"request", "assessment.write"}, {"id", id}, {"base", text}};
  request = {{"request", "assessment.show"}, {"id", ask_with_edited(session, write, text)}};
}

}  // namespace

std::vector<Command> assessment_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const Option item = {"ITEM", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "assessment", {"id", "unit", "form", "status"}};
  return {
      {.words = "assessment new",
       .request = "assessment.new",
       .options = {{"--unit", "unit", Shape::kText, true},
                   {"--form", "form"},
                   {"--empty", "", Shape::kFlag, false,
                    "begins it without the editor, on a terminal as well"}},
       .view = line,
       .prepare = take_new},
      {.words = "assessment fill",
       .request = "assessment.fill",
       .options = {id,
                   {"FIELD=VALUE", "answers", Shape::kPairs, false},
                   {"--stdin", "", Shape::kFlag, false, "the answers are a JSON object on standard input"}},
       .view = line,
       .prepare = take_answers},
      {.words = "assessment item add",
       .request = "assessment.item.add",
       .options = {id,
                   {"--type", "type", Shape::kText, true},
                   {"--text", "text", Shape::kText, true},
                   {"--theme", "theme"},
                   {"--driver", "driver"},
                   {"--evidence", "evidence"}},
       .view = line},
      {.words = "assessment item edit",
       .request = "assessment.item.edit",
       .options = {item,
                   {"--type", "type"},
                   {"--text", "text"},
                   {"--theme", "theme"},
                   {"--driver", "driver"},
                   {"--evidence", "evidence"}},
       .view = line},
      {.words = "assessment item move",
       .request = "assessment.item.move",
       .options = {item, {"--before", "before"}, {"--after", "after"}},
       .view = line,
       .one_of = {"--before", "--after"}},
      {.words = "assessment item delete",
       .request = "assessment.item.delete",
       .options = {item},
       .view = line},
      {.words = "assessment participation",
       .request = "assessment.participation",
       .options = {id,
                   {"--process", "process"},
                   {"--add", "add", Shape::kTexts},
                   {"--remove", "remove", Shape::kTexts}},
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
      {.words = "assessment validate",
       .request = "assessment.validate",
       .options = {id},
       .view = {View::Form::kFields, ""}},
      {.words = "assessment return",
       .request = "assessment.return",
       .options = {id, {"--comment", "comment"}, {"FIELD=COMMENT", "comments", Shape::kPairs}},
       .view = line},
      {.words = "assessment approve", .request = "assessment.approve", .options = {id}, .view = line},
      {.words = "assessment lock", .request = "assessment.lock", .options = {id}, .view = line},
      {.words = "assessment reopen", .request = "assessment.reopen", .options = {id}, .view = line},
      {.words = "assessment comment resolve",
       .request = "assessment.comment.resolve",
       .options = {{"COMMENT", "id", Shape::kText, true}, {"--open", "open", Shape::kFlag}},
       .view = {View::Form::kLine, "comment", {"id", "target", "text", "status"}}},
      {.words = "assessment diff",
       .request = "assessment.diff",
       .options = {id, {"--with", "with"}},
       .view = {View::Form::kTable, "changes", {"what", "id", "change", "part", "before", "after"}}},
      {.words = "assessment history",
       .request = "assessment.history",
       .options = {id},
       .view = {View::Form::kTable, "events", {"time", "event", "user", "device", "detail", "value"}}},
      {.words = "assessment print",
       .request = "assessment.print",
       .options = {id, {"--format", "format"}, {"--language", "language"}},
       .view = {View::Form::kText, "text"}},
  };
}

}  // namespace samla::cli
