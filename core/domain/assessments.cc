#include "core/domain/assessments.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/assessment_drafts.h"
#include "core/domain/form_check.h"
#include "core/domain/form_versions.h"
#include "core/domain/immutable.h"
#include "core/domain/organisation.h"
#include "core/domain/record_ids.h"
#include "core/domain/reviews.h"

namespace samla::domain {
namespace {

using replica::Edit;

/// Each is a field of the revision's one record, which holds 1,024 (see kItemsMax).
constexpr std::size_t kParticipantsMax = 60;

std::vector<Warning> warnings_before_submitting(const Assessment& draft) {
  std::vector<Warning> out;
  const auto look = [&](const std::string& text, const std::string& where) {
    for (Warning& warning : warnings_of(text, where)) out.push_back(std::move(warning));
  };
  for (const auto& [id, answer] : draft.answers) look(answer, "the answer '" + id + "'");
  for (const AssessmentItem& item : draft.items) {
    look(item.text, "a " + item.type);
    look(item.evidence, "the evidence of a " + item.type);
  }
  look(draft.process, "process");
  if (draft.contested) {
    out.push_back({"open_conflict", "the draft has an open conflict; the values shown were submitted"});
  }
  return out;
}

/// A question of the form that has an answer, or an answer that lies in the draft's tray.
Result<void> check_place(const Form& form, const view::RecordView& draft, const std::string& name) {
  const Question* question = form.find(name);
  if (question != nullptr && question->type != QuestionType::kItems) return {};
  if (question == nullptr && draft.find(name) != nullptr && !is_reserved_for_assessments(name)) return {};
  if (question != nullptr) {
    return fail(ErrorCode::invalid_argument, "assessment.fill",
                "'" + name + "' is answered by items; add them with assessment.item.add");
  }
  std::string known;
  for (const Question* each : form.questions()) {
    if (each->type != QuestionType::kItems) known += (known.empty() ? "" : ", ") + each->id;
  }
  return fail(ErrorCode::invalid_argument, "assessment.fill",
              "the form has no field '" + name + "'; it has " + known);
}

}  // namespace

const std::vector<std::string_view>& assessment_statuses() {
  static const std::vector<std::string_view> words = {kStatusNone,      kStatusDraft,    kStatusParticipation,
                                                      kStatusSubmitted, kStatusReturned, kStatusApproved,
                                                      kStatusLocked};
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
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  SAMLA_ASSIGN(const FormVersion* const chosen, versions.named(form, kOperation));
  SAMLA_ASSIGN(const Unit found, find_unit(workspace, unit, kOperation));
  const SpaceId space = workspace.replica().space_id(purpose::kUnit, found.scope);
  SAMLA_TRY(workspace.check_writable(space, kOperation));
  if (!may_make(kind::kAssessment, workspace.role())) {
    return fail(ErrorCode::not_permitted, text_of(kOperation), "assessments are begun by the unit's leaders");
  }
  const RecordId id = workspace.replica().new_record_id(space);
  Edit edit;
  edit.create(id, space, text_of(kind::kAssessment),
              {field("unit", found.number), field("form", chosen->form.id),
               field("form_version", value_of({chosen->number, chosen->content})),
               field("status", text_of(kStatusDraft))});
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
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* version = versions.find(record.text("form"), version_name(record.find("form_version")));
  if (version == nullptr) {
    return fail(ErrorCode::version_unknown, text_of(kOperation),
                "this device does not have the form's version; sync, or install the newest Samla");
  }
  if (answers.empty()) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "give at least one answer");
  }
  Edit edit;
  std::vector<Warning> warnings;
  for (const auto& [name, answer] : answers) {
    SAMLA_TRY(check_place(version->form, record, name));
    const Question* question = version->form.find(name);
    const std::string fault = question == nullptr ? std::string() : fault_of(*question, answer);
    if (!fault.empty()) warnings.push_back({"does_not_fit", "the answer '" + name + "' " + fault});
    SAMLA_TRY(check_text(answer, "the answer '" + name + "'", kOperation));
    const view::Value* present = record.find(name);
    if (present == nullptr || *present != view::Value(answer)) edit.assign(record.id, name, answer);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  SAMLA_ASSIGN(AssessmentResult result, result_of(workspace, record.id));
  result.warnings = std::move(warnings);
  return result;
}

