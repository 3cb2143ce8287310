// Requests about leader groups.
#include "core/base/encoding.h"
#include "core/domain/groups.h"
#include "core/requests/catalogue.h"
#include "core/requests/gathering_shapes.h"
#include "core/requests/shapes.h"

namespace samla::requests::group_requests {
namespace {

Json shape_of_group(const domain::Group& group, domain::Names& names) {
  Json out = {
      {"id", to_hex(group.id)},   {"name", group.name},     {"facilitator", or_null(group.facilitator)},
      {"members", group.members}, {"status", group.status}, {"member", group.is_member}};
  if (group.is_member) {
    out["plan"] = group.plan;
    out["log"] = shape_of(group.log, names);
    out["space"] = "group " + group.name;
    out["space_id"] = to_hex(group.space);
  }
  if (group.merged) out["merged"] = true;
  out["conflict"] = group.contested;
  return out;
}

Result<Json> reply_with(Profile& profile, domain::Workspace& workspace, const Result<domain::Group>& group) {
  if (!group) return group.error();
  domain::Names names(workspace);
  profile.tell_changed(group->id);
  return Json{{"group", shape_of_group(*group, names)}};
}

domain::GroupFields fields_of(const Arguments& arguments) {
  return {arguments.find_text("facilitator"), arguments.texts("members"), {}};
}

Result<Json> create(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("group.create"));
  return reply_with(profile, *workspace,
                    domain::create_group(*workspace, arguments.text("name"), fields_of(arguments)));
}

Result<Json> edit(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("group.edit"));
  domain::GroupFields fields = {arguments.find_text("facilitator"), arguments.texts("add"),
                                arguments.texts("remove")};
  return reply_with(profile, *workspace, domain::edit_group(*workspace, arguments.text("id"), fields));
}

Result<Json> plan(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("group.plan"));
  return reply_with(profile, *workspace,
                    domain::plan_group(*workspace, arguments.text("id"), arguments.text("plan")));
}

Result<Json> status(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("group.status"));
  return reply_with(profile, *workspace,
                    domain::set_group_status(*workspace, arguments.text("id"), arguments.text("status"),
                                             arguments.text("note")));
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("group.show"));
  SAMLA_ASSIGN(const auto group, domain::find_group(*workspace, arguments.text("id"), "group.show"));
  domain::Names names(*workspace);
  return Json{{"group", shape_of_group(group, names)}};
}

Result<Json> list(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("group.list"));
  SAMLA_ASSIGN(const auto groups, domain::list_groups(*workspace));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Group& each : groups) out.push_back(shape_of_group(each, names));
  return Json{{"groups", std::move(out)}};
}

const Parameter kId = {"id", Type::kText, true, "the group's name, its id, or a unique beginning of the id"};
constexpr std::string_view kGroupReply =
    "id, name, facilitator (a handle; null: none), members (handles), status, member (whether this device "
    "reads its space), conflict; for members also plan, log, space, space_id";

}  // namespace

std::vector<Request> all() {
  return {
      {"group.create",
       "Makes a leader group: leaders who follow each other up, with their facilitator, in a space of their "
       "own, which HR does not read. Who is invited after that is let in by it; who is in already, at the "
       "next sync of a member. For HR.",
       {{"name", Type::kText, true, "what people call it; no two have the same"},
        {"facilitator", Type::kText, false, "a handle"},
        {"members", Type::kTexts, false, "handles; those of people who have yet to be invited too"}},
       {{"group", kGroupReply}},
       create},
      {"group.edit",
       "Changes who is in a leader group. For HR.",
       {kId,
        {"facilitator", Type::kText, false, "a handle; empty: none"},
        {"add", Type::kTexts, false, "handles to add"},
        {"remove", Type::kTexts, false, "handles to take out; space.revoke then keeps them from reading on"}},
       {{"group", kGroupReply}},
       edit},
      {"group.plan",
       "Writes the group's development plan; edits of several merge. For its members.",
       {kId, {"plan", Type::kText, true, "the whole new text"}},
       {{"group", kGroupReply}},
       plan},
      {"group.status",
       "Says where the group stands. For its members.",
       {kId,
        {"status", Type::kText, true, "planlagt, i gang or evaluert", {}, {"planlagt", "i gang", "evaluert"}},
        {"note", Type::kText, false, "why, or what came of it"}},
       {{"group", kGroupReply}},
       status},
      {"group.show", "Shows a leader group.", {kId}, {{"group", kGroupReply}}, show},
      {"group.list", "Lists the leader groups, by name.", {}, {{"groups", "as group.show gives them"}}, list},
  };
}

}  // namespace samla::requests::group_requests
