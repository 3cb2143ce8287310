// CSV: tables from and to spreadsheets. Reading takes what Excel and LibreOffice write: UTF-8 with or without
// a byte-order mark, commas or semicolons, quotes, any line ends. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace samla::domain {

struct CsvRow {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> cells;
};

inline constexpr std::size_t kCsvRowsMax = 100'000;

/// The separator is whichever of `;` `,` and tab the first line has most of. Empty lines are left out.
/// malformed with the line in the hint: no UTF-8, an open quote, text behind a closing quote, NUL.
Result<std::vector<CsvRow>> parse_csv(std::string_view text);

/// One line, ended by CR LF. Text that a spreadsheet would take for a formula gets an apostrophe before it.
std::string csv_line(const std::vector<std::string>& cells, char separator);
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace samla::domain
