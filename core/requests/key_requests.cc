// Requests about keys: recovery words, rotation.
#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/requests/catalogue.h"

namespace samla::requests::key_requests {
namespace {

Result<Json> show_words(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("key.recovery.show"));
  SAMLA_ASSIGN(const auto made,
               workspace->replica().make_recovery_words({arguments.truth("replace"), arguments.secret("old")},
                                                        profile.sync_options()));
  return Json{{"words", std::string(made.words)}, {"server", made.server_url}};
}

Result<Json> revoke_words(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("key.recovery.revoke"));
  const auto user = domain::Names(*workspace).find_user(arguments.text("user"));
  if (!user) return fail(ErrorCode::not_found, "key.recovery.revoke", "nobody has that handle");
  SAMLA_TRY(workspace->replica().revoke_recovery_words(*user, profile.sync_options()));
  return Json{{"user", arguments.text("user")}};
}

Result<Json> rotate(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("key.rotate"));
  std::optional<SpaceId> space;
  if (const auto words = arguments.find_text("space")) {
    SAMLA_ASSIGN(space, domain::Names(*workspace).find_space(*words, "key.rotate"));
  }
  SAMLA_ASSIGN(const std::size_t rotated, workspace->replica().rotate_keys(space, profile.sync_options()));
  return Json{{"rotated", rotated}};
}

// ---- escrow

Result<Json> declare_escrow(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("escrow.declare"));
  domain::Names names(*workspace);
  const auto first = names.find_user(arguments.text("first"));
  const auto second = names.find_user(arguments.text("second"));
  if (!first || !second) return fail(ErrorCode::not_found, "escrow.declare", "nobody has that handle");
  SAMLA_ASSIGN(const auto id, workspace->replica().declare_escrow(*first, *second, profile.sync_options()));
  return Json{{"id", to_hex(id)}};
}

Result<Json> revoke_escrow(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("escrow.revoke"));
  const auto id = fixed_from_hex<replica::EscrowId>(arguments.text("id"));
  if (!id) return fail(ErrorCode::not_found, "escrow.revoke", "there is no such escrow");
  SAMLA_TRY(workspace->replica().revoke_escrow(*id, profile.sync_options()));
  return Json{{"id", to_hex(*id)}};
}

Result<Json> list_escrows(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("escrow.list"));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const replica::EscrowInfo& each : workspace->replica().escrows()) {
    Json holders = Json::array();
    for (const UserId& user : each.holders) holders.push_back(names.user(user).handle);
    out.push_back({{"id", to_hex(each.id)},
                   {"holders", std::move(holders)},
                   {"in_force", each.in_force},
                   {"uses", each.uses}});
  }
  return Json{{"escrows", std::move(out)}};
}

Result<Json> use_escrow(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("escrow.use"));
  // A space that this device is not in has no name here.
  const auto whole = fixed_from_hex<SpaceId>(arguments.text("space"));
  SpaceId space = whole ? *whole : SpaceId{};
  if (!whole) {
    SAMLA_ASSIGN(space, domain::Names(*workspace).find_space(arguments.text("space"), "escrow.use"));
  }
  SAMLA_TRY(workspace->replica().use_escrow(space, arguments.secret("first_words"),
                                            arguments.secret("second_words"), profile.sync_options()));
  return Json{{"space", to_hex(space)}};
}

Result<Json> notebook_escrow(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("escrow.notebook"));
  const bool on = arguments.text("state") == "on";
  SAMLA_TRY(workspace->replica().set_personal_escrow(workspace->notebook(), on, profile.sync_options()));
  return Json{{"state", arguments.text("state")}};
}

}  // namespace

std::vector<Request> all() {
  return {
      {"key.recovery.show",
       "Makes 24 words by which the user gets every space back after losing all devices, and shows them this "
       "once. Needs the server.",
       {{"replace", Type::kBoolean, false, "whether words that there are already are revoked"},
        {"old", Type::kText, false, "to replace: the old words; an administrator needs none"}},
       {{"words", "24 words, to be written down"}, {"server", "the URL to recover from"}},
       show_words},
      {"key.recovery.revoke",
       "Revokes a person's words, as an administrator. Needs the server.",
       {{"user", Type::kText, true, "the person's handle"}},
       {{"user", "the handle"}},
       revoke_words},
      {"key.rotate",
       "Gives spaces a new key, of which whoever has only the old one knows nothing. Needs the server.",
       {{"space", Type::kText, false, "the space's name or id; all that this device reads where not given"}},
       {{"rotated", "how many"}},
       rotate},
      {"escrow.declare",
       "Declares a recovery recipient of all shared spaces, which two people's recovery words open together "
       "and neither alone; everybody sees it. Notebooks only where their users turn it on. For an "
       "administrator. Needs the server.",
       {{"first", Type::kText, true, "the handle of one holder, who has recovery words"},
        {"second", Type::kText, true, "the handle of the other"}},
       {{"id", "the escrow's id"}},
       declare_escrow},
      {"escrow.revoke",
       "Ends an escrow: keys made later are not sealed to it. For an administrator. Needs the server.",
       {{"id", Type::kText, true, "the escrow's id"}},
       {{"id", "the escrow's id"}},
       revoke_escrow},
      {"escrow.list",
       "Lists escrows and how often they were used.",
       {},
       {{"escrows", "a list of id, holders, in_force, uses"}},
       list_escrows},
      {"escrow.use",
       "Opens a space to this device by both holders' words, so that it can be read and its people let in "
       "again. Each use stands in the chain for all to see. For an administrator. Needs the server.",
       {{"space", Type::kText, true, "the space's id, or its name where this device knows it"},
        {"first_words", Type::kText, true, "24 words of one holder"},
        {"second_words", Type::kText, true, "24 words of the other"}},
       {{"space", "the space's id"}},
       use_escrow},
      {"escrow.notebook",
       "Whether the organisation's escrow may open one's own notebook. At first it may not. Needs the "
       "server.",
       {{"state", Type::kText, true, "what it is to be", {}, {"on", "off"}}},
       {{"state", "as given"}},
       notebook_escrow},
  };
}

}  // namespace samla::requests::key_requests
