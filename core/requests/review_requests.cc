// Requests about what becomes of an assessment: HR's decisions, comments, versions, and paper.
#include "core/base/encoding.h"
#include "core/domain/assessment_diff.h"
#include "core/domain/assessment_print.h"
#include "core/domain/form_versions.h"
#include "core/domain/reviews.h"
#include "core/domain/sensitive.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::review_requests {
namespace {

Result<Json> reply_with(Profile& profile, domain::Workspace& workspace,
                        const domain::Assessment& assessment) {
  domain::Names names(workspace);
  profile.tell_changed(assessment.id);
  return Json{{"assessment", shape_of(assessment, names)}};
}

Result<Json> give_back(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.return"));
  auto comments = arguments.text_map("comments");
  if (const auto whole = arguments.find_text("comment")) comments[""] = *whole;
  SAMLA_ASSIGN(const auto revision, domain::return_assessment(*workspace, arguments.text("id"), comments));
  SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, revision));
  std::vector<domain::Warning> warnings;
  for (const auto& [target, text] : comments) {
    for (domain::Warning& warning : domain::warnings_of(text, "a comment"))
      warnings.push_back(std::move(warning));
  }
  put_warnings(reply, warnings);
  return reply;
}

Result<Json> approve(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.approve"));
  SAMLA_ASSIGN(const auto revision, domain::approve_assessment(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, revision);
}

Result<Json> lock(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.lock"));
  SAMLA_ASSIGN(const auto revision, domain::lock_assessment(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, revision);
}

Result<Json> reopen(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.reopen"));
  SAMLA_ASSIGN(const auto revision, domain::reopen_assessment(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, revision);
}

Result<Json> resolve(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.comment.resolve"));
  SAMLA_ASSIGN(const auto comment,
               domain::resolve_comment(*workspace, arguments.text("id"), !arguments.truth("open")));
  domain::Names names(*workspace);
  profile.tell_changed(comment.id);
  return Json{{"comment", shape_of(comment, names)}};
}

Json shape_of(const std::vector<domain::Warning>& warnings) {
  Json out = Json::array();
  for (const domain::Warning& each : warnings)
    out.push_back({{"code", each.code}, {"message", each.message}});
  return out;
}

Result<Json> validate(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.validate"));
  SAMLA_ASSIGN(const auto found, domain::validate_assessment(*workspace, arguments.text("id")));
  return Json{{"valid", found.refusals.empty()},
              {"refusals", shape_of(found.refusals)},
              {"warnings", shape_of(found.warnings)}};
}

Result<Json> diff(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.diff"));
  SAMLA_ASSIGN(const auto diff,
               domain::diff_assessment(*workspace, arguments.text("id"), arguments.find_text("with")));
  Json changes = Json::array();
  for (const domain::Change& each : diff.changes) {
    changes.push_back({{"what", each.what},
                       {"id", each.id},
                       {"change", each.change},
                       {"part", each.part},
                       {"before", each.before},
                       {"after", each.after}});
  }
  const bool is_first = diff.before.id == RecordId();
  return Json{{"before", is_first ? Json() : Json(to_hex(diff.before.id))},
              {"after", to_hex(diff.after.id)},
              {"changes", std::move(changes)}};
}

Result<Json> history(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.history"));
  SAMLA_ASSIGN(const auto events, domain::history_of_assessment(*workspace, arguments.text("id")));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::HistoryEvent& each : events) {
    const domain::Person person = names.author(each.author);
    out.push_back({{"time", iso_time(each.time_ms)},
                   {"event", each.event},
                   {"detail", each.detail},
                   {"value", each.value},
                   {"user", person.handle},
                   {"user_name", person.name},
                   {"device", names.device_of(each.author)}});
  }
  return Json{{"events", std::move(out)}};
}

Result<Json> print(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.print"));
  SAMLA_ASSIGN(const auto assessment, domain::show_assessment(*workspace, arguments.text("id")));
  domain::PrintLabels labels;
  SAMLA_ASSIGN(labels.themes, domain::themes(*workspace));
  SAMLA_ASSIGN(labels.drivers, domain::drivers(*workspace));
  SAMLA_ASSIGN(const auto versions, domain::FormVersions::load(*workspace));
  const auto* version = versions.find(assessment.form, {assessment.form_version, assessment.form_content});
  if (version != nullptr) labels.form = version->form;
  if (arguments.text("language") == "nn") labels.language = domain::Language::kNynorsk;
  const bool is_html = arguments.text("format") == "html";
  return Json{{"text", is_html ? domain::print_html(assessment, labels)
                               : domain::print_markdown(assessment, labels)}};
}

const Parameter kId = {"id", Type::kText, true,
                       "the assessment's id, or a unique beginning of at least 4 digits"};
const Parameter kRevision = {"id", Type::kText, true,
                             "the id of what was submitted, or of the draft that it came from"};
constexpr std::string_view kReply = "the revision, as assessment.show gives it";

}  // namespace

std::vector<Request> all() {
  return {
      {"assessment.return",
       "Gives a submitted assessment back to its unit with comments. For HR.",
       {kRevision,
        {"comment", Type::kText, false, "on the whole; this, comments or both"},
        {"comments", Type::kTextMap, false, "by the form's field ids or the items' ids"}},
       {{"assessment", kReply}},
       give_back},
      {"assessment.approve",
       "Approves what was submitted. For HR.",
       {kRevision},
       {{"assessment", kReply}},
       approve},
      {"assessment.lock",
       "Locks an approved assessment: the unit cannot change it until it is reopened. For HR.",
       {kRevision},
       {{"assessment", kReply}},
       lock},
      {"assessment.reopen",
       "Gives an approved or locked assessment back to its unit, which can submit it again. For HR.",
       {kRevision},
       {{"assessment", kReply}},
       reopen},
      {"assessment.comment.resolve",
       "Marks one of HR's comments as dealt with.",
       {{"id", Type::kText, true, "the comment's id, or a unique beginning of at least 4 digits"},
        {"open", Type::kBoolean, false, "opens it again instead"}},
       {{"comment", "id, revision, target, text, status, created, author, author_name"}},
       resolve},
      {"assessment.validate",
       "What submitting would say, without doing it: what it would refuse, and what is worth a look.",
       {kId},
       {{"valid", "whether it can be submitted"},
        {"refusals", "a list of code and message"},
        {"warnings", "a list of code and message"}},
       validate},
      {"assessment.diff",
       "What differs between two versions. Without `with`: a draft against what was submitted last, a "
       "revision against the one that it replaced.",
       {kId, {"with", Type::kText, false, "the earlier version's id"}},
       {{"before", "the earlier version's id; null: there is none"},
        {"after", "the later one's"},
        {"changes",
         "a list of what (answer, item, process, participant), id, change (added, removed, changed, moved), "
         "part (of an item: type, text, theme, driver, evidence), before, after"}},
       diff},
      {"assessment.history",
       "What has happened to an assessment, oldest first; edits of the draft for those who can read it.",
       {kId},
       {{"events",
         "a list of time, event (begun, filled, item added, item deleted, comment, or the status word that "
         "it came to), detail (a field, an item, a revision), value, user, user_name, device"}},
       history},
      {"assessment.print",
       "An assessment for reading on paper.",
       {kId,
        {"format", Type::kText, false, "how it is written", "markdown", {"markdown", "html"}},
        {"language", Type::kText, false, "of the headings", "nb", {"nb", "nn"}}},
       {{"text", "the whole document"}},
       print},
  };
}

}  // namespace samla::requests::review_requests
