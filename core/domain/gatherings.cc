#include "core/domain/gatherings.h"

#include <algorithm>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/dates.h"
#include "core/domain/members.h"
#include "core/domain/names.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::int64_t kCapacityMax = 100'000;

Gathering gathering_of(Workspace& workspace, const view::RecordView& record, const StatusLog& log) {
  Gathering out;
  out.id = record.id;
  out.name = record.text("name");
  out.place = record.text("place");
  out.from = record.text("from");
  out.to = record.text("to");
  out.type = record.text("type");
  out.capacity = record.number("capacity");
  out.space = workspace.replica().space_id(purpose::kGathering, record.id);
  const auto info = workspace.space(out.space);
  out.is_member = info && info->readable;
  const std::string id = to_hex(record.id);
  out.log = log.entries(id);
  out.status = log.status(id, record.text("status"));
  out.created_ms = record.created_ms;
  out.author = record.author;
  // The word in the directory repeats the log's: nothing to ask a person about.
  for (const view::FieldView& each : record.fields) {
    out.contested = out.contested || (each.contested && each.name != "status");
  }
  return out;
}

Result<Gathering> read_gathering(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "gathering.read");
  const SpaceId space = workspace.replica().space_id(purpose::kGathering, id);
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kGatheringStatus, space));
  return gathering_of(workspace, *record, log);
}

bool is_hidden(const Workspace& workspace, const Gathering& gathering) {
  return gathering.status == kGatheringDraft && !may_run_gatherings(workspace.role());
}

}  // namespace

Result<void> check_makes_gatherings(const Workspace& workspace, std::string_view operation) {
  if (workspace.role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(operation), "HR makes gatherings");
  }
  if (!workspace.replica().is_admin()) {
    return fail(ErrorCode::not_permitted, std::string(operation),
                "gatherings are made on a device of an administrator, as invites are");
  }
  return {};
}

Result<std::vector<Edit::Field>> checked(const GatheringFields& fields, std::string_view operation) {
  std::vector<Edit::Field> out;
  for (const auto& [name, value] : {std::pair("place", &fields.place), std::pair("type", &fields.type)}) {
    if (!*value) continue;
    if (!(*value)->empty()) SAMLA_TRY(check_name(**value, name, operation));
    out.push_back(field(name, **value));
  }
  for (const auto& [name, value] : {std::pair("from", &fields.from), std::pair("to", &fields.to)}) {
    if (!*value) continue;
    if (!(*value)->empty()) SAMLA_TRY(check_date(**value, name, operation));
    out.push_back(field(name, **value));
  }
  if (fields.capacity) {
    if (*fields.capacity < 0 || *fields.capacity > kCapacityMax) {
      return fail(ErrorCode::invalid_argument, std::string(operation), "capacity is at most 100000");
    }
    out.push_back(field("capacity", *fields.capacity));
  }
  if (fields.from && fields.to && !fields.from->empty() && !fields.to->empty() && *fields.to < *fields.from) {
    return fail(ErrorCode::invalid_argument, std::string(operation), "'to' is before 'from'");
  }
  return out;
}

Result<void> found_gathering_space(Workspace& workspace, const RecordId& gathering) {
  return workspace.replica().found_space(space_spec(purpose::kGathering, gathering),
                                         other_hr(workspace.replica()));
}

Result<Gathering> create_gathering(Workspace& workspace, const std::string& name,
                                   const GatheringFields& fields) {
  constexpr std::string_view kOperation = "gathering.create";
  SAMLA_TRY(check_makes_gatherings(workspace, kOperation));
  SAMLA_TRY(check_name(name, "name", kOperation));
  SAMLA_ASSIGN(auto made, checked(fields, kOperation));
  std::erase_if(made, [](const Edit::Field& each) { return each.value == view::Value(std::string()); });
  const SpaceId directory = workspace.directory();
  SAMLA_TRY(workspace.check_writable(directory, kOperation));
  SAMLA_ASSIGN(const RecordId id, workspace.replica().derived_id(directory, kind::kGathering, name));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (present) {
    return fail(ErrorCode::already_exists, std::string(kOperation),
                "there is a gathering '" + name + "'; gathering edit changes it");
  }
  made.push_back(field("name", name));
  made.push_back(field("status", std::string(kGatheringDraft)));
  Edit edit;
  edit.create(id, directory, std::string(kind::kGathering), std::move(made));
  SAMLA_TRY(workspace.commit(std::move(edit), {directory}));
  SAMLA_TRY(found_gathering_space(workspace, id));
  return read_gathering(workspace, id);
}

