// Requests about what is held of a person: taking it out, erasing it, and holds that defer that.
#include "core/base/encoding.h"
#include "core/domain/persons.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::person_requests {
namespace {

Json shape_of(const domain::AboutRecord& about, domain::Names& names) {
  const view::RecordView& record = about.record;
  Json fields = Json::array();
  for (const view::FieldView& field : record.fields) {
    for (const view::HeadView& head : field.heads) {
      Json each = {{"name", field.name},
                   {"value", value_of(head.value)},
                   {"device", names.device_of(head.ref.writer)},
                   {"time", iso_time(head.time.ms())}};
      if (!field.element.empty()) each["element"] = field.element;
      fields.push_back(std::move(each));
    }
  }
  return {{"about", domain::word_of(about.about)},
          {"id", to_hex(record.id)},
          {"kind", record.kind},
          {"space", names.space(record.space)},
          {"deleted", record.erased},
          {"created", iso_time(record.created_ms)},
          {"fields", std::move(fields)}};
}

Json devices_of(domain::Workspace& workspace, const UserId& user, domain::Names& names) {
  Json out = Json::array();
  for (const replica::DeviceInfo& device : workspace.replica().devices()) {
    if (device.user != user) continue;
    out.push_back({{"id", to_hex(device.id)},
                   {"name", names.device(device.id)},
                   {"status", device.status},
                   {"since", iso_time(device.certified_ms)}});
  }
  return out;
}

Json invites_of(const domain::Workspace& workspace, const UserId& user) {
  Json out = Json::array();
  for (const replica::InviteInfo& invite : workspace.replica().invites()) {
    if (invite.user != user) continue;
    out.push_back(
        {{"id", to_hex(invite.id)}, {"status", invite.status}, {"expires", iso_time(invite.expires_ms)}});
  }
  return out;
}

Json memberships_of(const domain::Workspace& workspace, const UserId& user, domain::Names& names) {
  Json out = Json::array();
  for (const replica::SpaceInfo& space : workspace.replica().spaces()) {
    for (const auto& [member, right] : workspace.replica().members(space.id)) {
      if (member == user) out.push_back({{"space", names.space(space.id)}, {"id", to_hex(space.id)}});
    }
  }
  return out;
}

Result<Json> export_person(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("person.export"));
  SAMLA_ASSIGN(const UserId user, domain::find_person(*workspace, arguments.text("user"), "person.export"));
  SAMLA_ASSIGN(const auto written, workspace->replica().written_by(user, profile.sync_options()));
  SAMLA_ASSIGN(const auto about, domain::records_about(*workspace, user));
  domain::Names names(*workspace);
  Json records = Json::array();
  for (const domain::AboutRecord& each : about) records.push_back(shape_of(each, names));
  Json spaces = Json::array();
  for (const replica::WrittenInfo& each : written) {
    const auto space = workspace->space(each.space);
    spaces.push_back({{"space", names.space(each.space)},
                      {"id", to_hex(each.space)},
                      {"changes", each.changesets},
                      {"writes", each.writes},
                      {"readable", space && space->readable}});
  }
  const domain::Person person = names.user(user);
  return Json{{"person",
               {{"id", to_hex(user)},
                {"user", person.handle},
                {"name", person.name},
                {"devices", devices_of(*workspace, user, names)},
                {"invites", invites_of(*workspace, user)},
                {"member_of", memberships_of(*workspace, user, names)},
                {"written", std::move(spaces)},
                {"records", std::move(records)}}}};
}

Result<Json> erase(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("person.erase"));
  SAMLA_ASSIGN(const UserId user, domain::find_person(*workspace, arguments.text("user"), "person.erase"));
  domain::PersonErasure what;
  what.written = arguments.truth("written");
  what.dry_run = arguments.truth("dry_run");
  for (const std::string& word : arguments.texts("record")) {
    const auto id = fixed_from_hex<RecordId>(word);
    if (!id) return fail(ErrorCode::invalid_argument, "person.erase", "record: whole ids of 32 digits");
    what.records.insert(*id);
  }
  SAMLA_ASSIGN(const auto report, domain::erase_person(*workspace, user, what, profile.sync_options()));
  return Json{{"id", to_hex(user)},
              {"changes", report.changesets},
              {"writes", report.writes},
              {"held", report.held},
              {"erased", !what.dry_run}};
}

Result<Json> place_hold(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("hold.create"));
  std::vector<SpaceId> spaces;
  for (const std::string& word : arguments.texts("space")) {
    SAMLA_ASSIGN(const SpaceId id, domain::Names(*workspace).find_space(word, "hold.create"));
    spaces.push_back(id);
  }
  SAMLA_ASSIGN(const auto hold, workspace->replica().place_hold(spaces, profile.sync_options()));
  return Json{{"id", to_hex(hold)}};
}

Result<Json> release_hold(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("hold.release"));
  const auto id = fixed_from_hex<replica::HoldId>(arguments.text("id"));
  if (!id) return fail(ErrorCode::not_found, "hold.release", "there is no such hold");
  SAMLA_TRY(workspace->replica().release_hold(*id, profile.sync_options()));
  return Json{{"id", to_hex(*id)}};
}

Result<Json> list_holds(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("hold.list"));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const replica::HoldInfo& hold : workspace->replica().holds()) {
    Json spaces = Json::array();
    for (const SpaceId& space : hold.spaces) spaces.push_back(names.space(space));
    out.push_back({{"id", to_hex(hold.id)}, {"spaces", std::move(spaces)}, {"in_force", hold.in_force}});
  }
  return Json{{"holds", std::move(out)}};
}

const Parameter kPerson = {"user", Type::kText, true, "the person's handle, or id"};

}  // namespace

std::vector<Request> all() {
  return {
      {"person.export",
       "Gathers all that is held about a person, as far as this device can read it, and says where more is. "
       "For an administrator, or of oneself. Needs the server.",
       {kPerson},
       {{"person",
         "id, user, name, devices, invites, member_of, written (a list of space, id, changes, writes, "
         "readable), records (a list of about, id, kind, space, deleted, created, fields)"}},
       export_person},
      {"person.erase",
       "Erases a person for good, everywhere: the person's record, names of devices, and the notebook. "
       "Devices "
       "that are out of reach keep copies until they sync. For an administrator. Needs the server.",
       {kPerson,
        {"written", Type::kBoolean, false,
         "whether all that the person's devices wrote in shared spaces goes too"},
        {"record", Type::kTexts, false, "ids of further records that speak of the person"},
        {"dry_run", Type::kBoolean, false, "only counts"}},
       {{"id", "the person's id"},
        {"changes", "how many changes lose something"},
        {"writes", "how many writes are erased"},
        {"held", "of the changes, how many a hold keeps for now"},
        {"erased", "false: only counted"}},
       erase},
      {"hold.create",
       "Defers erasures, as the archive law may ask, until the hold is released. For an administrator. Needs "
       "the server.",
       {{"space", Type::kTexts, false, "names or ids of the spaces; all where none is given"}},
       {{"id", "the hold's id"}},
       place_hold},
      {"hold.release",
       "Ends a hold: what has been erased meanwhile goes now. For an administrator. Needs the server.",
       {{"id", Type::kText, true, "the hold's id"}},
       {{"id", "the hold's id"}},
       release_hold},
      {"hold.list",
       "Lists holds.",
       {},
       {{"holds", "a list of id, spaces (none: all), in_force"}},
       list_holds},
  };
}

}  // namespace samla::requests::person_requests
