#include "core/domain/assessment_text.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/assessment_drafts.h"
#include "core/domain/assessment_items.h"
#include "core/domain/form_check.h"
#include "core/domain/form_text.h"
#include "core/domain/form_versions.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

/// A draft and the form that it answers.
struct Sheet {
  Assessment draft;
  FormVersion version;
  std::vector<std::string> tray;
};

Result<Sheet> sheet_of(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, operation));
  SAMLA_ASSIGN(Assessment draft, read_draft(workspace, record));
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* version = versions.find(draft.form, {draft.form_version, draft.form_content});
  if (version == nullptr) {
    return fail(ErrorCode::version_unknown, text_of(operation),
                "this device does not have the form's version; sync, or install the newest Samla");
  }
  auto tray = tray_of(version->form, draft.answers);
  return Sheet{std::move(draft), *version, std::move(tray)};
}

/// The draft's item that `begin` begins the id of; null: none, or several.
const AssessmentItem* item_named(const Assessment& draft, const std::string& begin) {
  const auto fits = [&](const AssessmentItem& each) { return each.id.starts_with(begin); };
  const auto found = std::ranges::find_if(draft.items, fits);
  if (found == draft.items.end() || std::ranges::count_if(draft.items, fits) > 1) return nullptr;
  return &*found;
}

Result<void> check_items(Workspace& workspace, const Assessment& draft, const FormText& text,
                         std::string_view operation) {
  SAMLA_ASSIGN(const auto known, themes(workspace));
  for (const TextItem& each : text.items) {
    if (!each.theme.empty() && std::ranges::find(known, each.theme, &Theme::key) == known.end())
      return fail(ErrorCode::invalid_argument, text_of(operation), "there is no theme '" + each.theme + "'");
    if (!each.id.empty() && item_named(draft, each.id) == nullptr)
      return fail(ErrorCode::invalid_argument, text_of(operation),
                  "the assessment has no item [" + each.id + "]; leave the id out for a new one");
    SAMLA_TRY(check_text(each.text, "the item", operation));
  }
  for (const auto& [id, answer] : text.answers)
    SAMLA_TRY(check_text(answer, "the answer '" + id + "'", operation));
  return {};
}

Result<void> write_item(Workspace& workspace, const Assessment& draft, const TextItem& item) {
  if (item.id.empty()) {
    SAMLA_TRY(add_item(workspace, to_hex(draft.id), {item.type, item.text, item.theme, {}, {}}));
    return {};
  }
  SAMLA_TRY(edit_item(workspace, item_named(draft, item.id)->id, {item.type, item.text, item.theme, {}, {}}));
  return {};
}

/// What `text` has that `base` has not.
FormText changed(FormText text, const FormText& base) {
  std::erase_if(text.answers, [&](const auto& each) {
    const auto before = base.answers.find(each.first);
    return before != base.answers.end() && before->second == each.second;
  });
  std::erase_if(text.items, [&](const TextItem& each) {
    return !each.id.empty() && std::ranges::find(base.items, each) != base.items.end();
  });
  return text;
}

}  // namespace

Result<std::string> blank_text(Workspace& workspace, const std::string& unit, const std::string& form) {
  constexpr std::string_view kOperation = "assessment.text";
  SAMLA_ASSIGN(const Unit found, find_unit(workspace, unit, kOperation));
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  SAMLA_ASSIGN(const FormVersion* const version, versions.named(form, kOperation));
  return text_of_form(version->form, {}, {}, found.language);
}

Result<std::string> text_of_assessment(Workspace& workspace, std::string_view id) {
  constexpr std::string_view kOperation = "assessment.text";
  SAMLA_ASSIGN(const Sheet sheet, sheet_of(workspace, id, kOperation));
  const auto unit = find_unit(workspace, sheet.draft.unit, kOperation);
  return text_of_form(sheet.version.form, sheet.draft.answers, sheet.draft.items,
                      unit ? unit->language : "nb");
}

Result<AssessmentResult> write_assessment_text(Workspace& workspace, std::string_view id,
                                               std::string_view text,
                                               const std::optional<std::string>& base) {
  constexpr std::string_view kOperation = "assessment.write";
  SAMLA_ASSIGN(const Sheet sheet, sheet_of(workspace, id, kOperation));
  const Form& form = sheet.version.form;
  SAMLA_ASSIGN(FormText wanted, read_form_text(form, sheet.tray, text, kOperation));
  if (base) {
    SAMLA_ASSIGN(const FormText before, read_form_text(form, sheet.tray, *base, kOperation));
    wanted = changed(std::move(wanted), before);
  }
  std::erase_if(wanted.answers, [&](const auto& each) {
    return each.second.empty() && !sheet.draft.answers.contains(each.first);
  });
  SAMLA_TRY(check_items(workspace, sheet.draft, wanted, kOperation));
  const std::string draft = to_hex(sheet.draft.id);
  if (!wanted.answers.empty()) SAMLA_TRY(fill_assessment(workspace, draft, wanted.answers));
  for (const TextItem& each : wanted.items) SAMLA_TRY(write_item(workspace, sheet.draft, each));
  return result_of(workspace, sheet.draft.id);
}

Result<AssessmentResult> begin_assessment_with_text(Workspace& workspace, const std::string& unit,
                                                    const std::string& form, std::string_view text) {
  constexpr std::string_view kOperation = "assessment.new";
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  SAMLA_ASSIGN(const FormVersion* const version, versions.named(form, kOperation));
  SAMLA_ASSIGN(const FormText wanted, read_form_text(version->form, {}, text, kOperation));
  SAMLA_TRY(check_items(workspace, {}, wanted, kOperation));
  SAMLA_ASSIGN(const auto begun, begin_assessment(workspace, unit, form));
  return write_assessment_text(workspace, to_hex(begun.assessment.id), text, std::nullopt);
}

}  // namespace samla::domain
