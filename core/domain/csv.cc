#include "core/domain/csv.h"

#include <algorithm>

#include "core/base/encoding.h"

namespace samla::domain {
namespace {

char separator_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  char best = ';';
  for (const char each : {',', '\t'}) {
    if (std::ranges::count(first, each) > std::ranges::count(first, best)) best = each;
  }
  return best;
}

Error refuse(std::size_t line, std::string_view why) {
  return fail(ErrorCode::malformed, "csv", "line " + std::to_string(line) + ": " + std::string(why));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  bool at_end() const { return place_ == text_.size(); }

  Result<CsvRow> row() {
    CsvRow out;
    out.line = line_;
    for (;;) {
      SAMLA_ASSIGN(std::string cell, read_cell());
      out.cells.push_back(std::move(cell));
      if (at_end()) return out;
      if (text_[place_] == separator_) {
        ++place_;
        continue;
      }
      end_line();
      return out;
    }
  }

 private:
  Result<std::string> read_cell() {
    if (!at_end() && text_[place_] == '"') return read_quoted();
    const std::size_t begin = place_;
    while (!at_end() && !is_end_of_cell()) ++place_;
    std::string_view cell = text_.substr(begin, place_ - begin);
    while (!cell.empty() && cell.front() == ' ') cell.remove_prefix(1);
    while (!cell.empty() && cell.back() == ' ') cell.remove_suffix(1);
    return std::string(cell);
  }

  Result<std::string> read_quoted() {
    const std::size_t begun = line_;
    std::string out;
    for (++place_; !at_end(); ++place_) {
      const char c = text_[place_];
      if (c != '"') {
        if (c == '\n') ++line_;
        out += c;
        continue;
      }
      ++place_;
      if (at_end() || is_end_of_cell()) return out;
      if (text_[place_] != '"') return refuse(line_, "text stands behind a closing quotation mark");
      out += '"';
    }
    return refuse(begun, "a quotation mark is never closed");
  }

  bool is_end_of_cell() const {
    const char c = text_[place_];
    return c == separator_ || c == '\r' || c == '\n';
  }

  void end_line() {
    if (text_[place_] == '\r') ++place_;
    if (!at_end() && text_[place_] == '\n') ++place_;
    ++line_;
  }

  std::string_view text_;
  char separator_;
  std::size_t place_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text)) {
    return fail(ErrorCode::malformed, "csv", "the file must be UTF-8; save it as CSV UTF-8");
  }
  if (text.find('\0') != text.npos)
    return fail(ErrorCode::malformed, "csv", "the file holds a NUL character");
  std::vector<CsvRow> out;
  Reader reader(text);
  while (!reader.at_end()) {
    SAMLA_ASSIGN(CsvRow row, reader.row());
    const bool is_empty = std::ranges::all_of(row.cells, [](const auto& cell) { return cell.empty(); });
    if (is_empty) continue;
    if (out.size() == kCsvRowsMax) return fail(ErrorCode::too_large, "csv", "at most 100,000 rows");
    out.push_back(std::move(row));
  }
  return out;
}

std::string csv_line(const std::vector<std::string>& cells, char separator) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += separator;
    std::string cell = cells[i];
    if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos)
      cell.insert(cell.begin(), '\'');
    if (cell.find_first_of("\"\r\n;,\t") == cell.npos) {
      out += cell;
      continue;
    }
    out += '"';
    for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += '"';
  }
  return out + "\r\n";
}

}  // namespace samla::domain
