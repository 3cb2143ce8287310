// Requests about spaces.
#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/requests/catalogue.h"

namespace samla::requests {
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

const Parameter kId = {"id", Type::kText, true,
                       "the space's name, its id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kReply = "id, name, purpose, right (of this device), readable, members (how many)";

}  // namespace

std::vector<Request> space_requests() {
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
  };
}

}  // namespace samla::requests
