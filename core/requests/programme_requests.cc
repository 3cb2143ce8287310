// Requests about the programme itself and its library.
#include "core/base/encoding.h"
#include "core/domain/library.h"
#include "core/domain/programme.h"
#include "core/requests/catalogue.h"
#include "core/requests/gathering_shapes.h"
#include "core/requests/shapes.h"

namespace samla::requests::programme_requests {
namespace {

Result<Json> reply_with(domain::Workspace& workspace, const Result<domain::Programme>& programme) {
  if (!programme) return programme.error();
  domain::Names names(workspace);
  return Json{{"programme",
               {{"nb", programme->nb},
                {"nn", programme->nn},
                {"from", or_null(programme->from)},
                {"to", or_null(programme->to)},
                {"anonymity", programme->anonymity},
                {"retention", programme->retention},
                {"status", programme->status},
                {"log", shape_of(programme->log, names)},
                {"conflict", programme->contested}}}};
}

Result<Json> show_programme(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("programme.show"));
  return reply_with(*workspace, domain::show_programme(*workspace));
}

Result<Json> edit_programme(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("programme.edit"));
  domain::ProgrammeFields fields;
  fields.nb = arguments.find_text("nb");
  fields.nn = arguments.find_text("nn");
  fields.from = arguments.find_text("from");
  fields.to = arguments.find_text("to");
  fields.retention = arguments.find_text("retention");
  if (const auto k = arguments.find_number("anonymity")) fields.anonymity = static_cast<std::int64_t>(*k);
  return reply_with(*workspace, domain::edit_programme(*workspace, fields));
}

Result<Json> set_programme_status(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("programme.status"));
  return reply_with(
      *workspace, domain::set_programme_status(*workspace, arguments.text("status"), arguments.text("note")));
}

// ---- library

Json shape_of_item(const domain::LibraryItem& item, domain::Names& names) {
  Json out = {{"id", to_hex(item.id)}, {"kind", item.word}, {"title", item.title}};
  for (const auto& [name, value] : item.values) out[name] = value;
  if (item.word == "practice") out["adopters"] = item.adopters;
  out["author"] = names.author(item.author).handle;
  out["created"] = iso_time(item.created_ms);
  out["conflict"] = item.contested;
  return out;
}

Result<Json> reply_with(Profile& profile, domain::Workspace& workspace,
                        const Result<domain::LibraryItem>& item) {
  if (!item) return item.error();
  domain::Names names(workspace);
  profile.tell_changed(item->id);
  return Json{{"item", shape_of_item(*item, names)}};
}

Result<Json> add_item(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("library.add"));
  return reply_with(profile, *workspace,
                    domain::add_library_item(*workspace, arguments.text("kind"), arguments.text("title"),
                                             arguments.text_map("values")));
}

Result<Json> edit_item(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("library.edit"));
  return reply_with(profile, *workspace,
                    domain::edit_library_item(*workspace, arguments.text("id"), arguments.find_text("title"),
                                              arguments.text_map("values")));
}

Result<Json> adopt(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("library.adopt"));
  return reply_with(profile, *workspace,
                    domain::adopt_practice(*workspace, arguments.text("id"), arguments.text("unit"),
                                           !arguments.truth("no_more")));
}

Result<Json> show_item(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("library.show"));
  SAMLA_ASSIGN(const auto item, domain::find_library_item(*workspace, arguments.text("id"), "library.show"));
  domain::Names names(*workspace);
  return Json{{"item", shape_of_item(item, names)}};
}

Result<Json> list_items(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("library.list"));
  SAMLA_ASSIGN(const auto items, domain::list_library(*workspace, arguments.find_text("kind")));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::LibraryItem& each : items) out.push_back(shape_of_item(each, names));
  return Json{{"items", std::move(out)}};
}

constexpr std::string_view kProgrammeReply =
    "nb, nn (its name), from, to, anonymity, retention, status (planlagt, aktiv, avsluttet, arkivert), log, "
    "conflict";
constexpr std::string_view kItemReply =
    "id, kind, title, author, created, conflict, and what the kind has: of a guide method, minutes, prompts; "
    "of a "
    "resource skill, provider, url; of a practice what_works, contact, adopters (units); of a facilitator "
    "user, "
    "profile, load";
const Parameter kItemId = {"id", Type::kText, true, "its id, or a unique beginning of at least 4 digits"};
const Parameter kValues = {"values", Type::kTextMap, false, "what the kind has, by name; see the reply"};

}  // namespace

std::vector<Request> all() {
  return {
      {"programme.show", "Shows the programme.", {}, {{"programme", kProgrammeReply}}, show_programme},
      {"programme.edit",
       "Says what the programme is. For HR.",
       {{"nb", Type::kText, false, "its name in bokmål"},
        {"nn", Type::kText, false, "its name in nynorsk"},
        {"from", Type::kText, false, "its first day; empty: not said"},
        {"to", Type::kText, false, "its last day; empty: not said"},
        {"anonymity", Type::kInteger, false,
         "how many units a number rests on at least that is told to others than HR; 3 or more, 5 at first"},
        {"retention", Type::kText, false, "how long what is kept"}},
       {{"programme", kProgrammeReply}},
       edit_programme},
      {"programme.status",
       "Says where the programme stands. For HR.",
       {{"status",
         Type::kText,
         true,
         "planlagt, aktiv, avsluttet or arkivert",
         {},
         {"planlagt", "aktiv", "avsluttet", "arkivert"}},
        {"note", Type::kText, false, "why"}},
       {{"programme", kProgrammeReply}},
       set_programme_status},
      {"library.add",
       "Puts a guide, a learning resource, a practice or a facilitator's profile into the library, which "
       "everybody "
       "reads. For HR and facilitators; practices for the forum too.",
       {{"kind", Type::kText, true, "what it is", {}, {"guide", "resource", "practice", "facilitator"}},
        {"title", Type::kText, true, "what people call it; of a facilitator the name"},
        kValues},
       {{"item", kItemReply}},
       add_item},
      {"library.edit",
       "Changes an item of the library.",
       {kItemId, {"title", Type::kText, false, "the new title"}, kValues},
       {{"item", kItemReply}},
       edit_item},
      {"library.adopt",
       "Notes that a unit works by a practice.",
       {kItemId,
        {"unit", Type::kText, true, "the unit's number"},
        {"no_more", Type::kBoolean, false, "that it does so no more"}},
       {{"item", kItemReply}},
       adopt},
      {"library.show", "Shows an item of the library.", {kItemId}, {{"item", kItemReply}}, show_item},
      {"library.list",
       "Lists the library.",
       {{"kind", Type::kText, false, "only this", {}, {"guide", "resource", "practice", "facilitator"}}},
       {{"items", "a list of items as library.show gives them"}},
       list_items},
  };
}

}  // namespace samla::requests::programme_requests