Result<AssessmentResult> note_participation(Workspace& workspace, std::string_view id,
                                            const Participation& participation) {
  constexpr std::string_view kOperation = "assessment.participation";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  if (!participation.process && participation.add.empty() && participation.remove.empty()) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "say how, or name who took part");
  }
  Edit edit;
  if (participation.process) {
    SAMLA_TRY(check_text(*participation.process, "process", kOperation));
    if (*participation.process != record.text("process"))
      edit.assign(record.id, "process", *participation.process);
  }
  const auto present = record.elements("participants");
  std::set<std::string> names(present.begin(), present.end());
  for (const std::string& name : participation.add) {
    SAMLA_TRY(check_name(name, "a participant", kOperation));
    if (names.insert(name).second) edit.add_element(record.id, "participants", name);
  }
  for (const std::string& name : participation.remove) {
    if (names.erase(name) > 0) edit.remove_element(record.id, "participants", name);
  }
  if (names.size() > kParticipantsMax) {
    return fail(ErrorCode::too_large, text_of(kOperation),
                "at most 60 participants; name groups instead of people");
  }
  std::set<SpaceId> spaces = {record.space};
  const SpaceId unit_hr = unit_hr_of(workspace, record.space);
  if (workspace.check_writable(unit_hr, kOperation)) {
    SAMLA_TRY(publish_status(workspace, edit, unit_hr, record.id, kStatusParticipation));
    spaces.insert(unit_hr);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), spaces));
  return result_of(workspace, record.id);
}

namespace {

/// What stands in the way of submitting. `form` null: its version is not here.
std::vector<Warning> refusals_of(const Assessment& draft, const FormVersion* form) {
  std::vector<Warning> out;
  if (form == nullptr) {
    out.push_back(
        {"form_unknown", "the form's version is not on this device; sync, or install the newest Samla"});
  }
  if (draft.items.empty() &&
      std::ranges::all_of(draft.answers, [](const auto& answer) { return answer.second.empty(); })) {
    out.push_back({"empty", "the assessment is empty; fill a field or add an item"});
  }
  if (draft.status == kStatusApproved || draft.status == kStatusLocked) {
    out.push_back({"closed", "it is " + draft.status + "; HR can reopen it"});
  }
  if (form == nullptr || !out.empty()) return out;
  return missing_answers(form->form, draft);
}

void add_completeness_warnings(const Assessment& draft, const FormVersion* form, std::vector<Warning>& out) {
  if (form != nullptr) {
    for (Warning& each : doubts_about(form->form, draft)) out.push_back(std::move(each));
  }
  const auto themeless = std::ranges::count(draft.items, std::string(), &AssessmentItem::theme);
  if (themeless > 0) out.push_back({"no_theme", std::to_string(themeless) + " items have no theme"});
  const auto open = std::ranges::count(draft.comments, std::string(kCommentOpen), &ReviewComment::status);
  if (open > 0) out.push_back({"open_comments", std::to_string(open) + " of HR's comments are open"});
}

}  // namespace

Result<Validation> validate_assessment(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const auto record,
               find_record(workspace, id, {kind::kAssessment, kind::kRevision}, "assessment.validate"));
  SAMLA_ASSIGN(const Assessment assessment, show_assessment(workspace, to_hex(record.id)));
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* form =
      versions.find(assessment.form, {assessment.form_version, assessment.form_content});
  Validation out;
  if (!assessment.is_revision) out.refusals = refusals_of(assessment, form);
  out.warnings = warnings_before_submitting(assessment);
  add_completeness_warnings(assessment, form, out.warnings);
  return out;
}

Result<AssessmentResult> submit_assessment(Workspace& workspace, std::string_view id) {
  constexpr std::string_view kOperation = "assessment.submit";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  SAMLA_ASSIGN(const Assessment draft, read_draft(workspace, record));
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* form = versions.find(draft.form, {draft.form_version, draft.form_content});
  const auto refusals = refusals_of(draft, form);
  if (!refusals.empty()) return fail(ErrorCode::wrong_state, text_of(kOperation), refusals.front().message);
  const SpaceId unit_hr = unit_hr_of(workspace, record.space);
  SAMLA_TRY(workspace.check_writable(unit_hr, kOperation));
  SAMLA_ASSIGN(auto current, current_revisions(workspace, unit_hr));
  std::erase_if(current,
                [&](const Assessment& each) { return each.source != to_hex(draft.id) || each.altered; });
  Edit edit;
  // What was returned and comes again as it was is an answer too.
  const bool is_answer = draft.status == kStatusReturned;
  if (is_answer || current.size() != 1 || !same_content(draft, current.front())) {
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
  if (record.kind == kind::kAssessment) return read_draft(workspace, record);
  Names names(workspace);
  Assessment out = revision_of(workspace, names, record, is_unaltered(workspace.replica(), record));
  SAMLA_ASSIGN(const Reviews reviews, Reviews::load(workspace, record.space));
  reviews.mark(out);
  SAMLA_TRY(mark_tray(workspace, {&out, 1}));
  return out;
}

Result<std::vector<Assessment>> list_assessments(Workspace& workspace, const AssessmentFilter& filter) {
  std::vector<Assessment> out;
  if (workspace.role() == Role::kHr) {
    SAMLA_ASSIGN(out, current_revisions(workspace, std::nullopt));
    SAMLA_TRY(mark_tray(workspace, out));
  } else {
    SAMLA_ASSIGN(out, all_drafts(workspace));
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
