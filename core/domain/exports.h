// Exports: HR's rows for spreadsheets and programs, every row with the version of its form. Free text goes to
// HR alone; what is made for others is counts, through the same tables as the reports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/domain/reports.h"

namespace samla::domain {

/// A number that is not for whom the export is made. In files a dash, in JSON null.
struct HiddenCell {};
inline constexpr std::string_view kHiddenMark = "–";

using Cell = std::variant<std::monostate, std::int64_t, std::string, HiddenCell>;

struct Sheet {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

/// assessments, items, measures, cascade: a row each; response, themes: the reports.
const std::vector<std::string_view>& export_subjects();
/// not_permitted for rows of single units made for others than HR.
Result<Sheet> make_export(Workspace& workspace, std::string_view subject, const ReportFilter& filter);
/// With a byte-order mark, so that Excel takes it for UTF-8.
std::string csv_of(const Sheet& sheet, char separator);

}  // namespace samla::domain
