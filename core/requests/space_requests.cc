// Requests about spaces.
#include "core/base/encoding.h"
#include "core/domain/members.h"
#include "core/domain/names.h"
#include "core/requests/catalogue.h"

namespace samla::requests::space_requests {
namespace {

std::string_view word_of(replica::SpaceRight right) {
  switch (right) {
    case replica::SpaceRight::kReader:
      return "reader";
    case replica::SpaceRight::kWriter:
      return "writer";
    case replica::SpaceRight::kManager:
      return "manager";
    case replica::SpaceRight::kNone:
      break;
  }
  return "none";
}

Json shape_of(const replica::SpaceInfo& space, domain::Names& names) {
  return {{"id", to_hex(space.id)},
          {"name", names.space(space.id)},
          {"purpose", domain::purpose_word(space.purpose)},
          {"right", word_of(space.right)},
          {"readable", space.readable},
          {"members", space.members}};
}

Result<Json> list(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("space.list"));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const replica::SpaceInfo& each : workspace->replica().spaces()) out.push_back(shape_of(each, names));
  return Json{{"spaces", std::move(out)}};
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("space.show"));
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const SpaceId id, names.find_space(arguments.text("id"), "space.show"));
  const auto space = workspace->space(id);
  if (!space) return fail(ErrorCode::not_found, "space.show");
  return Json{{"space", shape_of(*space, names)}};
}

Result<Json> members(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("space.members"));
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const SpaceId id, names.find_space(arguments.text("id"), "space.members"));
  Json out = Json::array();
  for (const auto& [user, right] : workspace->replica().members(id)) {
    const domain::Person person = names.user(user);
    out.push_back({{"user", person.handle}, {"name", person.name}, {"right", word_of(right)}});
  }
  return Json{{"members", std::move(out)}};
}

Result<Json> change_member(Profile& profile, const Arguments& arguments, replica::SpaceRight right,
                           std::string_view operation) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace(operation));
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const SpaceId id, names.find_space(arguments.text("id"), operation));
  const auto user = names.find_user(arguments.text("user"));
  if (!user) return fail(ErrorCode::not_found, std::string(operation), "nobody has that handle");
  SAMLA_TRY(domain::set_member(*workspace, id, *user, right));
  return Json{{"id", to_hex(id)}, {"user", arguments.text("user")}, {"right", word_of(right)}};
}

Result<Json> grant(Profile& profile, const Arguments& arguments) {
  auto right = replica::SpaceRight::kWriter;
  if (arguments.text("right") == "reader") right = replica::SpaceRight::kReader;
  if (arguments.text("right") == "manager") right = replica::SpaceRight::kManager;
  return change_member(profile, arguments, right, "space.grant");
}

Result<Json> revoke(Profile& profile, const Arguments& arguments) {
  return change_member(profile, arguments, replica::SpaceRight::kNone, "space.revoke");
}

const Parameter kUser = {"user", Type::kText, true, "the person's handle"};
const Parameter kId = {"id", Type::kText, true,
                       "the space's name, its id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kReply = "id, name, purpose, right (of this device), readable, members (how many)";

}  // namespace

std::vector<Request> all() {
  return {
      {"space.list",
       "Lists the spaces that this device is in.",
       {},
       {{"spaces", "a list of spaces as space.show gives them"}},
       list},
      {"space.show", "Shows a space.", {kId}, {{"space", kReply}}, show},
      {"space.members",
       "Lists who is in a space.",
       {kId},
       {{"members", "a list of user, name, right"}},
       members},
      {"space.grant",
       "Lets a person into a space, or changes the right. Takes effect at the next sync.",
       {kId, kUser, {"right", Type::kText, false, "what for", "writer", {"reader", "writer", "manager"}}},
       {{"id", "the space's id"}, {"user", "the handle"}, {"right", "as given"}},
       grant},
      {"space.revoke",
       "Puts a person out of a space; what is written there later has another key. Takes effect at the next "
       "sync.",
       {kId, kUser},
       {{"id", "the space's id"}, {"user", "the handle"}, {"right", "none"}},
       revoke},
  };
}

}  // namespace samla::requests::space_requests
