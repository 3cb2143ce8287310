#include "core/domain/import_table.h"

#include <algorithm>
#include <charconv>

#include "core/domain/csv.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kTableImport = "org.import";
/// One transaction holds so many records: it is sealed and sent as one.
constexpr std::size_t kRecordsACommit = 100;

}  // namespace

std::string ImportRow::value(const std::string& column) const {
  const auto found = values.find(column);
  return found == values.end() ? std::string() : found->second;
}

Result<std::vector<ImportRow>> ImportTable::read(std::string_view csv,
                                                 const std::vector<std::string_view>& needed,
                                                 const std::vector<std::string_view>& possible) {
  SAMLA_ASSIGN(const auto rows, parse_csv(csv));
  if (rows.empty()) return fail(ErrorCode::invalid_argument, std::string(kTableImport), "the file is empty");
  std::vector<std::string> columns = rows.front().cells;
  std::string known;
  for (const std::string_view each : possible) known += (known.empty() ? "" : ", ") + std::string(each);
  for (const std::string& column : columns) {
    if (std::ranges::find(possible, column) == possible.end())
      mistake(rows.front().line, "there is no column '" + column + "' to import; there can be " + known);
    if (std::ranges::count(columns, column) > 1)
      mistake(rows.front().line, "the column '" + column + "' stands there twice");
  }
  for (const std::string_view column : needed) {
    if (std::ranges::find(columns, column) == columns.end())
      mistake(rows.front().line, "the column '" + std::string(column) + "' is missing");
  }
  std::vector<ImportRow> out;
  if (!result.mistakes.empty()) return out;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].cells.size() > columns.size()) {
      mistake(rows[i].line, "there are more cells than columns");
      continue;
    }
    ImportRow row{rows[i].line, {}};
    for (std::size_t c = 0; c < columns.size(); ++c)
      row.values[columns[c]] = c < rows[i].cells.size() ? rows[i].cells[c] : std::string();
    out.push_back(std::move(row));
  }
  return out;
}

void ImportTable::mistake(std::size_t line, std::string message) {
  result.mistakes.push_back({line, std::move(message)});
}

bool ImportTable::holds(std::size_t line, const Result<void>& checked) {
  if (!checked) mistake(line, checked.error().hint);
  return checked.ok();
}

void ImportTable::put(const ImportRow& row, const std::string& id, const SpaceId& space,
                      const RecordId& record, const Values& wanted, const view::RecordView* present,
                      const Values& first) {
  if (present == nullptr) {
    Values all = wanted;
    for (const auto& [name, value] : first) {
      std::string& there = all[name];
      if (there.empty()) there = value;
    }
    std::vector<Edit::Field> fields;
    for (const auto& [name, value] : all) {
      if (!value.empty()) fields.push_back(field(name, value_of(name, value)));
    }
    result.changes.push_back({row.line, id, "new", {}, {}, {}});
    creates_.push_back({record, space, std::move(fields)});
    return;
  }
  bool is_same = true;
  for (const auto& [name, value] : wanted) {
    const std::string before = text_of(*present, name);
    if (before == value) continue;
    is_same = false;
    result.changes.push_back({row.line, id, "changed", name, before, value});
    assigns_.push_back({record, space, name, value_of(name, value)});
  }
  if (is_same) ++result.same;
}

Result<ImportResult> ImportTable::finish(bool dry_run) {
  // However they were found, a person goes through the file from above.
  std::ranges::stable_sort(result.mistakes, {}, &ImportMistake::line);
  if (result.mistakes.empty() && !dry_run) SAMLA_TRY(apply());
  return std::move(result);
}

Result<void> ImportTable::apply() {
  Edit edit;
  for (Create& each : creates_) {
    SAMLA_TRY(workspace_.check_writable(each.space, kTableImport));
    edit.create(each.record, each.space, std::string(kind_), std::move(each.fields));
    written_.insert(each.space);
    if (edit.steps().size() >= kRecordsACommit) SAMLA_TRY(commit(edit));
  }
  for (const Assign& each : assigns_) {
    SAMLA_TRY(workspace_.check_writable(each.space, kTableImport));
    edit.assign(each.record, each.name, each.value);
    written_.insert(each.space);
    if (edit.steps().size() >= kRecordsACommit) SAMLA_TRY(commit(edit));
  }
  if (!edit.empty()) SAMLA_TRY(commit(edit));
  result.applied = true;
  return {};
}

Result<void> ImportTable::commit(Edit& edit) {
  SAMLA_TRY(workspace_.commit(std::move(edit), written_));
  edit = Edit();
  written_.clear();
  return {};
}

bool ImportTable::is_number(const std::string& name) const {
  return std::ranges::find(numbers_, name) != numbers_.end();
}

view::Value ImportTable::value_of(const std::string& name, const std::string& value) const {
  if (!is_number(name)) return value;
  std::int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

std::string ImportTable::text_of(const view::RecordView& record, const std::string& name) const {
  if (!is_number(name)) return record.text(name);
  return record.find(name) == nullptr ? std::string() : std::to_string(record.number(name));
}

bool is_whole_number(const std::string& text) {
  constexpr std::size_t kDigitsMax = 7;
  return !text.empty() && text.size() <= kDigitsMax && text.find_first_not_of("0123456789") == text.npos &&
         (text == "0" || text.front() != '0');
}

}  // namespace samla::domain
