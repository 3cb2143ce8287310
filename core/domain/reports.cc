#include "core/domain/reports.h"

#include <algorithm>
#include <map>

#include "core/domain/assessments.h"
#include "core/domain/immutable.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

Result<void> check_role(const Workspace& workspace, std::string_view operation) {
  if (workspace.role() == Role::kHr) return {};
  return fail(ErrorCode::not_permitted, std::string(operation),
              "reports are for HR, who holds what was submitted");
}

/// How far each unit has come: the unit is named by the space, whatever the record says.
Result<std::map<SpaceId, std::size_t>> ranks_by_space(Workspace& workspace) {
  std::map<SpaceId, std::size_t> ranks;
  view::Query query;
  query.kind = kind::kStatusWord;
  SAMLA_ASSIGN(const auto words, workspace.records().list(query));
  for (const view::RecordView& record : words) {
    if (!is_unaltered(workspace.replica(), record) || !made_rightly(workspace, record)) continue;
    std::size_t& rank = ranks[record.space];
    rank = std::max(rank, rank_of_status(record.text("status")));
  }
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(workspace));
  for (const Assessment& revision : revisions) {
    std::size_t& rank = ranks[revision.space];
    // What HR has said counts, also where a later revision has begun anew.
    rank = std::max(rank, rank_of_status(revision.status));
  }
  return ranks;
}

void count(ThemeCounts& row, std::string_view type) {
  if (type == "styrke") ++row.strengths;
  if (type == "svakhet") ++row.weaknesses;
  if (type == "tiltak") ++row.measures;
}

}  // namespace

Result<Response> report_response(Workspace& workspace) {
  SAMLA_TRY(check_role(workspace, "report.response"));
  SAMLA_ASSIGN(const auto all, units(workspace));
  SAMLA_ASSIGN(const auto ranks, ranks_by_space(workspace));
  Response out;
  out.units = all.size();
  for (const std::string_view word : assessment_statuses()) out.by_status.emplace_back(word, 0);
  for (const Unit& unit : all) {
    const auto found = ranks.find(workspace.replica().space_id(purpose::kUnitHr, unit.scope));
    ++out.by_status[found == ranks.end() ? 0 : found->second].second;
  }
  return out;
}

Result<std::vector<ThemeCounts>> report_themes(Workspace& workspace) {
  SAMLA_TRY(check_role(workspace, "report.themes"));
  SAMLA_ASSIGN(const auto known, themes(workspace));
  std::vector<ThemeCounts> out;
  for (const Theme& theme : known) out.push_back({theme.key, theme.nb, 0, 0, 0});
  ThemeCounts other;
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(workspace));
  std::map<std::pair<SpaceId, std::string>, const Assessment*> newest;
  for (const Assessment& revision : revisions) {
    const Assessment*& present = newest[{revision.space, revision.source}];
    if (present == nullptr || present->created_ms <= revision.created_ms) present = &revision;
  }
  for (const auto& [draft, revision] : newest) {
    for (const AssessmentItem& item : revision->items) {
      const auto row = std::ranges::find(out, item.theme, &ThemeCounts::theme);
      count(row == out.end() ? other : *row, item.type);
    }
  }
  if (other.strengths + other.weaknesses + other.measures > 0) out.push_back(other);
  return out;
}

}  // namespace samla::domain
