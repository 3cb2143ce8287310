#include "core/domain/assessments.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/assessment_records.h"
#include "core/domain/immutable.h"
#include "core/domain/organisation.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

/// A revision is one record of at most 1,024 fields, four of them an item's.
constexpr std::size_t kItemsMax = 200;
constexpr std::int64_t kOrderStep = 1024;

std::string text_of(std::string_view text) { return std::string(text); }

Result<view::RecordView> find_draft(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(auto record, find_record(workspace, id, {kind::kAssessment, kind::kRevision}, operation));
  if (record.kind == kind::kRevision) {
    return fail(ErrorCode::wrong_state, text_of(operation),
                "a submitted revision never changes; fill the unit's draft and submit that again");
  }
  if (record.erased) return fail(ErrorCode::not_found, text_of(operation), "the assessment is deleted");
  SAMLA_TRY(workspace.check_writable(record.space, operation));
  return record;
}

Result<AssessmentResult> result_of(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.records().read(id));
  if (!record) return fail(ErrorCode::internal, "assessment.read");
  Names names(workspace);
  SAMLA_ASSIGN(Assessment assessment, draft_of(workspace, names, *record));
  return AssessmentResult{std::move(assessment), {}};
}

/// Adds the status word of `draft` to the unit-hr space, once for each word.
Result<void> publish_status(Workspace& workspace, Edit& edit, const SpaceId& unit_hr, const RecordId& draft,
                            std::string_view word) {
  std::vector<Edit::Field> fields = {field("assessment", to_hex(draft)), field("status", text_of(word))};
  SAMLA_ASSIGN(const RecordId id, content_id(workspace.replica(), unit_hr, kind::kStatusWord, fields));
  SAMLA_ASSIGN(const auto present, workspace.records().read(id));
  if (!present) edit.create(id, unit_hr, text_of(kind::kStatusWord), std::move(fields));
  return {};
}

/// Those of `all` that no other one of the same draft names as replaced.
std::vector<Assessment> unreplaced(std::vector<Assessment> all) {
  std::set<std::pair<std::string, std::string>> replaced;
  for (const Assessment& each : all) {
    if (each.altered) continue;
    for (const std::string& id : each.previous) replaced.emplace(each.source, id);
  }
  std::erase_if(all, [&](const Assessment& each) {
    return replaced.contains({each.source, to_hex(each.id)});
  });
  return all;
}

Result<std::vector<Assessment>> current_revisions(Workspace& workspace, const std::optional<SpaceId>& space) {
  view::Query query;
  query.kind = kind::kRevision;
  query.space = space;
  SAMLA_ASSIGN(const auto records, workspace.records().list(query));
  Names names(workspace);
  std::vector<Assessment> out;
  for (const view::RecordView& record : records) {
    const auto info = workspace.space(record.space);
    if (info && info->purpose == purpose::kUnitHr) out.push_back(revision_of(workspace, names, record));
  }
  return unreplaced(std::move(out));
}

Result<std::vector<Assessment>> drafts(Workspace& workspace) {
  view::Query query;
  query.kind = kind::kAssessment;
  SAMLA_ASSIGN(const auto records, workspace.records().list(query));
  Names names(workspace);
  std::vector<Assessment> out;
  for (const view::RecordView& record : records) {
    SAMLA_ASSIGN(Assessment draft, draft_of(workspace, names, record));
    out.push_back(std::move(draft));
  }
  return out;
}

std::vector<Warning> warnings_before_submitting(const Assessment& draft) {
  std::vector<Warning> out;
  const auto look = [&](const std::string& text, const std::string& where) {
    for (Warning& warning : warnings_of(text, where)) out.push_back(std::move(warning));
  };
  for (const auto& [id, answer] : draft.answers) look(answer, "the answer '" + id + "'");
  for (const AssessmentItem& item : draft.items) look(item.text, "a " + item.type);
  if (draft.contested) {
    out.push_back({"open_conflict", "the draft has an open conflict; the values shown were submitted"});
  }
  return out;
}

