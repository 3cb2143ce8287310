#include "core/domain/reviews.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/assessment_drafts.h"
#include "core/domain/form_versions.h"
#include "core/domain/immutable.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

ReviewComment comment_of(const view::RecordView& record) {
  return {record.id,           record.text("revision"), record.text("target"),
          record.text("text"), record.text("status"),   record.created_ms,
          record.author};
}

bool is_decision(std::string_view status) {
  return status == kStatusReturned || status == kStatusApproved || status == kStatusLocked;
}

Result<void> check_hr(const Workspace& workspace, std::string_view operation) {
  if (workspace.role() == Role::kHr) return {};
  return fail(ErrorCode::not_permitted, text_of(operation), "reviewing what units submit is for HR");
}

/// The current revision that `id` names, by its own id or its draft's.
Result<Assessment> find_revision(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(auto current, current_revisions(workspace, std::nullopt));
  std::erase_if(current, [&](const Assessment& each) {
    return each.altered || !(to_hex(each.id).starts_with(id) || each.source.starts_with(id));
  });
  constexpr std::size_t kDigitsMin = 4;
  if (id.size() < kDigitsMin || current.size() > 1) {
    return fail(ErrorCode::ambiguous, text_of(operation), "give more digits of the id");
  }
  if (current.size() == 1) return std::move(current.front());
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kRevision}, operation));
  return fail(ErrorCode::wrong_state, text_of(operation), "a later revision has replaced this one");
}

Result<void> add_decision(Workspace& workspace, Edit& edit, const Assessment& revision,
                          std::string_view status) {
  SAMLA_ASSIGN(const Reviews reviews, Reviews::load(workspace, revision.space));
  std::vector<Edit::Field> fields = {field("assessment", revision.source),
                                     field("revision", to_hex(revision.id)),
                                     field("status", text_of(status))};
  for (const Reviews::Decision* each : reviews.standing(to_hex(revision.id)))
    fields.push_back(element("previous", each->id));
  SAMLA_ASSIGN(const RecordId id, content_id(workspace.replica(), revision.space, kind::kDecision, fields));
  edit.create(id, revision.space, text_of(kind::kDecision), std::move(fields));
  return {};
}

Result<void> check_target(const FormVersion* form, const Assessment& revision, const std::string& target,
                          std::string_view operation) {
  const bool is_field =
      revision.answers.contains(target) || (form != nullptr && form->form.find(target) != nullptr);
  if (target.empty() || is_field ||
      std::ranges::find(revision.items, target, &AssessmentItem::id) != revision.items.end())
    return {};
  return fail(ErrorCode::invalid_argument, text_of(operation),
              "the assessment has no field and no item '" + target + "' to comment on");
}

/// Decides from one of `from`; harmless where it is so already.
Result<Assessment> decide(Workspace& workspace, std::string_view id, std::string_view operation,
                          std::initializer_list<std::string_view> from, std::string_view to) {
  SAMLA_TRY(check_hr(workspace, operation));
  SAMLA_ASSIGN(Assessment revision, find_revision(workspace, id, operation));
  SAMLA_TRY(workspace.check_writable(revision.space, operation));
  if (revision.status == to && operation != "assessment.reopen") return revision;
  if (std::ranges::find(from, revision.status) == from.end()) {
    return fail(ErrorCode::wrong_state, text_of(operation), "the assessment is " + revision.status);
  }
  Edit edit;
  SAMLA_TRY(add_decision(workspace, edit, revision, to));
  SAMLA_TRY(workspace.commit(std::move(edit), {revision.space}));
  return show_assessment(workspace, to_hex(revision.id));
}

}  // namespace

Result<Reviews> Reviews::load(Workspace& workspace, const std::optional<SpaceId>& space) {
  Reviews out;
  SAMLA_ASSIGN(const auto decisions, workspace.list(kind::kDecision, space));
  for (const auto& kept : decisions) {
    const view::RecordView& record = *kept;
    if (!kept->unaltered || !made_rightly(workspace, record)) continue;
    Decision each{to_hex(record.id),     record.text("assessment"),   record.text("revision"),
                  record.text("status"), record.elements("previous"), record.created_ms,
                  record.author};
    if (is_decision(each.status)) out.decisions_.emplace(each.revision, std::move(each));
  }
  SAMLA_ASSIGN(const auto comments, workspace.list(kind::kComment, space));
  for (const auto& record : comments) {
    if (made_rightly(workspace, *record))
      out.comments_.emplace(record->text("assessment"), comment_of(*record));
  }
  return out;
}

