// Requests about devices.
#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/requests/catalogue.h"

namespace samla::requests {
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

const Parameter kId = {"id", Type::kText, true,
                       "the device's id, a unique beginning of at least 4 digits, or its name"};
constexpr std::string_view kReply = "id, name, user, user_name, status, this (whether it is the one asked)";

}  // namespace

std::vector<Request> device_requests() {
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
  };
}

}  // namespace samla::requests
