// Requests about assessments.
#include "core/base/encoding.h"
#include "core/domain/assessment_items.h"
#include "core/domain/assessment_text.h"
#include "core/domain/assessments.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::assessment_requests {
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
  const std::string unit = arguments.text("unit");
  const std::string form = arguments.text("form");
  const auto text = arguments.find_text("text");
  SAMLA_ASSIGN(const auto result, text ? domain::begin_assessment_with_text(*workspace, unit, form, *text)
                                       : domain::begin_assessment(*workspace, unit, form));
  return reply_with(profile, *workspace, result);
}

/// Of a draft, or a blank one.
Result<Json> text(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.text"));
  const auto id = arguments.find_text("id");
  const auto unit = arguments.find_text("unit");
  if (id.has_value() == unit.has_value()) {
    return fail(ErrorCode::invalid_argument, "assessment.text", "give id or unit, one of them");
  }
  SAMLA_ASSIGN(std::string out, id ? domain::text_of_assessment(*workspace, *id)
                                   : domain::blank_text(*workspace, *unit, arguments.text("form")));
  return Json{{"text", std::move(out)}};
}

Result<Json> write(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.write"));
  SAMLA_ASSIGN(const auto result,
               domain::write_assessment_text(*workspace, arguments.text("id"), arguments.text("text"),
                                             arguments.find_text("base")));
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
  const domain::NewItem item{arguments.text("type"), arguments.text("text"), arguments.text("theme"),
                             arguments.text("driver"), arguments.text("evidence")};
  SAMLA_ASSIGN(const auto result, domain::add_item(*workspace, arguments.text("id"), item));
  return reply_with(profile, *workspace, result);
}

Result<Json> edit_item(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.item.edit"));
  const domain::ItemChange change{arguments.find_text("type"), arguments.find_text("text"),
                                  arguments.find_text("theme"), arguments.find_text("driver"),
                                  arguments.find_text("evidence")};
  SAMLA_ASSIGN(const auto result, domain::edit_item(*workspace, arguments.text("id"), change));
  return reply_with(profile, *workspace, result);
}

Result<Json> move_item(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.item.move"));
  SAMLA_ASSIGN(const auto result,
               domain::move_item(*workspace, arguments.text("id"), arguments.find_text("before"),
                                 arguments.find_text("after")));
  return reply_with(profile, *workspace, result);
}

Result<Json> delete_item(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.item.delete"));
  SAMLA_ASSIGN(const auto result, domain::delete_item(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, result);
}

Result<Json> participation(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("assessment.participation"));
  const domain::Participation words{arguments.find_text("process"), arguments.texts("add"),
                                    arguments.texts("remove")};
  SAMLA_ASSIGN(const auto result, domain::note_participation(*workspace, arguments.text("id"), words));
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
    "id, unit, form, form_version, status, answers (by the form's field ids), tray (answers without a place "
    "in "
    "the form's version, where there are any), items (id, type, text, theme, "
    "driver, evidence), process, participants, comments (id, revision, target, text, status, author, "
    "created), "
    "space, space_id, created, updated, author, author_name, revision; a draft also conflict; a revision "
    "also source, previous, altered";
const Parameter kItemId = {"id", Type::kText, true,
                           "the item's id, or a unique beginning of at least 4 digits"};
const std::vector<std::string_view> kItemTypes = {"styrke", "svakhet", "tiltak"};

}  // namespace

std::vector<Request> all() {
  return {
      {"assessment.new",
       "Begins an assessment of a unit, always a new one. HR sees that it is begun, not what is in it.",
       {{"unit", Type::kText, true, "the unit's number"},
        {"form", Type::kText, false, "the form to fill", "egenvurdering"},
        {"text", Type::kText, false, "what to begin with, written as assessment.text gives a blank one"}},
       {{"assessment", kReply}},
       begin},
      {"assessment.text",
       "A draft, or a blank form for a unit, as text to be edited by a person.",
       {{"id", Type::kText, false, "the draft's id; this or unit"},
        {"unit", Type::kText, false, "a unit's number, for a blank form in its language"},
        {"form", Type::kText, false, "of a blank one", "egenvurdering"}},
       {{"text", "questions begin with = and their id; what begins with # is not read"}},
       text},
      {"assessment.write",
       "Writes an edited text back: all that it says otherwise than the text that was given. Nothing is "
       "written "
       "where a line of it cannot be read; items that are left out stay.",
       {kId,
        {"text", Type::kText, true, "as assessment.text gave it, and edited"},
        {"base", Type::kText, false, "as assessment.text gave it; without it all is written"}},
       {{"assessment", kReply}},
       write},
      {"assessment.fill",
       "Answers fields of the form; those not named stay as they are.",
       {kId, {"answers", Type::kTextMap, true, "answers by the form's field ids"}},
       {{"assessment", kReply},
        {"warnings", "answers that do not fit their question; they are kept: code and message of each"}},
       fill},
      {"assessment.item.add",
       "Adds a strength, a weakness or a proposed measure.",
       {kId,
        {"type", Type::kText, true, "what it is", {}, kItemTypes},
        {"text", Type::kText, true, "one thing, in a few words"},
        {"theme", Type::kText, false, "the id of the theme that it belongs to"},
        {"driver", Type::kText, false, "the id of the driver that it serves"},
        {"evidence", Type::kText, false, "what shows it; merges by character"}},
       {{"assessment", kReply}},
       add},
      {"assessment.item.edit",
       "Changes an item; what is not named stays as it is.",
       {kItemId,
        {"type", Type::kText, false, "what it is", {}, kItemTypes},
        {"text", Type::kText, false, "one thing, in a few words"},
        {"theme", Type::kText, false, "a theme's id; empty: none"},
        {"driver", Type::kText, false, "a driver's id; empty: none"},
        {"evidence", Type::kText, false, "the whole new text"}},
       {{"assessment", kReply}},
       edit_item},
      {"assessment.item.move",
       "Moves an item to before or after another one of the same assessment.",
       {kItemId,
        {"before", Type::kText, false, "the other item's id; this or after"},
        {"after", Type::kText, false, "the other item's id; this or before"}},
       {{"assessment", kReply}},
       move_item},
      {"assessment.item.delete", "Deletes an item.", {kItemId}, {{"assessment", kReply}}, delete_item},
      {"assessment.participation",
       "Says how the draft came about and who took part (medvirkning). HR sees the status word alone until "
       "it "
       "is submitted.",
       {kId,
        {"process", Type::kText, false, "how it was made, in a sentence or two"},
        {"add", Type::kTexts, false, "who took part: people or groups"},
        {"remove", Type::kTexts, false, "who did not after all"}},
       {{"assessment", kReply}},
       participation},
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

}  // namespace samla::requests::assessment_requests