std::vector<const Reviews::Decision*> Reviews::standing(const std::string& revision) const {
  const auto [begin, end] = decisions_.equal_range(revision);
  std::set<std::string> replaced;
  for (auto each = begin; each != end; ++each)
    replaced.insert(each->second.previous.begin(), each->second.previous.end());
  std::vector<const Decision*> out;
  for (auto each = begin; each != end; ++each) {
    if (!replaced.contains(each->second.id)) out.push_back(&each->second);
  }
  return out;
}

std::vector<Reviews::Decision> Reviews::decisions_on(const std::string& assessment) const {
  std::vector<Decision> out;
  for (const auto& [revision, decision] : decisions_) {
    if (decision.assessment == assessment) out.push_back(decision);
  }
  std::ranges::sort(out, {}, [](const auto& each) { return std::tie(each.created_ms, each.id); });
  return out;
}

std::string Reviews::status_of(const std::string& revision) const {
  const auto heads = standing(revision);
  if (heads.empty()) return text_of(kStatusSubmitted);
  return std::ranges::min(heads, {}, [](const Decision* each) { return rank_of_status(each->status); })
      ->status;
}

std::vector<ReviewComment> Reviews::comments_on(const std::string& assessment) const {
  std::vector<ReviewComment> out;
  const auto [begin, end] = comments_.equal_range(assessment);
  for (auto each = begin; each != end; ++each) out.push_back(each->second);
  std::ranges::sort(out, {}, [](const auto& each) { return std::tie(each.created_ms, each.id); });
  return out;
}

void Reviews::mark(Assessment& revision) const {
  revision.status = status_of(to_hex(revision.id));
  revision.comments = comments_on(revision.source);
}

std::optional<std::string> status_of_draft(const std::vector<Assessment>& current, const std::string& draft) {
  std::optional<std::string> out;
  for (const Assessment& each : current) {
    if (each.source != draft || each.altered) continue;
    if (!out || rank_of_status(each.status) < rank_of_status(*out)) out = each.status;
  }
  return out;
}

Result<Assessment> return_assessment(Workspace& workspace, std::string_view id,
                                     const std::map<std::string, std::string>& comments) {
  constexpr std::string_view kOperation = "assessment.return";
  SAMLA_TRY(check_hr(workspace, kOperation));
  SAMLA_ASSIGN(const Assessment revision, find_revision(workspace, id, kOperation));
  SAMLA_TRY(workspace.check_writable(revision.space, kOperation));
  if (revision.status != kStatusSubmitted && revision.status != kStatusReturned) {
    return fail(ErrorCode::wrong_state, text_of(kOperation),
                "the assessment is " + revision.status + "; reopen it first");
  }
  if (comments.empty()) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "say what should be looked at again");
  }
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* form = versions.find(revision.form, {revision.form_version, revision.form_content});
  Edit edit;
  if (revision.status != kStatusReturned) SAMLA_TRY(add_decision(workspace, edit, revision, kStatusReturned));
  for (const auto& [target, text] : comments) {
    SAMLA_TRY(check_target(form, revision, target, kOperation));
    SAMLA_TRY(check_text(text, "a comment", kOperation));
    if (text.empty()) return fail(ErrorCode::invalid_argument, text_of(kOperation), "a comment is empty");
    edit.create(workspace.replica().new_record_id(revision.space), revision.space, text_of(kind::kComment),
                {field("assessment", revision.source), field("revision", to_hex(revision.id)),
                 field("target", target), field("text", text), field("status", text_of(kCommentOpen))});
  }
  SAMLA_TRY(workspace.commit(std::move(edit), {revision.space}));
  return show_assessment(workspace, to_hex(revision.id));
}

Result<Assessment> approve_assessment(Workspace& workspace, std::string_view id) {
  return decide(workspace, id, "assessment.approve", {kStatusSubmitted, kStatusReturned}, kStatusApproved);
}

Result<Assessment> lock_assessment(Workspace& workspace, std::string_view id) {
  return decide(workspace, id, "assessment.lock", {kStatusApproved}, kStatusLocked);
}

Result<Assessment> reopen_assessment(Workspace& workspace, std::string_view id) {
  return decide(workspace, id, "assessment.reopen", {kStatusApproved, kStatusLocked}, kStatusReturned);
}

Result<ReviewComment> resolve_comment(Workspace& workspace, std::string_view id, bool resolved) {
  constexpr std::string_view kOperation = "assessment.comment.resolve";
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kComment}, kOperation));
  SAMLA_TRY(workspace.check_writable(record.space, kOperation));
  const std::string status = text_of(resolved ? kCommentResolved : kCommentOpen);
  if (record.text("status") != status) {
    Edit edit;
    edit.assign(record.id, "status", status);
    SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  }
  ReviewComment out = comment_of(record);
  out.status = status;
  return out;
}

}  // namespace samla::domain
