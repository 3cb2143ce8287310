#include "core/domain/organisation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "core/base/encoding.h"
#include "core/domain/groups.h"
#include "core/domain/members.h"
#include "core/domain/names.h"
#include "core/domain/participants.h"

namespace samla::domain {
namespace {

using replica::Edit;

/// Those of the programme; an organisation is founded with them. Keys stand in records and scripts.
constexpr std::array kThemes = {
    std::array<std::string_view, 3>{"ett-nav", "Ett NAV – til beste for brukerne",
                                    "Eitt NAV – til beste for brukarane"},
    std::array<std::string_view, 3>{"horisontal", "Horisontal kunnskapsdeling, utforske det som virker",
                                    "Horisontal kunnskapsdeling, utforske det som verkar"},
    std::array<std::string_view, 3>{"mindre-styring", "Mindre styring – mer ledelse – bruke handlingsrommet",
                                    "Mindre styring – meir leiing – bruke handlingsrommet"}};

constexpr std::array kDrivers = {
    std::array<std::string_view, 3>{"flere-i-arbeid", "Flere i arbeid", "Fleire i arbeid"},
    std::array<std::string_view, 3>{"brukerorientering", "Økt brukerorientering", "Auka brukarorientering"},
    std::array<std::string_view, 3>{"kompetanse", "Økt kompetanse", "Auka kompetanse"}};

std::string kind_text(std::string_view kind) { return std::string(kind); }

Result<void> add_theme(Edit& edit, const replica::Replica& replica, const SpaceId& directory,
                       const std::array<std::string_view, 3>& theme) {
  const auto text = [](std::string_view words) { return view::Value(std::string(words)); };
  SAMLA_ASSIGN(const RecordId id, replica.derived_id(directory, kind::kTheme, theme[0]));
  edit.create(id, directory, kind_text(kind::kTheme),
              {field("key", text(theme[0])), field("nb", text(theme[1])), field("nn", text(theme[2])),
               field("type", text("hovedtema")), field("status", text("aktiv"))});
  return {};
}

Result<void> add_driver(Edit& edit, const replica::Replica& replica, const SpaceId& directory,
                        const std::array<std::string_view, 3>& driver) {
  const auto text = [](std::string_view words) { return view::Value(std::string(words)); };
  SAMLA_ASSIGN(const RecordId id, replica.derived_id(directory, kind::kDriver, driver[0]));
  edit.create(id, directory, kind_text(kind::kDriver),
              {field("key", text(driver[0])), field("nb", text(driver[1])), field("nn", text(driver[2])),
               field("status", text("aktiv"))});
  return {};
}

void add_user(Edit& edit, const SpaceId& directory, const UserId& user, const std::string& handle,
              const std::string& name) {
  edit.create(RecordId{user.bytes}, directory, kind_text(kind::kUser),
              {field("handle", handle), field("name", name)});
}

Result<void> prepare_organisation(replica::Replica& replica, const Founder& founder) {
  const SpaceId directory = replica.space_id(purpose::kDirectory, {});
  Edit edit;
  SAMLA_ASSIGN(const RecordId id, replica.derived_id(directory, kind::kOrganisation, "name"));
  SAMLA_ASSIGN(const auto known, replica.records().state(id));
  // A founding that broke off after its first records goes on behind them.
  if (known) return Workspace(replica).name_device(founder.device);
  edit.create(id, directory, kind_text(kind::kOrganisation), {field("name", founder.organisation)});
  for (const auto& theme : kThemes) SAMLA_TRY(add_theme(edit, replica, directory, theme));
  for (const auto& driver : kDrivers) SAMLA_TRY(add_driver(edit, replica, directory, driver));
  add_user(edit, directory, replica.user(), founder.handle, founder.name);
  SAMLA_TRY(replica.commit(edit));
  return Workspace(replica).name_device(founder.device);
}

/// What the directory knows, and the steps that make it know those who are invited.
struct Naming {
  explicit Naming(Workspace& w) : workspace(w), names(w) {}

  Workspace& workspace;
  Names names;
  std::map<std::string, RecordId> units;
  std::map<std::string, UserId> users;  ///< who are new
  Edit edit;

  Result<void> load_units() {
    SAMLA_ASSIGN(const auto all, domain::units(workspace));
    for (const Unit& unit : all) units.emplace(unit.number, unit.scope);
    return {};
  }

  /// The user's id, and the steps that make the directory call them so.
  Result<UserId> name_user(const Invitation& invitation) {
    if (const auto made = users.find(invitation.user); made != users.end()) return made->second;
    if (const auto known = names.find_user(invitation.user)) {
      if (names.user(*known).name != invitation.name) {
        edit.assign(RecordId{known->bytes}, "name", invitation.name);
      }
      return *known;
    }
    SAMLA_ASSIGN(const RecordId id,
                 workspace.replica().derived_id(workspace.directory(), kind::kUser, invitation.user));
    add_user(edit, workspace.directory(), UserId{id.bytes}, invitation.user, invitation.name);
    users.emplace(invitation.user, UserId{id.bytes});
    return UserId{id.bytes};
  }

