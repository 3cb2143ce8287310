// Requests about gatherings: what, when and where, who comes, the agenda.
#include "core/base/encoding.h"
#include "core/domain/gathering_report.h"
#include "core/domain/participants.h"
#include "core/domain/sessions.h"
#include "core/requests/catalogue.h"
#include "core/requests/gathering_shapes.h"
#include "core/requests/shapes.h"

namespace samla::requests::gathering_requests {
namespace {

using domain::Names;
using domain::Workspace;

Result<Json> reply_with(Profile& profile, Workspace& workspace, const domain::Gathering& gathering) {
  Names names(workspace);
  profile.tell_changed(gathering.id);
  return Json{{"gathering", shape_of(gathering, names)}};
}

Result<Json> reply_with(Profile& profile, const domain::Participant& participant) {
  profile.tell_changed(participant.id);
  return Json{{"participant", shape_of(participant)}};
}

domain::GatheringFields fields_of(const Arguments& arguments) {
  domain::GatheringFields out;
  out.place = arguments.find_text("place");
  out.from = arguments.find_text("from");
  out.to = arguments.find_text("to");
  out.type = arguments.find_text("type");
  if (const auto capacity = arguments.find_number("capacity"))
    out.capacity = static_cast<std::int64_t>(*capacity);
  return out;
}

Result<Json> create(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.create"));
  SAMLA_ASSIGN(const auto made,
               domain::create_gathering(*workspace, arguments.text("name"), fields_of(arguments)));
  return reply_with(profile, *workspace, made);
}

Result<Json> edit(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.edit"));
  SAMLA_ASSIGN(const auto changed,
               domain::edit_gathering(*workspace, arguments.text("id"), fields_of(arguments)));
  return reply_with(profile, *workspace, changed);
}

Result<Json> status(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.status"));
  SAMLA_ASSIGN(const auto changed,
               domain::set_gathering_status(*workspace, arguments.text("id"), arguments.text("status"),
                                            arguments.text("note")));
  return reply_with(profile, *workspace, changed);
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.list"));
  SAMLA_ASSIGN(const auto gatherings, domain::list_gatherings(*workspace, arguments.find_text("status")));
  Names names(*workspace);
  Json out = Json::array();
  for (const domain::Gathering& each : gatherings) out.push_back(shape_of(each, names));
  return Json{{"gatherings", std::move(out)}};
}

Json people_of(const std::vector<domain::Participant>& people) {
  Json out = Json::array();
  for (const domain::Participant& each : people) out.push_back(shape_of(each));
  return out;
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.show"));
  SAMLA_ASSIGN(const auto gathering,
               domain::find_gathering(*workspace, arguments.text("id"), "gathering.show"));
  SAMLA_ASSIGN(const auto people, domain::participants(*workspace, gathering));
  Names names(*workspace);
  Json out = shape_of(gathering, names);
  out["participants"] = people_of(people);
  return Json{{"gathering", std::move(out)}};
}

std::optional<std::int64_t> table_of(const Arguments& arguments) {
  const auto table = arguments.find_number("table");
  return table ? std::optional(static_cast<std::int64_t>(*table)) : std::nullopt;
}

Result<Json> join(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.join"));
  const domain::NewParticipant participant{arguments.text("user"), arguments.find_text("role"),
                                           table_of(arguments)};
  SAMLA_ASSIGN(const auto joined, domain::join_gathering(*workspace, arguments.text("id"), participant));
  return reply_with(profile, joined);
}

Result<Json> check_in(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.checkin"));
  SAMLA_ASSIGN(const auto participant, domain::check_in(*workspace, arguments.text("id"),
                                                        arguments.text("user"), arguments.text("status")));
  return reply_with(profile, participant);
}

Result<Json> seat(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.seat"));
  SAMLA_ASSIGN(const auto people,
               domain::seat(*workspace, arguments.text("id"), arguments.find_number("size").value_or(0)));
  for (const domain::Participant& each : people) profile.tell_changed(each.id);
  return Json{{"participants", people_of(people)}};
}

domain::SessionFields session_fields(const Arguments& arguments) {
  return {arguments.find_text("title"),   arguments.find_text("from"),   arguments.find_text("to"),
          arguments.find_text("speaker"), arguments.find_text("method"), arguments.find_text("theme"),
          arguments.find_text("prompt"),  arguments.find_text("status")};
}

Result<Json> add_session(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.session.add"));
  SAMLA_ASSIGN(const auto session,
               domain::add_session(*workspace, arguments.text("gathering"), session_fields(arguments)));
  profile.tell_changed(session.id);
  return Json{{"session", shape_of(session)}};
}

Result<Json> edit_session(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.session.edit"));
  SAMLA_ASSIGN(const auto session,
               domain::edit_session(*workspace, arguments.text("id"), session_fields(arguments)));
  profile.tell_changed(session.id);
  return Json{{"session", shape_of(session)}};
}

Result<Json> agenda(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.agenda"));
  SAMLA_ASSIGN(const auto gathering,
               domain::find_gathering(*workspace, arguments.text("id"), "gathering.agenda"));
  SAMLA_ASSIGN(const auto sessions, domain::agenda(*workspace, gathering));
  Json out = Json::array();
  for (const domain::Session& each : sessions) out.push_back(shape_of(each));
  return Json{{"sessions", std::move(out)}};
}

Result<Json> report(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("gathering.report"));
  SAMLA_ASSIGN(const auto report, domain::report_gathering(*workspace, arguments.text("id")));
  Names names(*workspace);
  return shape_of(report, names);
}

const Parameter kId = {"id", Type::kText, true,
                       "the gathering's name, its id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kGathering =
    "id, name, place, from, to, type, capacity (0: no limit), status (utkast, publisert, pågår, avsluttet), "
    "log (status, note, time, author), space, space_id, member (whether this device reads its space), "
    "created, author, conflict";
constexpr std::string_view kParticipant =
    "id, user, name, role, status (invitert, påmeldt, møtt, ikke møtt), table (0: none), conflict";
constexpr std::string_view kSession =
    "id, title, from, to, speaker, method, theme, prompt, status (planlagt, pågår, ferdig), conflict";

std::vector<Parameter> with_fields(std::vector<Parameter> first) {
  for (const Parameter& each :
       std::vector<Parameter>{{"place", Type::kText, false, "where"},
                              {"from", Type::kText, false, "the first day, 2016-01-20; empty: not known"},
                              {"to", Type::kText, false, "the last day"},
                              {"type", Type::kText, false, "what kind of gathering: ledersamling, …"},
                              {"capacity", Type::kInteger, false, "how many there is room for; 0: no limit"}})
    first.push_back(each);
  return first;
}

std::vector<Parameter> with_session_fields(std::vector<Parameter> first, bool is_new) {
  for (const Parameter& each : std::vector<Parameter>{
           {"title", Type::kText, is_new, "one line"},
           {"from", Type::kText, is_new, "when it begins: 2016-01-20 09:00"},
           {"to", Type::kText, false, "when it ends; empty: not said"},
           {"speaker", Type::kText, false, "who speaks"},
           {"method", Type::kText, false, "how one works: foredrag, kafébord, …"},
           {"theme", Type::kText, false, "a theme's id; empty: none"},
           {"prompt", Type::kText, false, "what the tables are asked; merges by character"},
           {"status", Type::kText, false, "where it stands", {}, {"planlagt", "pågår", "ferdig"}}})
    first.push_back(each);
  return first;
}

std::vector<Request> running_requests() {
  return {
      {"gathering.join",
       "Without a person: signs oneself up for a gathering that one is asked to. With one: asks the person, "
       "or changes role or table; who is asked is let in at the next sync of HR or the facilitator, or by "
       "the invite. For HR and facilitators.",
       {kId,
        {"user", Type::kText, false, "the person's handle, also of one who has not joined yet"},
        {"role",
         Type::kText,
         false,
         "as what; without it deltaker",
         {},
         {"deltaker", "prosessveileder", "TV", "VO", "KS", "gjest"}},
        {"table", Type::kInteger, false, "at which table; 0: none"}},
       {{"participant", kParticipant}},
       join},
      {"gathering.checkin",
       "Says that somebody has come: oneself, or another, which is for HR and facilitators.",
       {kId,
        {"user", Type::kText, false, "the person's handle; without it oneself"},
        {"status", Type::kText, false, "what is said", "møtt", {"møtt", "ikke møtt", "påmeldt", "invitert"}}},
       {{"participant", kParticipant}},
       check_in},
      {"gathering.seat",
       "Places everybody who has no table yet, people of one unit apart where it can be. For HR and "
       "facilitators.",
       {kId, {"size", Type::kInteger, true, "at most so many a table, 1 to 100"}},
       {{"participants", "all of them, as gathering.show gives them"}},
       seat},
      {"gathering.agenda", "Lists a gathering's sessions by time.", {kId}, {{"sessions", kSession}}, agenda},
      {"gathering.session.add",
       "Puts a session on a gathering's agenda. For HR and facilitators.",
       with_session_fields({{"gathering", Type::kText, true, "the gathering's name or id"}}, true),
       {{"session", kSession}},
       add_session},
      {"gathering.session.edit",
       "Changes what is named of a session: also that it is pågår or ferdig. For HR and facilitators.",
       with_session_fields(
           {{"id", Type::kText, true, "the session's id, or a unique beginning of at least 4 digits"}},
           false),
       {{"session", kSession}},
       edit_session},
      {"gathering.report",
       "Counts who came, by role and table, the sessions, inputs, what was shared. For those who are in the "
       "gathering.",
       {kId},
       {{"gathering", kGathering},
        {"attendance", "asked, signed_up, attended, absent"},
        {"by_role", "the same, with role"},
        {"tables", "people by table"},
        {"sessions", "how many by status"},
        {"inputs", "by theme (null: none): theme and inputs, how many"},
        {"notes", "how many are shared into it"}},
       report},
  };
}

}  // namespace

std::vector<Request> all() {
  std::vector<Request> out = {
      {"gathering.create",
       "Makes a gathering (samling), a draft, which HR alone sees. Its space is made at the next sync. For "
       "HR.",
       with_fields({{"name", Type::kText, true, "what people will know it by; no two have the same"}}),
       {{"gathering", kGathering}},
       create},
      {"gathering.edit",
       "Changes what is named of a gathering. For HR.",
       with_fields({kId}),
       {{"gathering", kGathering}},
       edit},
      {"gathering.status",
       "Says where a gathering stands. HR publishes it; HR and facilitators say that it runs and has ended; "
       "HR "
       "alone takes it back.",
       {kId,
        {"status", Type::kText, true, "where it stands", {}, {"utkast", "publisert", "pågår", "avsluttet"}},
        {"note", Type::kText, false, "why"}},
       {{"gathering", kGathering}},
       status},
      {"gathering.list",
       "Lists gatherings by date.",
       {{"status",
         Type::kText,
         false,
         "only with this status",
         {},
         {"utkast", "publisert", "pågår", "avsluttet"}}},
       {{"gatherings", "a list of gatherings"}},
       list},
      {"gathering.show",
       "Shows a gathering, to those who are in it with who takes part.",
       {kId},
       {{"gathering", kGathering}, {"gathering.participants", kParticipant}},
       show},
  };
  for (Request& each : running_requests()) out.push_back(std::move(each));
  return out;
}

}  // namespace samla::requests::gathering_requests
