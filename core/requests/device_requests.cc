// Requests about devices.
#include <algorithm>

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::device_requests {
namespace {

Json shape_of(const domain::Workspace& workspace, const replica::DeviceInfo& device, domain::Names& names) {
  const domain::Person person = names.user(device.user);
  return {{"id", to_hex(device.id)}, {"name", names.device(device.id)},
          {"user", person.handle},   {"user_name", person.name},
          {"status", device.status}, {"this", device.id == workspace.replica().device()}};
}

Result<Json> reply_with(domain::Workspace& workspace, const DeviceId& id) {
  domain::Names names(workspace);
  for (const replica::DeviceInfo& each : workspace.replica().devices()) {
    if (each.id == id) return Json{{"device", shape_of(workspace, each, names)}};
  }
  return fail(ErrorCode::not_found, "device");
}

Result<Json> list(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.list"));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const replica::DeviceInfo& each : workspace->replica().devices()) {
    out.push_back(shape_of(*workspace, each, names));
  }
  return Json{{"devices", std::move(out)}};
}

Result<Json> approve(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.approve"));
  SAMLA_ASSIGN(const DeviceId id,
               domain::Names(*workspace).find_device(arguments.text("id"), "device.approve"));
  SAMLA_TRY(workspace->replica().approve_device(id));
  return reply_with(*workspace, id);
}

Result<Json> rename(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.rename"));
  SAMLA_ASSIGN(const DeviceId id,
               domain::Names(*workspace).find_device(arguments.text("id"), "device.rename"));
  SAMLA_TRY(domain::check_name(arguments.text("name"), "name", "device.rename"));
  if (id == workspace->replica().device()) {
    SAMLA_TRY(workspace->name_device(arguments.text("name")));
  } else {
    SAMLA_TRY(workspace->name_other_device(id, arguments.text("name")));
  }
  return reply_with(*workspace, id);
}

std::string_view word_of(replica::CertifiedInfo::Type type) {
  switch (type) {
    case replica::CertifiedInfo::Type::kDevice:
      return "device";
    case replica::CertifiedInfo::Type::kInvite:
      return "invite";
    case replica::CertifiedInfo::Type::kPairing:
      break;
  }
  return "pairing";
}

/// Those of `all` that `words` names: "all", or an id or a unique beginning of one.
Result<std::vector<replica::CertifiedInfo>> chosen(const std::vector<replica::CertifiedInfo>& all,
                                                   const std::vector<std::string>& words) {
  constexpr std::size_t kDigitsMin = 4;
  std::vector<replica::CertifiedInfo> out;
  for (const std::string& word : words) {
    std::size_t matches = 0;
    for (const replica::CertifiedInfo& each : all) {
      if (word != "all" && (word.size() < kDigitsMin || !to_hex(each.id).starts_with(word))) continue;
      ++matches;
      const auto same = [&](const auto& other) { return other.id == each.id; };
      if (each.in_force && std::ranges::none_of(out, same)) out.push_back(each);
    }
    if (word == "all" || matches == 1) continue;
    return fail(matches == 0 ? ErrorCode::not_found : ErrorCode::ambiguous, "device.revoke",
                "'" + word + "' must name one thing that the device certified");
  }
  return out;
}

Result<Json> revoke(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.revoke"));
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const DeviceId id, names.find_device(arguments.text("id"), "device.revoke"));
  const auto all = workspace->replica().certified_by(id);
  SAMLA_ASSIGN(const auto with, chosen(all, arguments.texts("with")));
  SAMLA_TRY(workspace->replica().revoke_device(id, with));
  Json certified = Json::array();
  for (const replica::CertifiedInfo& each : all) {
    if (!each.in_force) continue;
    const bool device = each.type == replica::CertifiedInfo::Type::kDevice;
    const auto same = [&](const auto& other) { return other.id == each.id; };
    certified.push_back({{"type", word_of(each.type)},
                         {"id", to_hex(each.id)},
                         {"name", device ? names.device(DeviceId::from(each.id.view())) : std::string()},
                         {"revoked", std::ranges::any_of(with, same)}});
  }
  SAMLA_ASSIGN(Json reply, reply_with(*workspace, id));
  reply["certified"] = std::move(certified);
  return reply;
}

Result<Json> review(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.review"));
  domain::Names names(*workspace);
  SAMLA_ASSIGN(const auto aside, workspace->replica().set_aside());
  Json out = Json::array();
  for (const replica::SetAsideInfo& each : aside) {
    Json records = Json::array();
    for (const RecordId& record : each.records) records.push_back(to_hex(record));
    out.push_back({{"device", names.device(each.device)},
                   {"id", to_hex(each.device)},
                   {"space", names.space(each.space)},
                   {"changes", each.changesets},
                   {"records", std::move(records)}});
  }
  return Json{{"set_aside", std::move(out)}};
}

Result<Json> accept(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.accept"));
  SAMLA_ASSIGN(const DeviceId id,
               domain::Names(*workspace).find_device(arguments.text("id"), "device.accept"));
  SAMLA_TRY(workspace->replica().accept_set_aside(id));
  return reply_with(*workspace, id);
}

Result<Json> pair(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("device.pair"));
  SAMLA_ASSIGN(const std::uint64_t expires_ms,
               domain::expiry(arguments.text("expires"), SystemClock().now_ms(), "device.pair"));
  SAMLA_ASSIGN(const std::string code,
               workspace->replica().create_pairing(expires_ms, profile.sync_options()));
  return Json{{"code", code}, {"expires", iso_time(expires_ms)}};
}

const Parameter kId = {"id", Type::kText, true,
                       "the device's id, a unique beginning of at least 4 digits, or its name"};
constexpr std::string_view kReply = "id, name, user, user_name, status, this (whether it is the one asked)";

}  // namespace

std::vector<Request> all() {
  return {
      {"device.list",
       "Lists the organisation's devices that this one knows of.",
       {},
       {{"devices",
         "a list of id, name, user, user_name, status (active, awaiting approval, revoked), this"}},
       list},
      {"device.approve",
       "Lets another device of the same user, which joined by an invite, read the notebook. Takes effect at "
       "the next sync.",
       {kId},
       {{"device", kReply}},
       approve},
      {"device.rename",
       "Gives a device a name.",
       {kId, {"name", Type::kText, true, "the new name"}},
       {{"device", kReply}},
       rename},
      {"device.pair",
       "Makes a code with which this user's next device joins, once; it reads all that this one reads, and "
       "this one may be off by then. Needs the server.",
       {{"expires", Type::kText, false, "how long it can be used: a number and s, m, h, d or w", "1h"}},
       {{"code", "the code, beginning with samla:"}, {"expires", "when"}},
       pair},
      {"device.review",
       "Lists what revoked devices wrote that does not count, though it is here: it came after what was "
       "known "
       "of them when they were revoked. `why RECORD` shows each.",
       {},
       {{"set_aside", "a list of device, id, space, changes, records"}},
       review},
      {"device.accept",
       "Lets all that is here of a revoked device's changes count, once somebody has looked at them. Takes "
       "effect at the next sync.",
       {kId},
       {{"device", kReply}},
       accept},
      {"device.revoke",
       "Revokes a device: it syncs no more, and reads nothing that is written after this was known. Takes "
       "effect at the next sync.",
       {kId, {"with", Type::kTexts, false, "ids of what the device certified, to be revoked too; or all"}},
       {{"device", kReply},
        {"certified",
         "what the device had certified: a list of type (device, invite, pairing), id, name, "
         "revoked; what is not revoked here stands"}},
       revoke},
  };
}

}  // namespace samla::requests::device_requests
