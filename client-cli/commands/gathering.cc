// The verbs of gathering: what, when and where, who comes, the agenda.
#include "client-cli/commands/command.h"

namespace samla::cli {
namespace {

std::vector<Option> with_gathering_fields(std::vector<Option> first) {
  for (const char* name : {"place", "from", "to", "type"}) first.push_back({std::string("--") + name, name});
  first.push_back({"--capacity", "capacity", Shape::kNumber});
  return first;
}

std::vector<Option> with_session_fields(std::vector<Option> first, bool is_new) {
  first.push_back({"--title", "title", Shape::kText, is_new});
  first.push_back({"--from", "from", Shape::kText, is_new});
  for (const char* name : {"to", "speaker", "method", "theme", "prompt", "status"})
    first.push_back({std::string("--") + name, name});
  return first;
}

}  // namespace

std::vector<Command> gathering_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "gathering", {"id", "name", "from", "to", "status"}};
  const View person = {View::Form::kLine, "participant", {"user", "name", "role", "status", "table"}};
  const View session = {View::Form::kLine, "session", {"id", "from", "title", "status"}};
  const std::vector<std::string> people = {"user", "name", "role", "status", "table"};
  return {
      {.words = "gathering create",
       .request = "gathering.create",
       .options = with_gathering_fields({{"--name", "name", Shape::kText, true}}),
       .view = line},
      {.words = "gathering edit",
       .request = "gathering.edit",
       .options = with_gathering_fields({id}),
       .view = line},
      {.words = "gathering status",
       .request = "gathering.status",
       .options = {id, {"STATUS", "status", Shape::kText, true}, {"--note", "note"}},
       .view = line},
      {.words = "gathering list",
       .request = "gathering.list",
       .options = {{"--status", "status"}},
       .view = {View::Form::kTable, "gatherings", {"id", "name", "place", "from", "to", "status", "member"}}},
      {.words = "gathering show",
       .request = "gathering.show",
       .options = {id},
       .view = {View::Form::kFields, "gathering"}},
      {.words = "gathering join",
       .request = "gathering.join",
       .options = {id, {"--user", "user"}, {"--role", "role"}, {"--table", "table", Shape::kNumber}},
       .view = person},
      {.words = "gathering checkin",
       .request = "gathering.checkin",
       .options = {id, {"--user", "user"}, {"--status", "status"}},
       .view = person},
      {.words = "gathering seat",
       .request = "gathering.seat",
       .options = {id, {"--size", "size", Shape::kNumber, true}},
       .view = {View::Form::kTable, "participants", people}},
      {.words = "gathering agenda",
       .request = "gathering.agenda",
       .options = {id},
       .view = {View::Form::kTable,
                "sessions",
                {"id", "from", "to", "title", "speaker", "method", "theme", "status"}}},
      {.words = "gathering session add",
       .request = "gathering.session.add",
       .options = with_session_fields({{"GATHERING", "gathering", Shape::kText, true}}, true),
       .view = session},
      {.words = "gathering session edit",
       .request = "gathering.session.edit",
       .options = with_session_fields({id}, false),
       .view = session},
      {.words = "gathering report",
       .request = "gathering.report",
       .options = {id},
       .view = {View::Form::kFields,
                "",
                {"gathering/name", "gathering/status", "attendance", "by_role", "tables", "sessions",
                 "inputs", "notes"}}},
  };
}

}  // namespace samla::cli
