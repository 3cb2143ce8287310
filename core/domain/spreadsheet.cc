#include "core/domain/spreadsheet.h"

#include <xlsxwriter.h>

#include <fstream>

namespace samla::domain {
namespace {

constexpr double kColumnWidth = 18;
/// More than a cell may hold is refused by spreadsheets: 32,767 characters.
constexpr std::size_t kCellCharactersMax = 32'767;

std::string shortened(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && ++characters == kCellCharactersMax) return text.substr(0, i) + "…";
  }
  return text;
}

lxw_error write_cell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell))
    return worksheet_write_number(sheet, row, column, static_cast<double>(*number), nullptr);
  if (std::holds_alternative<HiddenCell>(cell))
    return worksheet_write_string(sheet, row, column, std::string(kHiddenMark).c_str(), nullptr);
  const auto* text = std::get_if<std::string>(&cell);
  if (text == nullptr || text->empty()) return LXW_NO_ERROR;
  return worksheet_write_string(sheet, row, column, shortened(*text).c_str(), nullptr);
}

lxw_error write_rows(lxw_worksheet* worksheet, const Sheet& sheet, lxw_format* bold) {
  const auto width = static_cast<lxw_col_t>(sheet.columns.size());
  worksheet_set_column(worksheet, 0, static_cast<lxw_col_t>(width - 1), kColumnWidth, nullptr);
  worksheet_freeze_panes(worksheet, 1, 0);
  for (lxw_col_t column = 0; column < width; ++column)
    worksheet_write_string(worksheet, 0, column, sheet.columns[column].c_str(), bold);
  const auto height = static_cast<lxw_row_t>(sheet.rows.size());
  worksheet_autofilter(worksheet, 0, 0, height, static_cast<lxw_col_t>(width - 1));
  for (lxw_row_t row = 0; row < height; ++row) {
    for (lxw_col_t column = 0; column < width; ++column) {
      const lxw_error error = write_cell(worksheet, row + 1, column, sheet.rows[row][column]);
      if (error != LXW_NO_ERROR) return error;
    }
  }
  return LXW_NO_ERROR;
}

}  // namespace

Result<void> write_spreadsheet(const Sheet& sheet, const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return fail(ErrorCode::already_exists, "export.xlsx", "there is a file with that name already");
  }
  // The library tells failures on standard error; so the file is made, and made private, before.
  std::ofstream made(path, std::ios::binary);
  if (!made) return fail(ErrorCode::io, "export.xlsx", "the file cannot be made; is there such a folder?");
  made.close();
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               error);
  lxw_workbook* workbook = workbook_new(path.c_str());
  if (workbook == nullptr) return fail(ErrorCode::io, "export.xlsx");
  lxw_worksheet* worksheet = workbook_add_worksheet(workbook, sheet.name.c_str());
  lxw_format* bold = workbook_add_format(workbook);
  format_set_bold(bold);
  const lxw_error written = write_rows(worksheet, sheet, bold);
  const lxw_error closed = workbook_close(workbook);
  if (written != LXW_NO_ERROR || closed != LXW_NO_ERROR) {
    std::filesystem::remove(path, error);
    return fail(ErrorCode::io, "export.xlsx", lxw_strerror(written != LXW_NO_ERROR ? written : closed));
  }
  return {};
}

}  // namespace samla::domain
