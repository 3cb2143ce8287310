// Requests about measures and cascade tasks.
#include <set>

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/cascade.h"
#include "core/domain/cascade_participants.h"
#include "core/domain/dates.h"
#include "core/domain/measures.h"
#include "core/domain/sensitive.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::measure_requests {
namespace {

/// What the person gave, or the day that it is.
Result<std::string> today(const Arguments& arguments, std::string_view operation) {
  const auto given = arguments.find_text("today");
  if (!given) return domain::date_of(SystemClock().now_ms());
  SAMLA_TRY(domain::check_date(*given, "today", operation));
  return *given;
}

void put_person(Json& out, const char* member, const std::string& user, domain::Names& names) {
  const auto id = fixed_from_hex<UserId>(user);
  const std::string name = std::string(member) + "_name";
  out[member] = nullptr;
  out[name] = nullptr;
  if (user.empty() || !id) return;
  const domain::Person person = names.user(*id);
  out[member] = person.handle;
  out[name] = person.name;
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json shape_of(const domain::Measure& measure, domain::Names& names, const std::string& day) {
  Json log = Json::array();
  for (const domain::StatusEntry& each : measure.log) {
    const domain::Person person = names.author(each.author);
    log.push_back({{"status", each.status},
                   {"note", each.note},
                   {"time", iso_time(each.time_ms)},
                   {"author", person.handle}});
  }
  Json out = {{"id", to_hex(measure.id)},
              {"unit", or_null(measure.unit)},
              {"title", measure.title},
              {"description", measure.description},
              {"origin_kind", or_null(measure.origin_kind)},
              {"origin", or_null(measure.origin)},
              {"theme", or_null(measure.theme)},
              {"deadline", or_null(measure.deadline)},
              {"effect_review", or_null(measure.effect_review)},
              {"resources", measure.resources},
              {"indicator", measure.indicator},
              {"status", measure.status},
              {"overdue", domain::is_overdue(measure, day)},
              {"log", std::move(log)},
              {"space", names.space(measure.space)},
              {"created", iso_time(measure.created_ms)},
              {"author", names.author(measure.author).handle},
              {"conflict", measure.contested}};
  put_person(out, "owner", measure.owner, names);
  return out;
}

Result<Json> reply_with(Profile& profile, domain::Workspace& workspace, const domain::Measure& measure) {
  domain::Names names(workspace);
  profile.tell_changed(measure.id);
  return Json{{"measure", shape_of(measure, names, domain::date_of(SystemClock().now_ms()))}};
}

/// Of what was just written for others to read.
void warn(Json& reply, const Arguments& arguments, std::initializer_list<std::string_view> parameters) {
  std::vector<domain::Warning> warnings;
  for (const std::string_view each : parameters) {
    const auto text = arguments.find_text(each);
    for (domain::Warning& warning : domain::warnings_of(text.value_or(""), each))
      warnings.push_back(std::move(warning));
  }
  put_warnings(reply, warnings);
}

domain::MeasureFields fields_of(const Arguments& arguments) {
  return {arguments.find_text("title"),     arguments.find_text("description"),
          arguments.find_text("theme"),     arguments.find_text("owner"),
          arguments.find_text("deadline"),  arguments.find_text("effect_review"),
          arguments.find_text("resources"), arguments.find_text("indicator")};
}

Result<Json> add(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.add"));
  SAMLA_ASSIGN(const auto measure, domain::add_measure(*workspace, arguments.text("unit"),
                                                       arguments.text("origin"), fields_of(arguments)));
  SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, measure));
  warn(reply, arguments, {"title", "description", "resources", "indicator"});
  return reply;
}

Result<Json> edit(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.edit"));
  domain::MeasureFields fields = fields_of(arguments);
  SAMLA_ASSIGN(const auto measure,
               domain::edit_measure(*workspace, arguments.text("id"), fields, "measure.edit"));
  SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, measure));
  warn(reply, arguments, {"title", "description", "resources", "indicator"});
  return reply;
}

