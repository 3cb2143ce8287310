#include "core/domain/measures.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/assessments.h"
#include "core/domain/dates.h"
#include "core/domain/measure_origin.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kProposed = "foreslått";
constexpr std::string_view kDone = "fullført";
constexpr std::string_view kGivenUp = "avbrutt";
constexpr std::string_view kReviewed = "effekt vurdert";

Measure measure_of(Workspace& workspace, Names& names, const view::RecordView& record, const StatusLog& log) {
  Measure out;
  out.id = record.id;
  const auto info = workspace.space(record.space);
  if (info && info->purpose == purpose::kUnitHr) out.unit = names.unit(info->scope);
  out.title = record.text("title");
  out.description = record.text("description");
  out.origin_kind = record.text("origin_kind");
  out.origin = record.text("origin");
  out.theme = record.text("theme");
  out.owner = record.text("owner");
  out.deadline = record.text("deadline");
  out.effect_review = record.text("effect_review");
  out.resources = record.text("resources");
  out.indicator = record.text("indicator");
  out.space = record.space;
  out.created_ms = record.created_ms;
  out.author = record.author;
  out.contested = record.contested();
  const std::string id = to_hex(record.id);
  out.log = log.entries(id);
  out.status = log.status(id, kProposed);
  return out;
}

Result<Measure> read_measure(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "measure.read");
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kMeasureStatus, record->space));
  Names names(workspace);
  return measure_of(workspace, names, *record, log);
}

Result<Measure> find_measure(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kMeasure}, operation));
  if (record.erased) return fail(ErrorCode::not_found, std::string(operation), "the measure is deleted");
  SAMLA_TRY(workspace.check_writable(record.space, operation));
  return read_measure(workspace, record.id);
}

Result<std::string> owner_id(Workspace& workspace, const std::string& handle, std::string_view operation) {
  if (handle.empty()) return std::string();
  const auto user = Names(workspace).find_user(handle);
  if (user) return to_hex(*user);
  return fail(ErrorCode::not_found, std::string(operation), "nobody has the handle '" + handle + "'");
}

/// The fields to be written, by name, checked.
Result<std::map<std::string, std::string>> checked(Workspace& workspace, const MeasureFields& fields,
                                                   std::string_view operation) {
  std::map<std::string, std::string> out;
  if (fields.title) {
    SAMLA_TRY(check_name(*fields.title, "title", operation));
    out["title"] = *fields.title;
  }
  for (const auto& [name, value] :
       {std::pair("description", &fields.description), std::pair("resources", &fields.resources),
        std::pair("indicator", &fields.indicator)}) {
    if (!*value) continue;
    SAMLA_TRY(check_text(**value, name, operation));
    out[name] = **value;
  }
  for (const auto& [name, value] :
       {std::pair("deadline", &fields.deadline), std::pair("effect_review", &fields.effect_review)}) {
    if (!*value) continue;
    if (!(*value)->empty()) SAMLA_TRY(check_date(**value, name, operation));
    out[name] = **value;
  }
  if (fields.theme && !fields.theme->empty()) {
    SAMLA_ASSIGN(const auto known, themes(workspace));
    if (std::ranges::find(known, *fields.theme, &Theme::key) == known.end())
      return fail(ErrorCode::invalid_argument, std::string(operation),
                  "there is no theme '" + *fields.theme + "'");
  }
  if (fields.theme) out["theme"] = *fields.theme;
  if (fields.owner) {
    SAMLA_ASSIGN(out["owner"], owner_id(workspace, *fields.owner, operation));
  }
  return out;
}

Result<void> add_entry(Workspace& workspace, Edit& edit, const Measure& measure, std::string_view status,
                       const std::string& note) {
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kMeasureStatus, measure.space));
  return log.add(workspace, edit, measure.space, to_hex(measure.id), status, note);
}

}  // namespace

const std::vector<std::string_view>& measure_statuses() {
  static const std::vector<std::string_view> words = {kProposed, "vedtatt", "planlagt", "pågår",
                                                      kDone,     kGivenUp,  kReviewed};
  return words;
}

