// Requests for HR's reports and exports.
#include "core/base/clock.h"
#include "core/domain/dates.h"
#include "core/domain/exports.h"
#include "core/domain/report_conflicts.h"
#include "core/domain/report_text.h"
#include "core/domain/reports.h"
#include "core/domain/spreadsheet.h"
#include "core/requests/catalogue.h"

namespace samla::requests::report_requests {
namespace {

Json json_of(const domain::Count& count) { return count ? Json(*count) : Json(); }

Json json_of(const std::vector<domain::JoinedCount>& joined) {
  Json out = Json::array();
  for (const domain::JoinedCount& each : joined)
    out.push_back({{"words", each.words}, {"count", each.amount}});
  return out;
}

Json json_of(const domain::Counts& counts) {
  Json out = Json::object();
  for (const auto& [word, count] : counts.by_word) out[word] = json_of(count);
  return out;
}

Result<domain::ReportFilter> filter_of(const Arguments& arguments, std::string_view operation) {
  domain::ReportFilter out;
  out.fylke = arguments.find_text("fylke");
  out.type = arguments.find_text("type");
  out.unit = arguments.find_text("unit");
  if (arguments.text("for") == "others") out.audience = domain::Audience::kOthers;
  out.today = arguments.find_text("today").value_or(domain::date_of(SystemClock().now_ms()));
  SAMLA_TRY(domain::check_date(out.today, "today", operation));
  return out;
}

Json shape_of(const domain::ResponseGroup& group) {
  Json out = {{"units", group.units}, {"by_status", json_of(group.by_status)}};
  if (!group.by_status.joined.empty()) out["joined"] = json_of(group.by_status.joined);
  return out;
}

Result<Json> response(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.response"));
  SAMLA_ASSIGN(const auto filter, filter_of(arguments, "report.response"));
  SAMLA_ASSIGN(const auto report, domain::report_response(*workspace, filter, arguments.text("by")));
  Json out = shape_of(report.whole);
  if (arguments.find_text("by")) {
    out["groups"] = Json::array();
    for (const domain::ResponseGroup& each : report.groups) {
      Json row = {{"group", each.name}};
      row.update(shape_of(each));
      out["groups"].push_back(std::move(row));
    }
  }
  if (filter.audience == domain::Audience::kOthers) return out;
  out["by_week"] = json_of(report.by_week);
  out["missing"] = Json::array();
  for (const domain::Unit& each : report.missing)
    out["missing"].push_back({{"unit", each.number}, {"name", each.name}, {"fylke", each.fylke}});
  return out;
}

Result<Json> themes(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.themes"));
  SAMLA_ASSIGN(const auto filter, filter_of(arguments, "report.themes"));
  const bool by_driver = arguments.text("by") == "driver";
  SAMLA_ASSIGN(const auto report, domain::report_themes(*workspace, filter, by_driver));
  Json rows = Json::array();
  for (const domain::ThemeCounts& row : report.rows) {
    rows.push_back({{by_driver ? "driver" : "theme", row.theme.empty() ? Json() : Json(row.theme)},
                    {"name", row.name},
                    {"styrke", json_of(row.strengths)},
                    {"svakhet", json_of(row.weaknesses)},
                    {"tiltak", json_of(row.measures)}});
  }
  Json out = {{by_driver ? "drivers" : "themes", std::move(rows)}};
  for (const auto& [type, joined] : report.joined) {
    out["joined"].push_back({{"type", type}, {"words", joined.words}, {"count", joined.amount}});
  }
  return out;
}

Result<Json> measures(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.measures"));
  SAMLA_ASSIGN(const auto filter, filter_of(arguments, "report.measures"));
  SAMLA_ASSIGN(const auto report, domain::report_measures(*workspace, filter));
  Json out = {{"measures", json_of(report.by_status.total)},
              {"by_status", json_of(report.by_status)},
              {"overdue", json_of(report.overdue)},
              {"ended", json_of(report.ended)},
              {"effect_reviewed", json_of(report.reviewed)},
              {"share_reviewed", json_of(report.share_reviewed)},
              {"programme", report.programme}};
  if (!report.by_status.joined.empty()) out["joined"] = json_of(report.by_status.joined);
  return out;
}

Result<Json> cascade(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.cascade"));
  SAMLA_ASSIGN(const auto filter, filter_of(arguments, "report.cascade"));
  SAMLA_ASSIGN(const auto report, domain::report_cascade_tasks(*workspace, filter));
  Json out = {{"tasks", json_of(report.by_status.total)}, {"by_status", json_of(report.by_status)},
              {"overdue", json_of(report.overdue)},       {"done", json_of(report.done)},
              {"share_done", json_of(report.share_done)}, {"reached", json_of(report.reached)}};
  if (!report.by_status.joined.empty()) out["joined"] = json_of(report.by_status.joined);
  return out;
}

Result<Json> text(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.text"));
  SAMLA_ASSIGN(const auto filter, filter_of(arguments, "report.text"));
  domain::TextFilter wanted;
  wanted.part = arguments.text("part");
  wanted.theme = arguments.text("theme");
  wanted.stems_max = arguments.find_number("limit").value_or(wanted.stems_max);
  wanted.quotes_max = arguments.find_number("quotes").value_or(wanted.quotes_max);
  SAMLA_ASSIGN(const auto stems, domain::report_text(*workspace, filter, wanted));
  Json rows = Json::array();
  for (const domain::StemCount& each : stems) {
    Json row = {{"word", each.word}, {"stem", each.stem}, {"count", each.count}};
    if (filter.audience == domain::Audience::kHr) {
      row["units"] = json_of(each.units);
      row["quotes"] = Json::array();
      for (const domain::Quote& quote : each.quotes) {
        row["quotes"].push_back({{"text", quote.text},
                                 {"unit", quote.unit},
                                 {"revision", quote.revision},
                                 {"source", quote.source}});
      }
    }
    rows.push_back(std::move(row));
  }
  return Json{{"words", std::move(rows)}};
}

Result<Json> conflicts(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.conflicts"));
  SAMLA_ASSIGN(const auto report, domain::report_conflicts(*workspace));
  return Json{{"open", report.open},
              {"open_by_kind", report.open_by_kind},
              {"merged", report.merged},
              {"resolved", report.resolved}};
}

Result<domain::Sheet> sheet_of(Profile& profile, const Arguments& arguments, std::string_view operation) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace(operation));
  SAMLA_ASSIGN(const auto filter, filter_of(arguments, operation));
  return domain::make_export(*workspace, arguments.text("what"), filter);
}