Result<Json> assign(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.assign"));
  domain::MeasureFields fields;
  fields.owner = arguments.find_text("owner");
  fields.deadline = arguments.find_text("deadline");
  SAMLA_ASSIGN(const auto measure,
               domain::edit_measure(*workspace, arguments.text("id"), fields, "measure.assign"));
  return reply_with(profile, *workspace, measure);
}

Result<Json> status(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.status"));
  SAMLA_ASSIGN(const auto measure,
               domain::set_measure_status(*workspace, arguments.text("id"), arguments.text("status"),
                                          arguments.text("note")));
  SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, measure));
  warn(reply, arguments, {"note"});
  return reply;
}

Result<Json> review(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.review"));
  SAMLA_ASSIGN(const auto measure,
               domain::review_measure(*workspace, arguments.text("id"), arguments.text("effect")));
  return reply_with(profile, *workspace, measure);
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.show"));
  SAMLA_ASSIGN(const auto measure, domain::show_measure(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, measure);
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("measure.list"));
  domain::MeasureFilter filter{arguments.find_text("unit"),
                               arguments.find_text("status"),
                               arguments.find_text("owner"),
                               arguments.truth("overdue"),
                               {}};
  SAMLA_ASSIGN(filter.today, today(arguments, "measure.list"));
  SAMLA_ASSIGN(const auto measures, domain::list_measures(*workspace, filter));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Measure& each : measures) out.push_back(shape_of(each, names, filter.today));
  return Json{{"measures", std::move(out)}};
}

Json shape_of(const domain::CascadeTask& task, domain::Names& names, const std::string& day) {
  Json out = {
      {"id", to_hex(task.id)},     {"unit", task.unit},         {"gathering", task.gathering},
      {"due", or_null(task.due)},  {"status", task.status},     {"method", task.method},
      {"reached", task.reached},   {"feedback", task.feedback}, {"overdue", domain::is_overdue(task, day)},
      {"conflict", task.contested}};
  put_person(out, "leader", task.leader, names);
  return out;
}

/// Everybody who was at the gathering.
Result<Json> assign_to_participants(Profile& profile, domain::Workspace& workspace,
                                    const Arguments& arguments) {
  if (arguments.find_text("leader")) {
    return fail(ErrorCode::invalid_argument, "cascade.assign", "a leader is of a unit; give unit too");
  }
  const std::string gathering = arguments.text("gathering");
  SAMLA_ASSIGN(const auto assigned, domain::assign_cascade_to_participants(workspace, {gathering}, gathering,
                                                                           arguments.text("due")));
  SAMLA_ASSIGN(const auto tasks, domain::list_cascade(workspace, {}));
  domain::Names names(workspace);
  const std::set<RecordId> wanted(assigned.tasks.begin(), assigned.tasks.end());
  Json out = Json::array();
  const std::string day = domain::date_of(SystemClock().now_ms());
  for (const domain::CascadeTask& each : tasks) {
    if (!wanted.contains(each.id)) continue;
    out.push_back(shape_of(each, names, day));
    profile.tell_changed(each.id);
  }
  return Json{{"tasks", std::move(out)}, {"skipped", assigned.skipped}};
}

Result<Json> assign_cascade(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("cascade.assign"));
  if (!arguments.find_text("unit")) return assign_to_participants(profile, *workspace, arguments);
  const domain::CascadeAssignment assignment{arguments.text("unit"), arguments.text("leader"),
                                             arguments.text("gathering"), arguments.text("due")};
  SAMLA_ASSIGN(const auto tasks, domain::assign_cascade(*workspace, assignment));
  domain::Names names(*workspace);
  Json out = Json::array();
  const std::string day = domain::date_of(SystemClock().now_ms());
  for (const domain::CascadeTask& each : tasks) {
    out.push_back(shape_of(each, names, day));
    profile.tell_changed(each.id);
  }
  return Json{{"tasks", std::move(out)}};
}