  Result<RecordId> name_unit(const std::string& number) {
    if (const auto known = units.find(number); known != units.end()) return known->second;
    SAMLA_ASSIGN(const RecordId id,
                 workspace.replica().derived_id(workspace.directory(), kind::kUnit, number));
    edit.create(id, workspace.directory(), kind_text(kind::kUnit),
                {field("number", number), field("name", number), field("status", std::string("aktiv"))});
    units.emplace(number, id);
    return id;
  }

  Result<void> commit_when(std::size_t steps) {
    if (edit.steps().size() < steps || edit.empty()) return {};
    SAMLA_TRY(workspace.commit(std::move(edit), {workspace.directory()}));
    edit = Edit();
    return {};
  }
};

std::vector<RecordId> unit_hr_scopes(const replica::Replica& replica) {
  std::vector<RecordId> out;
  for (const replica::SpaceInfo& info : replica.spaces()) {
    if (info.purpose == purpose::kUnitHr && info.readable) out.push_back(info.scope);
  }
  return out;
}

Result<void> check(const Workspace& workspace, const Invitation& invitation) {
  constexpr std::string_view kOperation = "invite.create";
  SAMLA_TRY(check_name(invitation.user, "user", kOperation));
  SAMLA_TRY(check_name(invitation.name, "name", kOperation));
  if (!invitation.unit.empty()) SAMLA_TRY(check_name(invitation.unit, "unit", kOperation));
  if (!invitation.unit.empty() && invitation.role != Role::kLeader) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "a unit is for the role leader alone");
  }
  if (!workspace.replica().is_admin()) {
    return fail(ErrorCode::not_permitted, std::string(kOperation),
                "invites are made on a device of an administrator");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<replica::Replica>> found(const replica::OpenOptions& options, const Founder& founder) {
  SAMLA_TRY(check_name(founder.organisation, "name", "org.create"));
  SAMLA_TRY(check_name(founder.handle, "user", "org.create"));
  SAMLA_TRY(check_name(founder.name, "user_name", "org.create"));
  SAMLA_TRY(check_name(founder.device, "device", "org.create"));
  replica::Replica::Founding founding;
  founding.server_url = founder.server_url;
  founding.role = static_cast<replica::Role>(Role::kHr);
  for (const replica::Purpose each :
       {purpose::kDirectory, purpose::kProgramme, purpose::kForum, purpose::kNotebook}) {
    founding.spaces.push_back(space_spec(each));
  }
  founding.prepare = [&](replica::Replica& replica) { return prepare_organisation(replica, founder); };
  return replica::Replica::create_organisation(options, std::move(founding));
}

namespace {

/// What a device does once it is in.
std::function<Result<void>(replica::Replica&)> settling_in(const std::string& device) {
  return [device](replica::Replica& replica) -> Result<void> {
    Workspace workspace(replica);
    SAMLA_TRY(found_own_spaces(workspace));
    return workspace.name_device(device);
  };
}

}  // namespace

Result<std::unique_ptr<replica::Replica>> join(const replica::OpenOptions& options, std::string_view invite,
                                               const std::string& device) {
  SAMLA_TRY(check_name(device, "device", "join"));
  return replica::Replica::join(options, invite, space_spec(purpose::kNotebook), settling_in(device));
}

Result<std::unique_ptr<replica::Replica>> recover(const replica::OpenOptions& options,
                                                  std::string_view server_url, std::string_view words,
                                                  const std::string& device) {
  SAMLA_TRY(check_name(device, "device", "join"));
  return replica::Replica::recover(options, server_url, words, settling_in(device));
}

Result<void> found_own_spaces(Workspace& workspace) {
  SAMLA_TRY(found_own_groups(workspace));
  if (workspace.role() != Role::kLeader) return {};
  const auto entitled = workspace.replica().entitled_spaces();
  // A unit's scope is known from the directory alone: an entitlement names the space, not what it is for.
  SAMLA_ASSIGN(const auto all, units(workspace));
  for (const Unit& unit : all) {
    const SpaceId space = workspace.replica().space_id(purpose::kUnit, unit.scope);
    if (std::ranges::find(entitled, space) == entitled.end() || workspace.space(space)) continue;
    SAMLA_TRY(workspace.replica().found_space(space_spec(purpose::kUnit, unit.scope), {}));
  }
  return {};
}

Result<std::vector<std::string>> invite_many(Workspace& workspace, const std::vector<Invitation>& invitations,
                                             const replica::SyncOptions& options) {
  constexpr std::size_t kStepsACommit = 100;
  for (const Invitation& each : invitations) SAMLA_TRY(check(workspace, each));
  Naming naming(workspace);
  SAMLA_TRY(naming.load_units());
  SAMLA_ASSIGN(const auto groups, groups_by_handle(workspace));
  const auto other = other_hr(workspace.replica());
  const auto every_unit = unit_hr_scopes(workspace.replica());
  std::vector<replica::InviteSpec> specs;
  for (const Invitation& each : invitations) {
    replica::InviteSpec spec;
    SAMLA_ASSIGN(spec.user, naming.name_user(each));
    spec.role = static_cast<replica::Role>(each.role);
    spec.expires_ms = each.expires_ms;
    std::optional<RecordId> unit;
    if (!each.unit.empty()) {
      SAMLA_ASSIGN(unit, naming.name_unit(each.unit));
    }
    spec.spaces = spaces_of_role(each.role, unit, every_unit);
    // A unit-hr space is founded with the invite of the unit's first leader: all of HR reads it.
    for (replica::InviteSpace& space : spec.spaces) {
      if (space.spec.purpose == purpose::kUnitHr) space.members = other;
    }
    SAMLA_ASSIGN(const auto gatherings, gathering_spaces(workspace, each.user, each.role));
    spec.spaces.insert(spec.spaces.end(), gatherings.begin(), gatherings.end());
    const auto own = groups.find(each.user);
    if (own != groups.end() && each.role != Role::kHr) {
      for (const RecordId& group : own->second) spec.spaces.push_back(group_space(group));
    }
    specs.push_back(std::move(spec));
    SAMLA_TRY(naming.commit_when(kStepsACommit));
  }
  SAMLA_TRY(naming.commit_when(1));
  return workspace.replica().create_invites(specs, options);
}

Result<std::string> invite(Workspace& workspace, const Invitation& invitation,
                           const replica::SyncOptions& options) {
  SAMLA_ASSIGN(auto links, invite_many(workspace, {invitation}, options));
  return std::move(links.front());
}

Result<std::uint64_t> expiry(std::string_view words, std::uint64_t now_ms, std::string_view operation) {
  constexpr std::uint64_t kSecondMs = 1000;
  constexpr std::uint64_t kAmountMax = 100'000'000;
  std::uint64_t amount = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), amount);
  const std::string_view unit(end, static_cast<std::size_t>(words.data() + words.size() - end));
  std::uint64_t unit_ms = 0;
  if (unit == "s") unit_ms = kSecondMs;
  if (unit == "m") unit_ms = 60 * kSecondMs;
  if (unit == "h") unit_ms = 3'600 * kSecondMs;
  if (unit == "d") unit_ms = 86'400 * kSecondMs;
  if (unit == "w") unit_ms = 7 * 86'400 * kSecondMs;
  if (error != std::errc() || unit_ms == 0 || amount == 0 || amount > kAmountMax) {
    return fail(ErrorCode::invalid_argument, std::string(operation),
                "expires is a number and s, m, h, d or w, for example 14d");
  }
  return now_ms + amount * unit_ms;
}

