#include "core/domain/exports.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/cascade.h"
#include "core/domain/consolidation.h"
#include "core/domain/csv.h"
#include "core/domain/dates.h"
#include "core/domain/measures.h"
#include "core/domain/names.h"

namespace samla::domain {
namespace {

constexpr std::string_view kExport = "export";

struct Source {
  Workspace& workspace;
  Names names;
  Consolidation all;
  std::vector<bool> chosen;
  const ReportFilter& filter;

  /// The unit's first columns; absent: it is not chosen.
  std::optional<std::vector<Cell>> unit(const SpaceId& space) const {
    const auto subject = all.subject_of(space);
    if (!subject || !chosen[*subject]) return std::nullopt;
    const Unit& unit = all.units()[*subject];
    return std::vector<Cell>{unit.number, unit.name, unit.fylke, unit.type};
  }
  Cell person(const std::string& user) {
    const auto id = fixed_from_hex<UserId>(user);
    if (user.empty() || !id) return {};
    return names.user(*id).handle;
  }
};

Cell of(const Count& count) { return count ? Cell(*count) : Cell(HiddenCell()); }

Result<Sheet> assessments(Source& source) {
  SAMLA_ASSIGN(const auto revisions, counting_revisions(source.workspace));
  std::set<std::string> fields;
  for (const Assessment& each : revisions) {
    if (!source.unit(each.space)) continue;
    for (const auto& [id, answer] : each.answers) fields.insert(id);
  }
  Sheet out{"assessments",
            {"unit", "name", "fylke", "type", "status", "form", "form_version", "submitted", "process",
             "participants", "strengths", "weaknesses", "measures"},
            {}};
  for (const std::string& id : fields) out.columns.push_back("answer." + id);
  for (const Assessment& each : revisions) {
    auto row = source.unit(each.space);
    if (!row) continue;
    std::string participants;
    for (const std::string& name : each.participants)
      participants += (participants.empty() ? "" : ", ") + name;
    row->insert(row->end(), {each.status, each.form, each.form_version, date_of(each.created_ms),
                             each.process, participants});
    for (const std::string_view type : item_types())
      row->push_back(std::int64_t{std::ranges::count(each.items, type, &AssessmentItem::type)});
    for (const std::string& id : fields) {
      const auto answer = each.answers.find(id);
      row->push_back(answer == each.answers.end() ? Cell() : Cell(answer->second));
    }
    out.rows.push_back(std::move(*row));
  }
  return out;
}

Result<Sheet> items(Source& source) {
  SAMLA_ASSIGN(const auto revisions, counting_revisions(source.workspace));
  Sheet out{"items",
            {"unit", "name", "fylke", "type", "status", "form", "form_version", "submitted", "item",
             "item_type", "theme", "driver", "text", "evidence"},
            {}};
  for (const Assessment& each : revisions) {
    const auto unit = source.unit(each.space);
    for (const AssessmentItem& item : each.items) {
      if (!unit) break;
      auto row = *unit;
      row.insert(row.end(), {each.status, each.form, each.form_version, date_of(each.created_ms), item.id,
                             item.type, item.theme, item.driver, item.text, item.evidence});
      out.rows.push_back(std::move(row));
    }
  }
  return out;
}

/// The version of the form that a measure's item was written in; of no item: none.
Result<std::map<std::string, std::int64_t>> versions_by_origin(Source& source) {
  SAMLA_ASSIGN(const auto revisions, counting_revisions(source.workspace));
  std::map<std::string, std::int64_t> out;
  for (const Assessment& each : revisions) {
    out[each.source] = each.form_version;
    for (const AssessmentItem& item : each.items) out[item.id] = each.form_version;
  }
  return out;
}

Result<Sheet> measures(Source& source) {
  SAMLA_ASSIGN(const auto all, list_measures(source.workspace, {}));
  SAMLA_ASSIGN(const auto versions, versions_by_origin(source));
  Sheet out{
      "measures",
      {"unit", "name", "fylke", "type", "form_version", "measure", "title", "description", "status", "owner",
       "deadline", "overdue", "effect_review", "indicator", "resources", "theme", "origin_kind", "origin"},
      {}};
  for (const Measure& each : all) {
    auto row = source.unit(each.space);
    if (!row) continue;
    const auto version = versions.find(each.origin);
    row->push_back(version == versions.end() ? Cell() : Cell(version->second));
    row->insert(row->end(),
                {to_hex(each.id), each.title, each.description, each.status, source.person(each.owner),
                 each.deadline, is_overdue(each, source.filter.today) ? "ja" : "nei", each.effect_review,
                 each.indicator, each.resources, each.theme, each.origin_kind, each.origin});
    out.rows.push_back(std::move(*row));
  }
  return out;
}

Result<Sheet> cascade(Source& source) {
  SAMLA_ASSIGN(const auto all, list_cascade(source.workspace, {}));
  Sheet out{"cascade",
            {"unit", "name", "fylke", "type", "form_version", "leader", "gathering", "due", "status",
             "overdue", "method", "reached", "feedback"},
            {}};
  for (const CascadeTask& each : all) {
    auto row = source.unit(each.space);
    if (!row) continue;
    row->emplace_back();  // a task is of no form
    row->insert(row->end(), {source.person(each.leader), each.gathering, each.due, each.status,
                             is_overdue(each, source.filter.today) ? "ja" : "nei", each.method, each.reached,
                             each.feedback});
    out.rows.push_back(std::move(*row));
  }
  return out;
}

/// Of the forms that the chosen units have sent; for other eyes than HR's none, since one unit may be alone
/// with one.
Result<Cell> form_versions(Source& source) {
  if (source.filter.audience != Audience::kHr) return Cell(HiddenCell());
  SAMLA_ASSIGN(const auto revisions, counting_revisions(source.workspace));
  std::set<std::pair<std::string, std::int64_t>> versions;
  for (const Assessment& each : revisions) {
    if (source.unit(each.space)) versions.emplace(each.form, each.form_version);
  }
  std::string out;
  for (const auto& [form, number] : versions)
    out += (out.empty() ? "" : ", ") + form + "@" + std::to_string(number);
  return Cell(out);
}

Result<Sheet> response(Source& source) {
  SAMLA_ASSIGN(const Cell versions, form_versions(source));
  SAMLA_ASSIGN(const Response report, report_response(source.workspace, source.filter, "fylke"));
  Sheet out{"response", {"fylke", "units"}, {}};
  for (const std::string_view word : assessment_statuses()) out.columns.emplace_back(word);
  out.columns.emplace_back("form_version");
  const auto add = [&](const ResponseGroup& group, const std::string& name) {
    std::vector<Cell> row = {name, static_cast<std::int64_t>(group.units)};
    for (const auto& [word, count] : group.by_status.by_word) row.push_back(of(count));
    row.push_back(versions);
    out.rows.push_back(std::move(row));
  };
  for (const ResponseGroup& each : report.groups) add(each, each.name);
  add(report.whole, "alle");
  return out;
}

Result<Sheet> themes(Source& source) {
  SAMLA_ASSIGN(const Cell versions, form_versions(source));
  SAMLA_ASSIGN(const Themes report, report_themes(source.workspace, source.filter, false));
  Sheet out{"themes", {"theme", "name", "styrke", "svakhet", "tiltak", "form_version"}, {}};
  for (const ThemeCounts& each : report.rows)
    out.rows.push_back(
        {each.theme, each.name, of(each.strengths), of(each.weaknesses), of(each.measures), versions});
  return out;
}

struct Export {
  std::string_view subject;
  Result<Sheet> (*make)(Source&);
  bool has_single_units;
};

constexpr std::array<Export, 6> kExports = {{{"assessments", assessments, true},
                                             {"items", items, true},
                                             {"measures", measures, true},
                                             {"cascade", cascade, true},
                                             {"response", response, false},
                                             {"themes", themes, false}}};

}  // namespace

const std::vector<std::string_view>& export_subjects() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> out;
    for (const Export& each : kExports) out.push_back(each.subject);
    return out;
  }();
  return words;
}

