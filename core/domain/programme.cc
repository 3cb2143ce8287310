#include "core/domain/programme.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/dates.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/suppression.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kPlannedProgramme = "planlagt";
constexpr std::int64_t kAnonymityMax = 1000;

Result<RecordId> programme_id(const Workspace& workspace) {
  return workspace.replica().derived_id(workspace.directory(), kind::kProgramme, "programme");
}

Result<void> check_hr_programme(const Workspace& workspace, std::string_view operation) {
  if (workspace.role() != Role::kHr)
    return fail(ErrorCode::not_permitted, std::string(operation), "HR says what the programme is");
  return workspace.check_writable(workspace.directory(), operation);
}

Result<std::vector<Edit::Field>> checked(const ProgrammeFields& fields, std::string_view operation) {
  std::vector<Edit::Field> out;
  for (const auto& [name, value] : {std::pair("nb", &fields.nb), std::pair("nn", &fields.nn)}) {
    if (!*value) continue;
    SAMLA_TRY(check_name(**value, name, operation));
    out.push_back(field(name, **value));
  }
  for (const auto& [name, value] : {std::pair("from", &fields.from), std::pair("to", &fields.to)}) {
    if (!*value) continue;
    if (!(*value)->empty()) SAMLA_TRY(check_date(**value, name, operation));
    out.push_back(field(name, **value));
  }
  if (fields.anonymity) {
    if (*fields.anonymity < static_cast<std::int64_t>(kAnonymityFloor) || *fields.anonymity > kAnonymityMax) {
      return fail(ErrorCode::invalid_argument, std::string(operation),
                  "anonymity is from " + std::to_string(kAnonymityFloor) + " to 1000 units");
    }
    out.push_back(field("anonymity", *fields.anonymity));
  }
  if (fields.retention) {
    SAMLA_TRY(check_text(*fields.retention, "retention", operation));
    out.push_back(field("retention", *fields.retention));
  }
  return out;
}

}  // namespace

const std::vector<std::string_view>& programme_statuses() {
  static const std::vector<std::string_view> words = {kPlannedProgramme, "aktiv", "avsluttet", "arkivert"};
  return words;
}

Result<Programme> show_programme(Workspace& workspace) {
  Programme out;
  SAMLA_ASSIGN(out.nb, organisation_name(workspace));
  out.nn = out.nb;
  out.anonymity = static_cast<std::int64_t>(kAnonymityDefault);
  out.status = kPlannedProgramme;
  SAMLA_ASSIGN(const RecordId id, programme_id(workspace));
  SAMLA_ASSIGN(const StatusLog log,
               StatusLog::load(workspace, kind::kProgrammeStatus, workspace.directory()));
  out.log = log.entries(to_hex(id));
  out.status = log.status(to_hex(id), kPlannedProgramme);
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record || record->erased || !made_rightly(workspace, *record)) return out;
  if (!record->text("nb").empty()) out.nb = record->text("nb");
  if (!record->text("nn").empty()) out.nn = record->text("nn");
  out.from = record->text("from");
  out.to = record->text("to");
  out.anonymity = std::max(record->number("anonymity", out.anonymity), std::int64_t{kAnonymityFloor});
  out.retention = record->text("retention");
  out.contested = record->contested();
  return out;
}

Result<Programme> edit_programme(Workspace& workspace, const ProgrammeFields& fields) {
  constexpr std::string_view kOperation = "programme.edit";
  SAMLA_TRY(check_hr_programme(workspace, kOperation));
  SAMLA_ASSIGN(auto values, checked(fields, kOperation));
  if (values.empty())
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "say what is to change");
  SAMLA_ASSIGN(const Programme before, show_programme(workspace));
  const std::string from = fields.from.value_or(before.from);
  const std::string to = fields.to.value_or(before.to);
  if (!from.empty() && !to.empty() && to < from)
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "'to' is before 'from'");
  SAMLA_ASSIGN(const RecordId id, programme_id(workspace));
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  Edit edit;
  if (!record) {
    edit.create(id, workspace.directory(), std::string(kind::kProgramme), std::move(values));
  } else {
    for (const Edit::Field& each : values) {
      const view::Value* present = record->find(each.name);
      if (present == nullptr || *present != each.value) edit.assign(id, each.name, each.value);
    }
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {workspace.directory()}));
  return show_programme(workspace);
}

Result<Programme> set_programme_status(Workspace& workspace, const std::string& status,
                                       const std::string& note) {
  constexpr std::string_view kOperation = "programme.status";
  SAMLA_TRY(check_hr_programme(workspace, kOperation));
  SAMLA_TRY(check_text(note, "note", kOperation));
  if (std::ranges::find(programme_statuses(), status) == programme_statuses().end()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation),
                "a programme is planlagt, aktiv, avsluttet or arkivert, not '" + status + "'");
  }
  SAMLA_ASSIGN(const RecordId id, programme_id(workspace));
  const SpaceId directory = workspace.directory();
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kProgrammeStatus, directory));
  Edit edit;
  SAMLA_TRY(log.add(workspace, edit, directory, to_hex(id), status, note));
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {directory}));
  return show_programme(workspace);
}

Result<std::size_t> anonymity_of(Workspace& workspace) {
  SAMLA_ASSIGN(const Programme programme, show_programme(workspace));
  return static_cast<std::size_t>(programme.anonymity);
}

}  // namespace samla::domain
