// Requests about keys: recovery words, rotation.
#include "core/domain/names.h"
#include "core/requests/catalogue.h"

namespace samla::requests {
namespace {

Result<Json> show_words(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("key.recovery.show"));
  SAMLA_ASSIGN(const auto made,
               workspace->replica().make_recovery_words({arguments.truth("replace"), arguments.text("old")},
                                                        profile.sync_options()));
  return Json{{"words", made.words}, {"server", made.server_url}};
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

}  // namespace

std::vector<Request> key_requests() {
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
  };
}

}  // namespace samla::requests