Result<Gathering> edit_gathering(Workspace& workspace, std::string_view words,
                                 const GatheringFields& fields) {
  constexpr std::string_view kOperation = "gathering.edit";
  if (workspace.role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "HR changes what a gathering is");
  }
  SAMLA_ASSIGN(const Gathering gathering, find_gathering(workspace, words, kOperation));
  SAMLA_TRY(workspace.check_writable(workspace.directory(), kOperation));
  GatheringFields whole = fields;
  if (!whole.from) whole.from = gathering.from;
  if (!whole.to) whole.to = gathering.to;
  SAMLA_ASSIGN(const auto wanted, checked(whole, kOperation));
  SAMLA_ASSIGN(const auto record, workspace.read(gathering.id));
  Edit edit;
  for (const Edit::Field& each : wanted) {
    const view::Value* present = record->find(each.name);
    const bool is_empty = each.value == view::Value(std::string());
    if (present == nullptr ? !is_empty : *present != each.value)
      edit.assign(gathering.id, each.name, each.value);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {workspace.directory()}));
  return read_gathering(workspace, gathering.id);
}

Result<Gathering> set_gathering_status(Workspace& workspace, std::string_view words,
                                       const std::string& status, const std::string& note) {
  constexpr std::string_view kOperation = "gathering.status";
  SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, words, kOperation));
  SAMLA_TRY(check_text(note, "note", kOperation));
  SAMLA_TRY(check_gathering_step(workspace.role(), gathering.status, status, kOperation));
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kGatheringStatus, gathering.space));
  Edit edit;
  SAMLA_TRY(log.add(workspace, edit, gathering.space, to_hex(gathering.id), status, note));
  std::set<SpaceId> spaces = {gathering.space};
  if (workspace.role() == Role::kHr && workspace.check_writable(workspace.directory(), kOperation).ok()) {
    edit.resolve(gathering.id, "status", status);
    spaces.insert(workspace.directory());
  }
  SAMLA_TRY(workspace.commit(std::move(edit), spaces));
  return read_gathering(workspace, gathering.id);
}

Result<Gathering> find_gathering(Workspace& workspace, std::string_view words, std::string_view operation) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGathering));
  std::optional<RecordId> id;
  for (const auto& each : records) {
    if (each->text("name") == words) id = each->id;
  }
  const auto refuse = [&] {
    return fail(
        ErrorCode::not_found, std::string(operation),
        "there is no gathering '" + std::string(words) + "' on this device; gathering list shows them");
  };
  if (!id) {
    const auto found = find_record(workspace, words, {kind::kGathering}, operation);
    if (!found && found.error().code == ErrorCode::ambiguous) return found.error();
    const auto is_it = [&](const auto& each) { return each->id == found->id; };
    if (!found || std::ranges::none_of(records, is_it)) return refuse();
    id = found->id;
  }
  SAMLA_ASSIGN(Gathering out, read_gathering(workspace, *id));
  if (is_hidden(workspace, out)) return refuse();
  return out;
}

Result<Gathering> find_open_gathering(Workspace& workspace, std::string_view words,
                                      std::string_view operation) {
  SAMLA_ASSIGN(Gathering gathering, find_gathering(workspace, words, operation));
  if (gathering.is_member) {
    SAMLA_TRY(workspace.check_writable(gathering.space, operation));
    return gathering;
  }
  const bool is_hr = workspace.role() == Role::kHr;
  return fail(ErrorCode::awaiting_grant, std::string(operation),
              is_hr ? "the gathering's space is made when you sync; sync and try again"
                    : "you are not in this gathering yet; sync once HR or a facilitator has let you in "
                      "(gathering join) "
                      "and synced");
}

Result<std::vector<Gathering>> list_gatherings(Workspace& workspace,
                                               const std::optional<std::string>& status) {
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kGathering));
  std::vector<Gathering> out;
  for (const auto& record : records) {
    SAMLA_ASSIGN(Gathering each, read_gathering(workspace, record->id));
    if (is_hidden(workspace, each) || (status && each.status != *status)) continue;
    out.push_back(std::move(each));
  }
  std::ranges::sort(out, {}, [](const Gathering& each) { return std::tie(each.from, each.name); });
  return out;
}

}  // namespace samla::domain
