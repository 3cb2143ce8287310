// Requests for HR's reports.
#include "core/domain/reports.h"
#include "core/requests/catalogue.h"

namespace samla::requests {
namespace {

Result<Json> response(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.response"));
  SAMLA_ASSIGN(const auto report, domain::report_response(*workspace));
  Json by_status = Json::object();
  for (const auto& [status, count] : report.by_status) by_status[status] = count;
  return Json{{"units", report.units}, {"by_status", std::move(by_status)}};
}

Result<Json> themes(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("report.themes"));
  SAMLA_ASSIGN(const auto report, domain::report_themes(*workspace));
  Json rows = Json::array();
  for (const domain::ThemeCounts& row : report) {
    rows.push_back({{"theme", row.theme.empty() ? Json() : Json(row.theme)},
                    {"name", row.name},
                    {"styrke", row.strengths},
                    {"svakhet", row.weaknesses},
                    {"tiltak", row.measures}});
  }
  return Json{{"themes", std::move(rows)}};
}

}  // namespace

std::vector<Request> report_requests() {
  return {
      {"report.response",
       "How far the units have come, each counted once. For HR.",
       {},
       {{"units", "how many there are"}, {"by_status", "how many have come to each status word"}},
       response},
      {"report.themes",
       "Strengths, weaknesses and measures in what was submitted, by theme. For HR.",
       {},
       {{"themes", "a list of theme (null: none), name, styrke, svakhet, tiltak"}},
       themes},
  };
}

}  // namespace samla::requests