Result<Json> export_csv(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(const auto sheet, sheet_of(profile, arguments, "export.csv"));
  const char separator = arguments.text("separator").front();
  return Json{{"rows", sheet.rows.size()}, {"text", domain::csv_of(sheet, separator)}};
}

Result<Json> export_json(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(const auto sheet, sheet_of(profile, arguments, "export.json"));
  Json rows = Json::array();
  for (const auto& row : sheet.rows) {
    Json out = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto* number = std::get_if<std::int64_t>(&row[i]);
      const auto* text = std::get_if<std::string>(&row[i]);
      out[sheet.columns[i]] = number != nullptr ? Json(*number) : text != nullptr ? Json(*text) : Json();
    }
    rows.push_back(std::move(out));
  }
  return Json{{"rows", std::move(rows)}};
}

Result<Json> export_xlsx(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(const auto sheet, sheet_of(profile, arguments, "export.xlsx"));
  SAMLA_TRY(domain::write_spreadsheet(sheet, arguments.text("path")));
  return Json{{"rows", sheet.rows.size()}, {"path", arguments.text("path")}};
}

std::vector<Parameter> with_filters(std::vector<Parameter> first) {
  for (const Parameter& each : std::vector<Parameter>{
           {"fylke", Type::kText, false, "only units of this fylke"},
           {"type", Type::kText, false, "only units of this type"},
           {"unit", Type::kText, false, "only this unit"},
           {"for",
            Type::kText,
            false,
            "for whom: for others numbers that rest on fewer than five units are hidden (null), with as many "
            "more as it takes that none can be worked out",
            "hr",
            {"hr", "others"}},
           {"today", Type::kText, false, "the day that overdue is judged by; without it today"}})
    first.push_back(each);
  return first;
}

