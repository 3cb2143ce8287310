// Requests about forms and their versions.
#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/form_diff.h"
#include "core/domain/form_rebase.h"
#include "core/domain/form_versions.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::form_requests {
namespace {

Json shape_of(const domain::FormVersion& version) {
  Json out = {{"form", version.form.id},
              {"version", version.number},
              {"id", version.content.empty() ? Json() : Json(version.content)},
              {"nb", version.form.name.nb},
              {"nn", version.form.name.nn},
              {"status", version.is_newest ? "publisert" : "erstattet"},
              {"questions", version.form.questions().size()}};
  if (!version.content.empty()) out["created"] = iso_time(version.created_ms);
  return out;
}

Json shape_of(const std::vector<domain::FormProblem>& problems) {
  Json out = Json::array();
  for (const domain::FormProblem& each : problems) {
    out.push_back({{"where", each.where}, {"message", each.message}, {"refused", each.refused}});
  }
  return out;
}

Json shape_of(const std::vector<domain::FormChange>& changes) {
  Json out = Json::array();
  for (const domain::FormChange& each : changes) {
    out.push_back({{"question", each.question},
                   {"change", each.change},
                   {"part", each.part},
                   {"before", each.before},
                   {"after", each.after}});
  }
  return out;
}

Result<Json> list(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("form.list"));
  SAMLA_ASSIGN(const auto versions, domain::FormVersions::load(*workspace));
  Json out = Json::array();
  for (const domain::FormVersion& each : versions.all()) out.push_back(shape_of(each));
  return Json{{"forms", std::move(out)}};
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("form.show"));
  SAMLA_ASSIGN(const auto versions, domain::FormVersions::load(*workspace));
  SAMLA_ASSIGN(const auto* const version, versions.named(arguments.text("form"), "form.show"));
  return Json{{"form", shape_of(*version)}, {"definition", domain::json_of(version->form)}};
}

Result<Json> lint(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("form.lint"));
  SAMLA_ASSIGN(const auto read, domain::lint_form(*workspace, arguments.text("definition")));
  SAMLA_ASSIGN(const auto versions, domain::FormVersions::load(*workspace));
  Json out = {{"valid", read.usable()}, {"problems", shape_of(read.problems)}};
  const auto* newest = versions.newest(read.form.id);
  if (newest != nullptr) out["changes"] = shape_of(domain::diff_forms(newest->form, read.form));
  return out;
}

Result<Json> publish(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("form.publish"));
  SAMLA_ASSIGN(const auto result, domain::publish_form(*workspace, arguments.text("definition")));
  if (!result.is_published) {
    const auto& first = *std::ranges::find_if(result.problems, &domain::FormProblem::refused);
    const std::string where = first.where.empty() ? "the form" : first.where;
    return fail(ErrorCode::invalid_argument, "form.publish",
                where + " " + first.message + "; form.lint tells everything that is wrong");
  }
  Json out = {{"form", shape_of(result.version)}};
  if (!result.problems.empty()) out["problems"] = shape_of(result.problems);
  return out;
}

Result<Json> diff(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("form.diff"));
  SAMLA_ASSIGN(const auto versions, domain::FormVersions::load(*workspace));
  SAMLA_ASSIGN(const auto* const before, versions.named(arguments.text("before"), "form.diff"));
  SAMLA_ASSIGN(const auto* const after, versions.named(arguments.text("after"), "form.diff"));
  return Json{{"before", shape_of(*before)},
              {"after", shape_of(*after)},
              {"changes", shape_of(domain::diff_forms(before->form, after->form))}};
}

Result<Json> rebase(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("form.rebase"));
  SAMLA_ASSIGN(const auto result,
               domain::rebase_assessment(*workspace, arguments.text("id"), arguments.find_text("to"),
                                         arguments.truth("apply")));
  Json moves = Json::array();
  for (const domain::AnswerMove& each : result.moves) {
    moves.push_back(
        {{"question", each.question}, {"place", each.place}, {"answer", each.answer}, {"why", each.why}});
  }
  domain::Names names(*workspace);
  if (result.is_applied) profile.tell_changed(result.assessment.id);
  return Json{{"from", shape_of(result.from)},
              {"to", shape_of(result.to)},
              {"applied", result.is_applied},
              {"moves", std::move(moves)},
              {"assessment", requests::shape_of(result.assessment, names)}};
}

constexpr std::string_view kVersionReply =
    "form, version, id (null: built in), nb, nn, status (publisert, erstattet), questions (how many), "
    "created";
const Parameter kDefinition = {"definition", Type::kText, true, "the form as JSON"};
constexpr std::string_view kVersionWords =
    "\"egenvurdering\" for the newest, \"egenvurdering@2\", or the "
    "beginning of a published version's id";

}  // namespace

std::vector<Request> all() {
  return {
      {"form.list",
       "Lists the versions of all forms, built in and published.",
       {},
       {{"forms", "a list of form, version, id (null: built in), nb, nn, status, questions, created"}},
       list},
      {"form.show",
       "Shows a version of a form.",
       {{"form", Type::kText, true, kVersionWords}},
       {{"form", kVersionReply}, {"definition", "the form as JSON, as form.publish takes it"}},
       show},
      {"form.lint",
       "Says everything that is wrong with a form, and how it differs from the newest version.",
       {kDefinition},
       {{"valid", "whether it can be published"},
        {"problems", "a list of where, message, refused (false: a warning)"},
        {"changes", "against the newest version, as form.diff gives them"}},
       lint},
      {"form.publish",
       "Publishes the next version of a form, or the first of a new one; it never changes after that. "
       "Refuses "
       "what lacks words in nb or nn. Drafts keep the version that they began with. For HR.",
       {kDefinition},
       {{"form", kVersionReply}, {"problems", "warnings, as form.lint gives them"}},
       publish},
      {"form.diff",
       "How one version of a form differs from another.",
       {{"before", Type::kText, true, kVersionWords}, {"after", Type::kText, true, "as before"}},
       {{"before", "the version"},
        {"after", "the version"},
        {"changes",
         "a list of question (empty: the form itself), change (added, removed, moved, changed), part, "
         "before, "
         "after"}},
       diff},
      {"form.rebase",
       "What would become of a draft's answers in another version of its form, or with apply the move "
       "itself. "
       "Every answer is kept; those without a place lie in the draft's tray.",
       {{"id", Type::kText, true, "the draft's id, or a unique beginning of at least 4 digits"},
        {"to", Type::kText, false, "the version; without it the newest"},
        {"apply", Type::kBoolean, false, "moves the draft"}},
       {{"from", "the version"},
        {"to", "the version"},
        {"applied", "whether the draft was moved"},
        {"moves", "a list of question, place (kept, doubtful, tray, new), answer, why"},
        {"assessment", "as assessment.show gives it"}},
       rebase},
  };
}

}  // namespace samla::requests::form_requests
