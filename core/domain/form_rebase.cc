#include "core/domain/form_rebase.h"

#include "core/domain/assessment_drafts.h"

namespace samla::domain {

Result<Rebase> rebase_assessment(Workspace& workspace, std::string_view id,
                                 const std::optional<std::string>& to, bool apply) {
  constexpr std::string_view kOperation = "form.rebase";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  SAMLA_ASSIGN(const Assessment draft, read_draft(workspace, record));
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* from = versions.find(draft.form, {draft.form_version, draft.form_content});
  if (from == nullptr) {
    return fail(ErrorCode::version_unknown, text_of(kOperation),
                "this device does not have the form's version; sync, or install the newest Samla");
  }
  const FormVersion* target = versions.newest(draft.form);
  if (to) {
    SAMLA_ASSIGN(target, versions.named(*to, kOperation));
  }
  if (target == nullptr || target->form.id != draft.form) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "a draft stays with its form");
  }
  Rebase out{*from, *target, preview_moves(from->form, target->form, draft.answers), apply, draft};
  if (!apply) return out;
  if (from != target) {
    replica::Edit edit;
    edit.assign(record.id, "form_version", value_of({target->number, target->content}));
    SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  }
  SAMLA_ASSIGN(AssessmentResult result, result_of(workspace, record.id));
  out.assessment = std::move(result.assessment);
  return out;
}

}  // namespace samla::domain
