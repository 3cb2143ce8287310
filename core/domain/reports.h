// Reports: HR's reading of what was submitted, computed from this device's own store. Every number comes from
// a Table (suppression.h), so that for other eyes than HR's small groups are hidden in all of them alike.
// Other roles are refused: what was submitted is not on their devices.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/domain/organisation.h"
#include "core/domain/report_counts.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct ReportFilter {
  std::optional<std::string> fylke;
  std::optional<std::string> type;
  std::optional<std::string> unit;
  Audience audience = Audience::kHr;  ///< for whom the report is made
  std::string today;                  ///< a date, by which overdue is judged
};

struct ResponseGroup {
  std::string name;  ///< a fylke or a type; of the whole: empty
  std::size_t units = 0;
  Counts by_status;
};

struct Response {
  ResponseGroup whole;
  std::vector<ResponseGroup> groups;  ///< by fylke or type, where asked
  /// First submissions, by ISO week; for HR alone: with the statuses they would tell who is late.
  Counts by_week;
  std::vector<Unit> missing;  ///< not submitted yet; for HR alone
};

/// A unit counts once, by the furthest that any of its assessments has come; one that has become part of
/// another counts there. `by`: "", "fylke", "type".
Result<Response> report_response(Workspace& workspace, const ReportFilter& filter, std::string_view by);

struct ThemeCounts {
  std::string theme;  ///< its key; empty: items without one
  std::string name;   ///< in bokmål
  Count strengths;
  Count weaknesses;
  Count measures;
};

struct Themes {
  std::vector<ThemeCounts> rows;
  std::vector<std::pair<std::string, JoinedCount>> joined;  ///< item type; keys that count together
};

/// Items in submitted revisions, by theme, or by driver; a last row for those without one, if any.
/// Of an assessment that was submitted by two who did not know of each other, the later revision counts.
Result<Themes> report_themes(Workspace& workspace, const ReportFilter& filter, bool by_driver);

struct MeasuresReport {
  Counts by_status;
  Count overdue;
  Count reviewed;  ///< of those that ended, those whose effect is reviewed
  Count ended;
  Count share_reviewed;       ///< percent of those that ended
  std::size_t programme = 0;  ///< main measures, of no unit
};

Result<MeasuresReport> report_measures(Workspace& workspace, const ReportFilter& filter);

struct CascadeReportCounts {
  Counts by_status;
  Count overdue;
  Count done;        ///< carried out, acknowledged or not
  Count share_done;  ///< percent of all
  Count reached;     ///< staff
};

Result<CascadeReportCounts> report_cascade_tasks(Workspace& workspace, const ReportFilter& filter);

}  // namespace samla::domain