const Parameter kWhat = {"what", Type::kText,
                         true,   "a row for each of these, or a report",
                         {},     {"assessments", "items", "measures", "cascade", "response", "themes"}};
constexpr std::string_view kJoined =
    "of hidden numbers those that can be told together: words and count of each";

}  // namespace

std::vector<Request> all() {
  return {
      {"report.response",
       "How far the units have come, each counted once. For HR.",
       with_filters({{"by", Type::kText, false, "also for each fylke or type", {}, {"fylke", "type"}}}),
       {{"units", "how many there are"},
        {"by_status", "how many have come to each status word"},
        {"groups", "where asked by fylke or type: a list of group, units, by_status"},
        {"by_week", "first submissions by ISO week; not for others"},
        {"missing", "units that have not submitted: unit, name, fylke; not for others"},
        {"joined", kJoined}},
       response},
      {"report.themes",
       "Strengths, weaknesses and measures in what was submitted, by theme or driver. For HR.",
       with_filters({{"by", Type::kText, false, "what to count by", "theme", {"theme", "driver"}}}),
       {{"themes", "a list of theme (null: none), name, styrke, svakhet, tiltak; by driver it is drivers"},
        {"joined", "as in report.response, with type: styrke, svakhet or tiltak"}},
       themes},
      {"report.measures",
       "Measures of units by status, how many are overdue, and how many had their effect reviewed. For HR.",
       with_filters({}),
       {{"measures", "how many"},
        {"by_status", "how many at each status word"},
        {"overdue", "past their deadline"},
        {"ended", "done, given up or reviewed"},
        {"effect_reviewed", "of those that ended"},
        {"share_reviewed", "the same in percent; null where nothing has ended"},
        {"programme", "main measures, of no unit"},
        {"joined", kJoined}},
       measures},
      {"report.cascade",
       "What was passed on to the staff: tasks by status, overdue, staff reached. For HR.",
       with_filters({}),
       {{"tasks", "how many"},
        {"by_status", "how many at each status word"},
        {"overdue", "past the day that they were due"},
        {"done", "carried out, acknowledged by HR or not"},
        {"share_done", "the same in percent of all; null where there are none"},
        {"reached", "how many of the staff"},
        {"joined", kJoined}},
       cascade},
      {"report.text",
       "The words that units use most in what they submitted, words of one stem together. For HR with "
       "quotes; for "
       "others words without, and only those that enough units use.",
       with_filters({{"part",
                      Type::kText,
                      false,
                      "only in these items, or in the answers (svar); without it in all items",
                      {},
                      {"styrke", "svakhet", "tiltak", "svar"}},
                     {"theme", Type::kText, false, "only in items of this theme"},
                     {"limit", Type::kInteger, false, "at most so many words; without it 20"},
                     {"quotes", Type::kInteger, false, "at most so many of each; without it 2"}}),
       {{"words",
         "a list of word (its commonest form), stem, count; for HR also units and quotes (text, unit, "
         "revision, "
         "source: an item's id or a field)"}},
       text},
      {"report.conflicts",
       "What edits that did not know of each other came to, in what this device reads.",
       {},
       {{"open", "how many wait for a person"},
        {"open_by_kind", "of these hard, erase, text, form"},
        {"merged", "texts that were put together by themselves and that nobody has edited since"},
        {"resolved", "values that somebody chose or wrote instead of several"}},
       conflicts},
      {"export.csv",
       "Rows for a spreadsheet, UTF-8 with a byte-order mark; each with the version of its form. For HR.",
       with_filters({kWhat, {"separator", Type::kText, false, "between cells", ",", {",", ";"}}}),
       {{"rows", "how many"}, {"text", "the file"}},
       export_csv},
      {"export.xlsx",
       "As export.csv, as an XLSX file. Refuses a file that is there already.",
       with_filters({kWhat, {"path", Type::kText, true, "where to write it"}}),
       {{"rows", "how many"}, {"path", "where it is"}},
       export_xlsx},
      {"export.json",
       "As export.csv, as a list of objects.",
       with_filters({kWhat}),
       {{"rows", "a list of objects, with the columns of export.csv for members"}},
       export_json},
  };
}

}  // namespace samla::requests::report_requests
