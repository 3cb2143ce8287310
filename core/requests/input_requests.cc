// Requests about inputs and what they say together.
#include "core/base/encoding.h"
#include "core/domain/inputs.h"
#include "core/domain/similar.h"
#include "core/requests/catalogue.h"
#include "core/requests/input_shapes.h"
#include "core/requests/shapes.h"

namespace samla::requests::input_requests {
namespace {

using domain::Names;
using domain::Workspace;

Result<Json> add(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.add"));
  domain::NewInput input;
  input.gathering = arguments.text("gathering");
  input.text = arguments.text("text");
  input.theme = arguments.text("theme");
  input.table = static_cast<std::int64_t>(arguments.find_number("table").value_or(0));
  input.anonymous = arguments.truth("anonymous");
  input.source = arguments.text("source");
  SAMLA_ASSIGN(const auto made, domain::add_input(*workspace, input));
  profile.tell_changed(made.input.id);
  Names names(*workspace);
  Json reply = {{"input", shape_of(made.input, names)}};
  put_warnings(reply, made.warnings);
  return reply;
}

domain::InputFilter filter_of(const Arguments& arguments) {
  domain::InputFilter filter;
  filter.gathering = arguments.find_text("gathering");
  filter.theme = arguments.find_text("theme");
  filter.status = arguments.find_text("status");
  if (const auto table = arguments.find_number("table")) filter.table = static_cast<std::int64_t>(*table);
  return filter;
}

Json shapes_of(const std::vector<domain::Input>& inputs, Names& names) {
  Json out = Json::array();
  for (const domain::Input& each : inputs) out.push_back(shape_of(each, names));
  return out;
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.list"));
  domain::InputFilter filter = filter_of(arguments);
  SAMLA_ASSIGN(const auto inputs, domain::list_inputs(*workspace, filter));
  Names names(*workspace);
  return Json{{"inputs", shapes_of(inputs, names)}};
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.show"));
  SAMLA_ASSIGN(const auto input, domain::find_input(*workspace, arguments.text("id"), "input.show"));
  Names names(*workspace);
  return Json{{"input", shape_of(input, names)}};
}

Result<Json> moderate(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.moderate"));
  SAMLA_ASSIGN(const auto input,
               domain::moderate_input(*workspace, arguments.text("id"), arguments.text("status"),
                                      arguments.text("reason"), arguments.find_text("theme")));
  profile.tell_changed(input.id);
  Names names(*workspace);
  return Json{{"input", shape_of(input, names)}};
}

Result<Json> suggest(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.suggest"));
  const std::size_t percent = arguments.find_number("percent").value_or(domain::kSimilarDefault);
  if (percent < 1 || percent > 100) {
    return fail(ErrorCode::invalid_argument, "input.suggest", "percent is from 1 to 100");
  }
  SAMLA_ASSIGN(const auto found,
               domain::suggest_inputs(*workspace, filter_of(arguments), static_cast<int>(percent)));
  Names names(*workspace);
  Json out = Json::array();
  for (const domain::InputSuggestion& each : found)
    out.push_back({{"percent", each.percent}, {"inputs", shapes_of(each.inputs, names)}});
  return Json{{"suggestions", std::move(out)}};
}

Result<Json> report(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("report.inputs"));
  const domain::InputFilter filter = filter_of(arguments);
  SAMLA_ASSIGN(const auto rows, domain::count_inputs(*workspace, filter));
  Json out = Json::array();
  std::size_t total = 0;
  for (const domain::InputCounts& each : rows) {
    Json row = {{"gathering", each.gathering}, {"theme", or_null(each.theme)}, {"inputs", each.total}};
    for (std::size_t i = 0; i < each.by_status.size(); ++i)
      row[std::string(domain::input_statuses()[i])] = each.by_status[i];
    total += each.total;
    out.push_back(std::move(row));
  }
  return Json{{"inputs", total}, {"rows", std::move(out)}};
}

const Parameter kId = {"id", Type::kText, true, "the input's id, or a unique beginning of at least 4 digits"};
const Parameter kGathering = {"gathering", Type::kText, false, "only of this gathering"};
const Parameter kTheme = {"theme", Type::kText, false, "only of this theme"};
const Parameter kStatus = {"status", Type::kText,
                           false,    "only with this status",
                           {},       {"registrert", "moderert", "klynget", "vurdert", "avvist"}};
constexpr std::string_view kInput =
    "id, gathering, text, theme, table (0: a person's), anonymous, author and author_name (null where it is "
    "anonymous), source, status (registrert, moderert, klynget, vurdert, avvist), reason (of the last step), "
    "log, created, conflict";

std::vector<Request> finding_requests() {
  return {
      {"input.list",
       "Lists the inputs of the gatherings that this device is in, oldest first.",
       {kGathering, kTheme, kStatus, {"table", Type::kInteger, false, "only of this table; 0: of persons"}},
       {{"inputs", "a list of inputs as input.show gives them"}},
       list},
      {"input.show", "Shows an input.", {kId}, {{"input", kInput}}, show},
      {"input.suggest",
       "Finds inputs that say nearly the same, on this device alone; a person decides. Rejected ones are "
       "left "
       "out.",
       {kGathering,
        kTheme,
        kStatus,
        {"percent", Type::kInteger, false, "how similar at least, 1 to 100; without it 65"}},
       {{"suggestions", "a list of percent (of the least similar two) and inputs"}},
       suggest},
      {"report.inputs",
       "Counts inputs by gathering and theme, with where they stand. Of the gatherings that this device is "
       "in.",
       {kGathering, kTheme},
       {{"inputs", "how many in all"},
        {"rows",
         "gathering, theme (null: none), inputs, and registrert, moderert, klynget, vurdert, avvist"}},
       report},
  };
}

}  // namespace

std::vector<Request> all() {
  std::vector<Request> out = {
      {"input.add",
       "Gives an input (innspill) at a gathering, for oneself or for a table. Everybody in the gathering "
       "reads "
       "it.",
       {{"gathering", Type::kText, true, "the gathering's name or id"},
        {"text", Type::kText, true, "at most 500 characters"},
        {"theme", Type::kText, false, "a theme's id"},
        {"table", Type::kInteger, false, "the table that it comes from; without it oneself"},
        {"anonymous", Type::kBoolean, false,
         "shown without a name; members of the gathering with the skill to look could still work out the "
         "device"},
        {"source", Type::kText, false, "the id of the note that it comes from"}},
       {{"input", kInput},
        {"warnings",
         "where it holds a national identity number or a telephone number: code and message of each"}},
       add},
      {"input.moderate",
       "Lets an input through, or rejects it with a reason, and sets its theme right. For HR and "
       "facilitators.",
       {kId,
        {"status", Type::kText, false, "what becomes of it", "moderert", {"moderert", "avvist"}},
        {"reason", Type::kText, false, "why; needed where it is rejected"},
        {"theme", Type::kText, false, "a theme's id; empty: none"}},
       {{"input", kInput}},
       moderate},
  };
  for (Request& each : finding_requests()) out.push_back(std::move(each));
  return out;
}

}  // namespace samla::requests::input_requests