Result<std::vector<Unit>> units(Workspace& workspace) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kUnit));
  std::vector<Unit> out;
  for (const auto& record : records) {
    out.push_back({record->id, record->text("number"), record->text("name"), record->text("type"),
                   record->text("parent"), record->text("fylke"), record->text("kommune"),
                   record->text("language"), record->number("headcount"), record->text("successor")});
  }
  std::ranges::sort(out, {}, &Unit::number);
  return out;
}

Result<Unit> find_unit(Workspace& workspace, std::string_view number, std::string_view operation) {
  SAMLA_ASSIGN(const auto all, units(workspace));
  const auto found = std::ranges::find(all, number, &Unit::number);
  if (found == all.end()) {
    return fail(ErrorCode::not_found, std::string(operation),
                "there is no unit '" + std::string(number) + "'; HR makes it by inviting its leader");
  }
  return *found;
}

namespace {

Result<std::vector<Theme>> labels(Workspace& workspace, std::string_view kind) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind));
  std::vector<Theme> out;
  for (const auto& record : records) {
    out.push_back({record->text("key"), record->text("nb"), record->text("nn")});
  }
  std::ranges::sort(out, {}, &Theme::key);
  return out;
}

}  // namespace

Result<std::vector<Theme>> themes(Workspace& workspace) { return labels(workspace, kind::kTheme); }
Result<std::vector<Theme>> drivers(Workspace& workspace) { return labels(workspace, kind::kDriver); }

Result<std::string> organisation_name(Workspace& workspace) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kOrganisation));
  return records.empty() ? std::string() : records.front()->text("name");
}

}  // namespace samla::domain
