#include "core/domain/assessment_drafts.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/form_check.h"
#include "core/domain/form_versions.h"
#include "core/domain/immutable.h"
#include "core/domain/record_ids.h"
#include "core/domain/reviews.h"

namespace samla::domain {

Result<view::RecordView> find_draft(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(auto record, find_record(workspace, id, {kind::kAssessment, kind::kRevision}, operation));
  if (record.kind == kind::kRevision) {
    return fail(ErrorCode::wrong_state, text_of(operation),
                "a submitted revision never changes; fill the unit's draft and submit that again");
  }
  if (record.erased) return fail(ErrorCode::not_found, text_of(operation), "the assessment is deleted");
  SAMLA_TRY(workspace.check_writable(record.space, operation));
  const SpaceId unit_hr = unit_hr_of(workspace, record.space);
  SAMLA_ASSIGN(const auto current, current_revisions(workspace, unit_hr));
  if (status_of_draft(current, to_hex(record.id)) == kStatusLocked) {
    return fail(ErrorCode::wrong_state, text_of(operation), "HR has locked the assessment and can reopen it");
  }
  return record;
}

Result<Assessment> read_draft(Workspace& workspace, const view::RecordView& record) {
  Names names(workspace);
  SAMLA_ASSIGN(Assessment draft, draft_of(workspace, names, record));
  const SpaceId unit_hr = unit_hr_of(workspace, record.space);
  SAMLA_ASSIGN(const auto current, current_revisions(workspace, unit_hr));
  const auto status = status_of_draft(current, to_hex(record.id));
  if (status) draft.status = *status;
  SAMLA_ASSIGN(const Reviews reviews, Reviews::load(workspace, unit_hr));
  draft.comments = reviews.comments_on(to_hex(record.id));
  SAMLA_TRY(mark_tray(workspace, {&draft, 1}));
  return draft;
}

Result<void> mark_tray(Workspace& workspace, std::span<Assessment> assessments) {
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  for (Assessment& each : assessments) {
    const FormVersion* version = versions.find(each.form, {each.form_version, each.form_content});
    if (version != nullptr) each.tray = tray_of(version->form, each.answers);
  }
  return {};
}

Result<AssessmentResult> result_of(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "assessment.read");
  SAMLA_ASSIGN(Assessment assessment, read_draft(workspace, *record));
  return AssessmentResult{std::move(assessment), {}};
}

Result<std::vector<Assessment>> all_drafts(Workspace& workspace) {
  view::Query query;
  query.kind = kind::kAssessment;
  SAMLA_ASSIGN(const auto records, workspace.records().list(query));
  std::vector<Assessment> out;
  for (const view::RecordView& record : records) {
    SAMLA_ASSIGN(Assessment draft, read_draft(workspace, record));
    out.push_back(std::move(draft));
  }
  return out;
}

SpaceId unit_hr_of(const Workspace& workspace, const SpaceId& unit) {
  const auto info = workspace.space(unit);
  return workspace.replica().space_id(purpose::kUnitHr, info ? info->scope : RecordId());
}

Result<void> publish_status(Workspace& workspace, replica::Edit& edit, const SpaceId& unit_hr,
                            const RecordId& draft, std::string_view word) {
  std::vector<replica::Edit::Field> fields = {field("assessment", to_hex(draft)),
                                              field("status", text_of(word))};
  SAMLA_ASSIGN(const RecordId id, content_id(workspace.replica(), unit_hr, kind::kStatusWord, fields));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (!present) edit.create(id, unit_hr, text_of(kind::kStatusWord), std::move(fields));
  return {};
}

Result<std::vector<Assessment>> all_revisions(Workspace& workspace, const std::optional<SpaceId>& space) {
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kRevision, space));
  SAMLA_ASSIGN(const Reviews reviews, Reviews::load(workspace, space));
  Names names(workspace);
  std::vector<Assessment> out;
  for (const auto& record : records) {
    const auto info = workspace.space(record->space);
    if (!info || info->purpose != purpose::kUnitHr) continue;
    out.push_back(revision_of(workspace, names, *record, record->unaltered));
    reviews.mark(out.back());
  }
  return out;
}

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
  SAMLA_ASSIGN(auto all, all_revisions(workspace, space));
  return unreplaced(std::move(all));
}

}  // namespace samla::domain