Result<Sheet> make_export(Workspace& workspace, std::string_view subject, const ReportFilter& filter) {
  const auto found = std::ranges::find(kExports, subject, &Export::subject);
  if (found == kExports.end()) {
    return fail(ErrorCode::invalid_argument, std::string(kExport), "there is no such export");
  }
  SAMLA_ASSIGN(auto all, Consolidation::load(workspace, kExport));
  if (found->has_single_units && filter.audience != Audience::kHr) {
    return fail(ErrorCode::not_permitted, std::string(kExport),
                "what single units wrote is for HR; for others export response or themes");
  }
  SAMLA_ASSIGN(auto chosen, all.chosen(filter, kExport));
  Source source{workspace, Names(workspace), std::move(all), std::move(chosen), filter};
  return found->make(source);
}

std::string csv_of(const Sheet& sheet, char separator) {
  std::string out(kByteOrderMark);
  out += csv_line(sheet.columns, separator);
  for (const std::vector<Cell>& row : sheet.rows) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) {
      const auto* number = std::get_if<std::int64_t>(&cell);
      const auto* text = std::get_if<std::string>(&cell);
      std::string shown = number != nullptr ? std::to_string(*number)
                          : text != nullptr ? *text
                                            : std::string();
      if (std::holds_alternative<HiddenCell>(cell)) shown = kHiddenMark;
      cells.push_back(std::move(shown));
    }
    out += csv_line(cells, separator);
  }
  return out;
}

}  // namespace samla::domain