Result<Json> report_cascade(Profile& profile, const Arguments& arguments, std::string_view operation,
                            std::string_view status) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace(operation));
  domain::CascadeReport report{
      std::string(status), arguments.find_text("method"), arguments.find_text("feedback"), {}};
  if (const auto reached = arguments.find_number("reached"))
    report.reached = static_cast<std::int64_t>(*reached);
  SAMLA_ASSIGN(const auto task, domain::report_cascade(*workspace, arguments.text("id"), report));
  domain::Names names(*workspace);
  profile.tell_changed(task.id);
  Json reply = {{"task", shape_of(task, names, domain::date_of(SystemClock().now_ms()))}};
  warn(reply, arguments, {"method", "feedback"});
  return reply;
}

Result<Json> plan_cascade(Profile& profile, const Arguments& arguments) {
  return report_cascade(profile, arguments, "cascade.plan", domain::kCascadePlanned);
}

Result<Json> finish_cascade(Profile& profile, const Arguments& arguments) {
  return report_cascade(profile, arguments, "cascade.done", domain::kCascadeDone);
}

Result<Json> acknowledge_cascade(Profile& profile, const Arguments& arguments) {
  return report_cascade(profile, arguments, "cascade.acknowledge", domain::kCascadeAcknowledged);
}

Result<Json> list_cascade(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("cascade.list"));
  domain::CascadeFilter filter{arguments.find_text("unit"),
                               arguments.find_text("status"),
                               arguments.find_text("leader"),
                               arguments.truth("overdue"),
                               {}};
  SAMLA_ASSIGN(filter.today, today(arguments, "cascade.list"));
  SAMLA_ASSIGN(const auto tasks, domain::list_cascade(*workspace, filter));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::CascadeTask& each : tasks) out.push_back(shape_of(each, names, filter.today));
  return Json{{"tasks", std::move(out)}};
}

const Parameter kId = {"id", Type::kText, true,
                       "the measure's id, or a unique beginning of at least 4 digits"};
const Parameter kTaskId = {"id", Type::kText, true,
                           "the task's id, or a unique beginning of at least 4 digits"};
const Parameter kToday = {"today", Type::kText, false, "the day that overdue is judged by; without it today"};
constexpr std::string_view kMeasure =
    "id, unit (null: the programme's), title, description, origin_kind, origin, theme, owner, owner_name, "
    "deadline, effect_review, resources, indicator, status, overdue, log (status, note, time, author), "
    "space, "
    "created, author, conflict";
constexpr std::string_view kTask =
    "id, unit, leader, leader_name, gathering, due, status (tildelt, planlagt, gjennomført, kvittert), "
    "method, "
    "reached, feedback, overdue, conflict";

std::vector<Parameter> with_fields(std::vector<Parameter> first) {
  for (const Parameter& each : std::vector<Parameter>{
           {"title", Type::kText, false, "one line"},
           {"description", Type::kText, false, "merges by character"},
           {"theme", Type::kText, false, "a theme's id"},
           {"owner", Type::kText, false, "a person's handle; empty: nobody"},
           {"deadline", Type::kText, false, "a day, 2016-09-01; empty: none"},
           {"effect_review", Type::kText, false, "the day when its effect is to be reviewed; empty: none"},
           {"resources", Type::kText, false, "what it takes"},
           {"indicator", Type::kText, false, "how one will see that it works"}})
    first.push_back(each);
  return first;
}

}  // namespace

