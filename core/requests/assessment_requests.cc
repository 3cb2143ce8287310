// Requests about assessments.
#include "core/domain/assessments.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests {
namespace {

Result<Json> reply_with(Profile& profile, domain::Workspace& workspace,
                        const domain::AssessmentResult& result) {
  domain::Names names(workspace);
  Json reply = {{"assessment", shape_of(result.assessment, names)}};
  put_warnings(reply, result.warnings);
  profile.tell_changed(result.assessment.id);
  return reply;
}

Result<Json> begin(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.new"));
  SAMLA_ASSIGN(const auto result,
               domain::begin_assessment(*workspace, arguments.text("unit"), arguments.text("form")));
  return reply_with(profile, *workspace, result);
}

Result<Json> fill(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.fill"));
  SAMLA_ASSIGN(const auto result,
               domain::fill_assessment(*workspace, arguments.text("id"), arguments.text_map("answers")));
  return reply_with(profile, *workspace, result);
}

Result<Json> add(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.item.add"));
  const domain::NewItem item{arguments.text("type"), arguments.text("text"), arguments.text("theme")};
  SAMLA_ASSIGN(const auto result, domain::add_item(*workspace, arguments.text("id"), item));
  return reply_with(profile, *workspace, result);
}

Result<Json> submit(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.submit"));
  SAMLA_ASSIGN(const auto result, domain::submit_assessment(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, result);
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.show"));
  SAMLA_ASSIGN(const auto assessment, domain::show_assessment(*workspace, arguments.text("id")));
  domain::Names names(*workspace);
  return Json{{"assessment", shape_of(assessment, names)}};
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.list"));
  const domain::AssessmentFilter filter{arguments.find_text("unit"), arguments.find_text("status")};
  SAMLA_ASSIGN(const auto assessments, domain::list_assessments(*workspace, filter));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Assessment& each : assessments) out.push_back(shape_of(each, names));
  return Json{{"assessments", std::move(out)}};
}

const Parameter kId = {"id", Type::kText, true,
                       "the assessment's id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kReply =
    "id, unit, form, form_version, status, answers (by the form's field ids), items (id, type, text, theme), "
    "space, space_id, created, updated, author, author_name, revision; a draft also conflict; a revision "
    "also "
    "source, previous, altered";

}  // namespace

std::vector<Request> assessment_requests() {
  return {
      {"assessment.new",
       "Begins an assessment of a unit, always a new one. HR sees that it is begun, not what is in it.",
       {{"unit", Type::kText, true, "the unit's number"},
        {"form", Type::kText, false, "the form to fill", "egenvurdering"}},
       {{"assessment", kReply}},
       begin},
      {"assessment.fill",
       "Answers fields of the form; those not named stay as they are.",
       {kId, {"answers", Type::kTextMap, true, "answers by the form's field ids"}},
       {{"assessment", kReply}},
       fill},
      {"assessment.item.add",
       "Adds a strength, a weakness or a proposed measure.",
       {kId,
        {"type", Type::kText, true, "what it is", {}, {"styrke", "svakhet", "tiltak"}},
        {"text", Type::kText, true, "one thing, in a few words"},
        {"theme", Type::kText, false, "the id of the theme that it belongs to"}},
       {{"assessment", kReply}},
       add},
      {"assessment.submit",
       "Publishes a copy of the draft that HR can read and that never changes. After further edits it can be "
       "submitted again; the new copy replaces the one before.",
       {kId},
       {{"assessment", kReply},
        {"warnings",
         "national identity numbers, telephone numbers and open conflicts: code and message of each"}},
       submit},
      {"assessment.show", "Shows a draft or a submitted revision.", {kId}, {{"assessment", kReply}}, show},
      {"assessment.list",
       "Lists the unit's drafts; for HR the submitted revisions that no later one replaces.",
       {{"unit", Type::kText, false, "only of this unit"},
        {"status",
         Type::kText,
         false,
         "only with this status",
         {},
         {"kladd", "medvirkning", "sendt", "returnert", "godkjent", "låst"}}},
       {{"assessments", "a list of assessments as assessment.show gives them"}},
       list},
  };
}

}  // namespace samla::requests