bool same_content(const Assessment& draft, const Assessment& revision) {
  return draft.answers == revision.answers && draft.form_version == revision.form_version &&
         std::ranges::equal(draft.items, revision.items, [](const auto& a, const auto& b) {
           return a.id == b.id && a.type == b.type && a.text == b.text && a.theme == b.theme;
         });
}

}  // namespace

const std::vector<std::string_view>& assessment_statuses() {
  static const std::vector<std::string_view> words = {
      kStatusNone, kStatusDraft, "medvirkning", kStatusSubmitted, "returnert", "godkjent", "låst"};
  return words;
}

std::size_t rank_of_status(std::string_view status) {
  const auto& words = assessment_statuses();
  const auto found = std::ranges::find(words, status);
  return found == words.end() ? 0 : static_cast<std::size_t>(found - words.begin());
}

const std::vector<std::string_view>& item_types() {
  static const std::vector<std::string_view> words = {"styrke", "svakhet", "tiltak"};
  return words;
}

Result<AssessmentResult> begin_assessment(Workspace& workspace, const std::string& unit,
                                          const std::string& form) {
  constexpr std::string_view kOperation = "assessment.new";
  const Form* chosen = find_form(form);
  if (chosen == nullptr) {
    return fail(ErrorCode::not_found, text_of(kOperation),
                "there is no form '" + form + "'; try egenvurdering");
  }
  SAMLA_ASSIGN(const Unit found, find_unit(workspace, unit, kOperation));
  const SpaceId space = workspace.replica().space_id(purpose::kUnit, found.scope);
  SAMLA_TRY(workspace.check_writable(space, kOperation));
  if (!may_make(kind::kAssessment, workspace.role())) {
    return fail(ErrorCode::not_permitted, text_of(kOperation), "assessments are begun by the unit's leaders");
  }
  const RecordId id = workspace.replica().new_record_id();
  Edit edit;
  edit.create(id, space, text_of(kind::kAssessment),
              {field("unit", found.number), field("form", form),
               field("form_version", std::int64_t{chosen->version}), field("status", text_of(kStatusDraft))});
  std::set<SpaceId> spaces = {space};
  const SpaceId unit_hr = workspace.replica().space_id(purpose::kUnitHr, found.scope);
  // Without that space's key the word waits for the submission.
  if (workspace.check_writable(unit_hr, kOperation)) {
    SAMLA_TRY(publish_status(workspace, edit, unit_hr, id, kStatusDraft));
    spaces.insert(unit_hr);
  }
  SAMLA_TRY(workspace.commit(std::move(edit), spaces));
  return result_of(workspace, id);
}

Result<AssessmentResult> fill_assessment(Workspace& workspace, std::string_view id,
                                         const std::map<std::string, std::string>& answers) {
  constexpr std::string_view kOperation = "assessment.fill";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  const Form* form = find_form(record.text("form"));
  if (form == nullptr) {
    return fail(ErrorCode::version_unknown, text_of(kOperation), "the form is of a newer version; update");
  }
  if (answers.empty()) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "give at least one answer");
  }
  Edit edit;
  for (const auto& [name, answer] : answers) {
    if (find_field(*form, name) == nullptr) {
      std::string known;
      for (const FormField& each : form->fields) known += (known.empty() ? "" : ", ") + text_of(each.id);
      return fail(ErrorCode::invalid_argument, text_of(kOperation),
                  "the form has no field '" + name + "'; it has " + known);
    }
    SAMLA_TRY(check_text(answer, "the answer '" + name + "'", kOperation));
    const view::Value* present = record.find(name);
    if (present == nullptr || *present != view::Value(answer)) edit.assign(record.id, name, answer);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return result_of(workspace, record.id);
}

