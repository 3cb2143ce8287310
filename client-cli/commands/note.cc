// note: from arguments, standard input or the person's editor.
#include "client-cli/commands/command.h"
#include "client-cli/editor.h"
#include "client-cli/session.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

void take_body(Json& request, const Given& given, Session&) {
  if (given.has("--stdin")) request["body"] = read_stdin();
}

/// Without a new title or body: the text in the person's editor.
void take_edit(Json& request, const Given& given, Session& session) {
  take_body(request, given, session);
  if (request.contains("title") || request.contains("body")) return;
  if (!is_interactive()) {
    throw Failure{"invalid_argument", "--title, --body or --stdin says what is to change", 2};
  }
  const Json note = session.need({{"request", "note.show"}, {"id", request["id"]}});
  request["body"] = edit_text(note.at("note").value("body", ""));
}

}  // namespace

std::vector<Command> note_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const Option from_stdin = {"--stdin", "", Shape::kFlag, false, "the body is what comes on standard input"};
  const View line = {View::Form::kLine, "note", {"id", "title"}};
  return {
      {.words = "note add",
       .request = "note.add",
       .options = {{"--title", "title"},
                   {"--body", "body"},
                   from_stdin,
                   {"--tag", "tags", Shape::kTexts},
                   {"--space", "space"},
                   {"--gathering", "gathering"},
                   {"--session", "session"}},
       .view = line,
       .prepare = take_body},
      {.words = "note edit",
       .request = "note.edit",
       .options = {id, {"--title", "title"}, {"--body", "body"}, from_stdin},
       .view = line,
       .prepare = take_edit},
      {.words = "note show", .request = "note.show", .options = {id}, .view = {View::Form::kNote, "note"}},
      {.words = "note list",
       .request = "note.list",
       .options = {{"--limit", "limit", Shape::kNumber}, {"--tag", "tag"}, {"--gathering", "gathering"}},
       .view = {View::Form::kTable, "notes", {"id", "updated", "title", "tags", "merged"}}},
      {.words = "note search",
       .request = "note.search",
       .options = {{"QUERY", "query", Shape::kText, true}, {"--limit", "limit", Shape::kNumber}},
       .view = {View::Form::kTable, "notes", {"id", "title", "snippet"}}},
      {.words = "note tag",
       .request = "note.tag",
       .options = {id, {"--add", "add", Shape::kTexts}, {"--remove", "remove", Shape::kTexts}},
       .view = {View::Form::kLine, "note", {"id", "title", "tags"}}},
      {.words = "note attach",
       .request = "note.attach",
       .options = {id, {"FILE", "path", Shape::kPath, true}},
       .view = {View::Form::kTable, "note/attachments", {"name", "size", "media_type", "complete"}}},
      {.words = "note detach",
       .request = "note.detach",
       .options = {id, {"ATTACHMENT", "attachment", Shape::kText, true}},
       .view = line},
      {.words = "note export",
       .request = "note.export",
       .options = {id, {"FOLDER", "path", Shape::kPath}},
       .view = {View::Form::kText, "text"}},
      {.words = "note share",
       .request = "note.share",
       .options = {id, {"--to", "to", Shape::kText, true}, {"--dry-run", "dry_run", Shape::kFlag}},
       .view = {View::Form::kLine, "note", {"id", "title", "space"}}},
      {.words = "note withdraw",
       .request = "note.withdraw",
       .options = {id, {"--reason", "reason"}},
       .view = {View::Form::kTable, "notes", {"id", "title", "space", "status"}}},
      {.words = "note delete", .request = "note.delete", .options = {id}, .view = line},
      {.words = "note history",
       .request = "note.history",
       .options = {id},
       .view = {View::Form::kTable,
                "versions",
                {"n", "time", "doubtful_time", "user", "device", "what", "field", "state", "value"}}},
      {.words = "note restore", .request = "note.restore", .options = {id}, .view = line},
  };
}

}  // namespace samla::cli
