// Requests about the organisation, invites and joining.
#include <set>

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::organisation_requests {
namespace {

Result<Json> organisation_shape(domain::Workspace& workspace) {
  SAMLA_ASSIGN(const std::string name, domain::organisation_name(workspace));
  SAMLA_ASSIGN(const auto units, domain::units(workspace));
  const replica::Replica& replica = workspace.replica();
  return Json{{"organisation",
               {{"id", to_hex(replica.organisation())},
                {"name", name},
                {"server", replica.server_url()},
                {"users", replica.users().size()},
                {"devices", replica.devices().size()},
                {"units", units.size()}}}};
}

Result<Json> create(Profile& profile, const Arguments& arguments) {
  SAMLA_TRY(profile.check_empty("org.create"));
  const domain::Founder founder{arguments.text("name"), arguments.text("server"), arguments.text("user"),
                                arguments.text("user_name"), arguments.text("device")};
  SAMLA_ASSIGN(auto replica, domain::found(profile.open_options(), founder));
  profile.adopt(std::move(replica));
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("org.create"));
  return organisation_shape(*workspace);
}

Result<Json> announce_server(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("org.server"));
  SAMLA_TRY(workspace->replica().announce_server_keys(arguments.text("server"), profile.sync_options()));
  return organisation_shape(*workspace);
}

Result<Json> show(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("org.show"));
  return organisation_shape(*workspace);
}

Result<Json> invite(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("invite.create"));
  domain::Invitation invitation;
  invitation.user = arguments.text("user");
  invitation.name = arguments.text("name");
  invitation.role = domain::role_of(arguments.text("role")).value_or(domain::Role::kNone);
  invitation.unit = arguments.text("unit");
  SAMLA_ASSIGN(invitation.expires_ms,
               domain::expiry(arguments.text("expires"), SystemClock().now_ms(), "invite.create"));
  std::set<InviteId> before;
  for (const replica::InviteInfo& each : workspace->replica().invites()) before.insert(each.id);
  SAMLA_ASSIGN(const std::string link, domain::invite(*workspace, invitation, profile.sync_options()));
  Json reply = {{"invite", link}, {"expires", iso_time(invitation.expires_ms)}};
  for (const replica::InviteInfo& each : workspace->replica().invites()) {
    if (!before.contains(each.id) && each.expires_ms == invitation.expires_ms) reply["id"] = to_hex(each.id);
  }
  return reply;
}

Result<Json> list_invites(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("invite.list"));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const replica::InviteInfo& each : workspace->replica().invites()) {
    const domain::Person person = names.user(each.user);
    out.push_back({{"id", to_hex(each.id)},
                   {"user", person.handle},
                   {"name", person.name},
                   {"role", domain::word_of(static_cast<domain::Role>(each.role))},
                   {"status", each.status},
                   {"expires", iso_time(each.expires_ms)}});
  }
  return Json{{"invites", std::move(out)}};
}

Result<InviteId> find_invite(const domain::Workspace& workspace, std::string_view words) {
  constexpr std::size_t kDigitsMin = 4;
  std::vector<InviteId> found;
  for (const replica::InviteInfo& each : workspace.replica().invites()) {
    if (words.size() >= kDigitsMin && to_hex(each.id).starts_with(words)) found.push_back(each.id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(ErrorCode::not_found, "invite.revoke", "there is no invite '" + std::string(words) + "'");
  }
  return fail(ErrorCode::ambiguous, "invite.revoke", "give more digits of the id");
}

Result<Json> revoke(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("invite.revoke"));
  SAMLA_ASSIGN(const InviteId id, find_invite(*workspace, arguments.text("id")));
  SAMLA_TRY(workspace->replica().revoke_invite(id, profile.sync_options()));
  return Json{{"id", to_hex(id)}};
}

Result<Json> join(Profile& profile, const Arguments& arguments) {
  SAMLA_TRY(profile.check_empty("join"));
  const std::string device = arguments.text("device");
  if (arguments.truth("recover") == arguments.find_text("invite").has_value()) {
    return fail(ErrorCode::invalid_argument, "join", "give an invite, or recover with server and words");
  }
  SAMLA_ASSIGN(auto replica, arguments.truth("recover")
                                 ? domain::recover(profile.open_options(), arguments.text("server"),
                                                   arguments.text("words"), device)
                                 : domain::join(profile.open_options(), arguments.text("invite"), device));
  profile.adopt(std::move(replica));
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("join"));
  const replica::Replica& joined = workspace->replica();
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const std::string organisation, domain::organisation_name(*workspace));
  return Json{{"device",
               {{"id", to_hex(joined.device())},
                {"name", names.device(joined.device())},
                {"user", names.user(joined.user()).handle}}},
              {"organisation", {{"id", to_hex(joined.organisation())}, {"name", organisation}}}};
}

}  // namespace

std::vector<Request> all() {
  return {
      {"org.create",
       "Founds an organisation on a server that has none yet; this device becomes its first of HR.",
       {{"name", Type::kText, true, "what the organisation is called"},
        {"server", Type::kText, true, "ws://HOST:PORT/#FRAGMENT, as samla-server init printed it"},
        {"user", Type::kText, false, "the handle of the person who founds it", "hr"},
        {"user_name", Type::kText, false, "that person's name", "HR"},
        {"device", Type::kText, false, "what this device is called", "HR"}},
       {{"organisation", "id, name, server, users, devices, units"}},
       create},
      {"org.show", "Shows the organisation.", {}, {{"organisation", "as org.create gives it"}}, show},
      {"org.server",
       "Announces the keys that the server is going to have, as an administrator: devices that sync before "
       "it "
       "has them need no new invite. Needs the server.",
       {{"server", Type::kText, true, "ws://HOST:PORT/#FRAGMENT, the fragment that of the new keys"}},
       {{"organisation", "as org.create gives it"}},
       announce_server},
      {"invite.create",
       "Makes a link with which one device can join, once. Needs the server.",
       {{"user", Type::kText, true, "the person's handle"},
        {"name", Type::kText, true, "the person's name"},
        {"role",
         Type::kText,
         true,
         "what the person is in the programme",
         {},
         {"leader", "facilitator", "hr", "forum", "observer"}},
        {"unit", Type::kText, false, "the number of a leader's unit; one that is unknown is created"},
        {"expires", Type::kText, false, "how long it can be used: a number and s, m, h, d or w", "14d"}},
       {{"invite", "the link, beginning with samla:"}, {"id", "the invite's id"}, {"expires", "when"}},
       invite},
      {"invite.list",
       "Lists invites.",
       {},
       {{"invites", "a list of id, user, name, role, status (pending, used, expired, revoked), expires"}},
       list_invites},
      {"invite.revoke",
       "Takes an invite back that nobody has used yet. Needs the server.",
       {{"id", Type::kText, true, "the invite's id, or a unique beginning of at least 4 digits"}},
       {{"id", "the invite's id"}},
       revoke},
      {"join",
       "Joins an organisation by an invite, by a code of another device of the user, or by recovery words. "
       "Needs the server; a failure leaves no profile.",
       {{"invite", Type::kText, false, "the link, or the code that device.pair gave"},
        {"recover", Type::kBoolean, false, "whether to join by recovery words"},
        {"server", Type::kText, false, "to recover: ws://HOST:PORT/#FRAGMENT, as org.create took it"},
        {"words", Type::kText, false, "to recover: the 24 words"},
        {"device", Type::kText, true, "what this device is called"}},
       {{"device", "id, name, user"}, {"organisation", "id, name"}},
       join},
  };
}

}  // namespace samla::requests::organisation_requests