Result<AssessmentResult> add_item(Workspace& workspace, std::string_view id, const NewItem& item) {
  constexpr std::string_view kOperation = "assessment.item.add";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  if (item.text.empty())
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "text must not be empty");
  SAMLA_TRY(check_text(item.text, "text", kOperation));
  if (std::ranges::find(item_types(), item.type) == item_types().end()) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "type is styrke, svakhet or tiltak");
  }
  SAMLA_ASSIGN(const auto known, themes(workspace));
  if (!item.theme.empty() && std::ranges::find(known, item.theme, &Theme::key) == known.end()) {
    std::string keys;
    for (const Theme& theme : known) keys += (keys.empty() ? "" : ", ") + theme.key;
    return fail(ErrorCode::invalid_argument, text_of(kOperation),
                "there is no theme '" + item.theme + "'; there are " + keys);
  }
  bool contested = false;
  SAMLA_ASSIGN(const auto items, read_items(workspace, record, contested));
  if (items.size() >= kItemsMax) {
    return fail(ErrorCode::too_large, text_of(kOperation),
                "an assessment may have at most 200 items; join some");
  }
  std::vector<Edit::Field> fields = {
      field("assessment", to_hex(record.id)), field("type", item.type), field("text", item.text),
      field("order", static_cast<std::int64_t>(items.size() + 1) * kOrderStep)};
  if (!item.theme.empty()) fields.push_back(field("theme", item.theme));
  Edit edit;
  edit.create(workspace.replica().new_record_id(), record.space, text_of(kind::kItem), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return result_of(workspace, record.id);
}

Result<AssessmentResult> submit_assessment(Workspace& workspace, std::string_view id) {
  constexpr std::string_view kOperation = "assessment.submit";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  Names names(workspace);
  SAMLA_ASSIGN(const Assessment draft, draft_of(workspace, names, record));
  if (draft.items.empty() &&
      std::ranges::all_of(draft.answers, [](const auto& answer) { return answer.second.empty(); })) {
    return fail(ErrorCode::wrong_state, text_of(kOperation),
                "the assessment is empty; fill a field or add an item");
  }
  const auto info = workspace.space(record.space);
  const SpaceId unit_hr = workspace.replica().space_id(purpose::kUnitHr, info ? info->scope : RecordId());
  SAMLA_TRY(workspace.check_writable(unit_hr, kOperation));
  SAMLA_ASSIGN(auto current, current_revisions(workspace, unit_hr));
  std::erase_if(current,
                [&](const Assessment& each) { return each.source != to_hex(draft.id) || each.altered; });
  Edit edit;
  if (current.size() != 1 || !same_content(draft, current.front())) {
    std::vector<std::string> previous;
    for (const Assessment& each : current) previous.push_back(to_hex(each.id));
    std::vector<Edit::Field> fields = revision_fields(draft, previous);
    SAMLA_ASSIGN(const RecordId revision, content_id(workspace.replica(), unit_hr, kind::kRevision, fields));
    edit.create(revision, unit_hr, text_of(kind::kRevision), std::move(fields));
  }
  SAMLA_TRY(publish_status(workspace, edit, unit_hr, draft.id, kStatusSubmitted));
  if (record.text("status") != kStatusSubmitted) edit.assign(record.id, "status", text_of(kStatusSubmitted));
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space, unit_hr}));
  SAMLA_ASSIGN(AssessmentResult result, result_of(workspace, record.id));
  result.warnings = warnings_before_submitting(draft);
  return result;
}

Result<Assessment> show_assessment(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const auto record,
               find_record(workspace, id, {kind::kAssessment, kind::kRevision}, "assessment.show"));
  Names names(workspace);
  if (record.kind == kind::kRevision) return revision_of(workspace, names, record);
  return draft_of(workspace, names, record);
}

Result<std::vector<Assessment>> list_assessments(Workspace& workspace, const AssessmentFilter& filter) {
  std::vector<Assessment> out;
  if (workspace.role() == Role::kHr) {
    SAMLA_ASSIGN(out, current_revisions(workspace, std::nullopt));
  } else {
    SAMLA_ASSIGN(out, drafts(workspace));
  }
  std::erase_if(out, [&](const Assessment& each) {
    return (filter.unit && each.unit != *filter.unit) || (filter.status && each.status != *filter.status);
  });
  return out;
}

Result<std::vector<Assessment>> submitted_revisions(Workspace& workspace) {
  SAMLA_ASSIGN(auto out, current_revisions(workspace, std::nullopt));
  std::erase_if(out, [](const Assessment& each) { return each.altered; });
  return out;
}

}  // namespace samla::domain