std::vector<Request> all() {
  return {
      {"measure.add",
       "Makes a measure (tiltak): a unit's, or the programme's.",
       with_fields({{"unit", Type::kText, false, "the unit's number; without one the origin's unit, or none"},
                    {"origin", Type::kText, false,
                     "the id of the item, assessment, cluster or round that it comes from; an item's text is "
                     "the title where none is given"}}),
       {{"measure", kMeasure}},
       add},
      {"measure.edit",
       "Changes what is named of a measure.",
       with_fields({kId}),
       {{"measure", kMeasure}},
       edit},
      {"measure.assign",
       "Gives a measure an owner and a deadline.",
       {kId,
        {"owner", Type::kText, true, "a person's handle; empty: nobody"},
        {"deadline", Type::kText, false, "a day, 2016-09-01; empty: none"}},
       {{"measure", kMeasure}},
       assign},
      {"measure.status",
       "Says how far a measure has come, in its log.",
       {kId,
        {"status",
         Type::kText,
         true,
         "where it stands",
         {},
         {"foreslått", "vedtatt", "planlagt", "pågår", "fullført", "avbrutt"}},
        {"note", Type::kText, false, "why, or what was done"}},
       {{"measure", kMeasure}},
       status},
      {"measure.review",
       "Says what came of a measure that has ended: effekt vurdert.",
       {kId, {"effect", Type::kText, true, "what came of it"}},
       {{"measure", kMeasure}},
       review},
      {"measure.show", "Shows a measure.", {kId}, {{"measure", kMeasure}}, show},
      {"measure.list",
       "Lists measures by deadline.",
       {{"unit", Type::kText, false, "only of this unit"},
        {"status",
         Type::kText,
         false,
         "only with this status",
         {},
         {"foreslått", "vedtatt", "planlagt", "pågår", "fullført", "avbrutt", "effekt vurdert"}},
        {"owner", Type::kText, false, "only of the person with this handle"},
        {"overdue", Type::kBoolean, false, "only those past their deadline"},
        kToday},
       {{"measures", "a list of measures as measure.show gives them"}},
       list},
  };
}

}  // namespace samla::requests::measure_requests

namespace samla::requests::cascade_requests {

using namespace measure_requests;  // the file's own helpers

std::vector<Request> all() {
  const std::vector<Parameter> report = {
      kTaskId,
      {"method", Type::kText, false, "how: a meeting, a letter, …"},
      {"reached", Type::kInteger, false, "how many of the staff it reaches"},
      {"feedback", Type::kText, false, "what the staff said"}};
  return {
      {"cascade.assign",
       "Asks leaders to pass on to their staff what was said at a gathering (formidling): a unit's, or "
       "without a unit all who are in the gathering and were not absent. For HR; again is harmless.",
       {{"unit", Type::kText, false, "the unit's number"},
        {"gathering", Type::kText, true, "which gathering; without a unit its name"},
        {"leader", Type::kText, false, "a leader's handle; without one every leader of the unit"},
        {"due", Type::kText, false, "a day, 2016-09-01"}},
       {{"tasks", "a list of tasks as cascade.list gives them"},
        {"skipped", "without a unit: handles of participants who lead no unit yet"}},
       assign_cascade},
      {"cascade.plan", "Says how a task is to be carried out.", report, {{"task", kTask}}, plan_cascade},
      {"cascade.done", "Says that a task is carried out.", report, {{"task", kTask}}, finish_cascade},
      {"cascade.acknowledge",
       "Acknowledges a task that is carried out. For HR.",
       {kTaskId},
       {{"task", kTask}},
       acknowledge_cascade},
      {"cascade.list",
       "Lists tasks by the day that they are due.",
       {{"unit", Type::kText, false, "only of this unit"},
        {"status",
         Type::kText,
         false,
         "only with this status",
         {},
         {"tildelt", "planlagt", "gjennomført", "kvittert"}},
        {"leader", Type::kText, false, "only of the leader with this handle"},
        {"overdue", Type::kBoolean, false, "only those that are overdue"},
        kToday},
       {{"tasks", kTask}},
       list_cascade},
  };
}

}  // namespace samla::requests::cascade_requests