Result<Measure> add_measure(Workspace& workspace, const std::string& unit, const std::string& origin,
                            const MeasureFields& fields) {
  constexpr std::string_view kOperation = "measure.add";
  SAMLA_ASSIGN(auto values, checked(workspace, fields, kOperation));
  MeasureOrigin from;
  if (!origin.empty()) {
    SAMLA_ASSIGN(from, find_origin(workspace, origin, kOperation));
  }
  const std::string number = unit.empty() ? from.unit : unit;
  if (values["title"].empty()) values["title"] = from.text;
  SAMLA_TRY(check_name(values["title"], "title", kOperation));
  if (!values.contains("theme")) values["theme"] = from.theme;
  SpaceId space = workspace.replica().space_id(purpose::kProgramme, {});
  if (!number.empty()) {
    SAMLA_ASSIGN(const Unit found, find_unit(workspace, number, kOperation));
    space = workspace.replica().space_id(purpose::kUnitHr, found.scope);
  }
  SAMLA_TRY(workspace.check_writable(space, kOperation));
  if (!may_make(kind::kMeasure, workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kOperation),
                "measures are made by leaders, HR and the forum");
  }
  if (!from.id.empty()) {
    values["origin_kind"] = from.kind;
    values["origin"] = from.id;
  }
  std::vector<Edit::Field> made;
  for (const auto& [name, value] : values) {
    // The description is there from the start, so that two who begin it at once edit one text.
    if (!value.empty() || name == "description") made.push_back(field(name, value));
  }
  const RecordId id = workspace.replica().new_record_id(space);
  Edit edit;
  edit.create(id, space, std::string(kind::kMeasure), std::move(made));
  SAMLA_TRY(workspace.commit(std::move(edit), {space}));
  return read_measure(workspace, id);
}

Result<Measure> edit_measure(Workspace& workspace, std::string_view id, const MeasureFields& fields,
                             std::string_view operation) {
  SAMLA_ASSIGN(const Measure measure, find_measure(workspace, id, operation));
  SAMLA_ASSIGN(const auto values, checked(workspace, fields, operation));
  SAMLA_ASSIGN(const auto record, workspace.read(measure.id));
  Edit edit;
  for (const auto& [name, value] : values) {
    if (value == record->text(name)) continue;
    if (name == "description") {
      edit.edit_text(measure.id, name, value);
    } else {
      edit.assign(measure.id, name, value);
    }
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {measure.space}));
  return read_measure(workspace, measure.id);
}

Result<Measure> set_measure_status(Workspace& workspace, std::string_view id, const std::string& status,
                                   const std::string& note) {
  constexpr std::string_view kOperation = "measure.status";
  SAMLA_ASSIGN(const Measure measure, find_measure(workspace, id, kOperation));
  SAMLA_TRY(check_text(note, "note", kOperation));
  if (status == kReviewed) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "measure review says what came of it");
  }
  if (std::ranges::find(measure_statuses(), status) == measure_statuses().end()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "there is no status '" + status + "'");
  }
  Edit edit;
  SAMLA_TRY(add_entry(workspace, edit, measure, status, note));
  SAMLA_TRY(workspace.commit(std::move(edit), {measure.space}));
  return read_measure(workspace, measure.id);
}

Result<Measure> review_measure(Workspace& workspace, std::string_view id, const std::string& effect) {
  constexpr std::string_view kOperation = "measure.review";
  SAMLA_ASSIGN(const Measure measure, find_measure(workspace, id, kOperation));
  SAMLA_TRY(check_text(effect, "effect", kOperation));
  if (effect.empty()) return fail(ErrorCode::invalid_argument, std::string(kOperation), "effect is empty");
  if (measure.status != kDone && measure.status != kGivenUp && measure.status != kReviewed) {
    return fail(ErrorCode::wrong_state, std::string(kOperation),
                "the measure is " + measure.status + "; its effect is reviewed once it has ended");
  }
  Edit edit;
  SAMLA_TRY(add_entry(workspace, edit, measure, kReviewed, effect));
  SAMLA_TRY(workspace.commit(std::move(edit), {measure.space}));
  return read_measure(workspace, measure.id);
}

Result<Measure> show_measure(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kMeasure}, "measure.show"));
  if (record.erased) return fail(ErrorCode::not_found, "measure.show", "the measure is deleted");
  return read_measure(workspace, record.id);
}

Result<std::vector<Measure>> list_measures(Workspace& workspace, const MeasureFilter& filter) {
  SAMLA_ASSIGN(const auto logs, StatusLog::load_all(workspace, kind::kMeasureStatus));
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kMeasure));
  std::string owner;
  if (filter.owner) {
    SAMLA_ASSIGN(owner, owner_id(workspace, *filter.owner, "measure.list"));
  }
  Names names(workspace);
  std::vector<Measure> out;
  static const StatusLog kNoLog;
  for (const auto& record : records) {
    if (!made_rightly(workspace, *record)) continue;
    const auto log = logs.find(record->space);
    Measure each = measure_of(workspace, names, *record, log == logs.end() ? kNoLog : log->second);
    const bool is_out =
        (filter.unit && each.unit != *filter.unit) || (filter.status && each.status != *filter.status) ||
        (filter.owner && each.owner != owner) || (filter.overdue && !is_overdue(each, filter.today));
    if (!is_out) out.push_back(std::move(each));
  }
  std::ranges::stable_sort(
      out, {}, [](const Measure& each) { return std::pair(each.deadline.empty(), each.deadline); });
  return out;
}

bool is_overdue(const Measure& measure, std::string_view today) {
  return !measure.deadline.empty() && measure.deadline < today && measure.status != kDone &&
         measure.status != kGivenUp && measure.status != kReviewed;
}

}  // namespace samla::domain
