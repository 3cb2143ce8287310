#include "core/domain/import.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/csv.h"
#include "core/domain/dates.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

using replica::Edit;
using Values = std::map<std::string, std::string>;

constexpr std::string_view kOperation = "org.import";
/// One transaction holds so many records: it is sealed and sent as one.
constexpr std::size_t kRecordsACommit = 100;

struct Row {
  std::size_t line = 0;
  Values values;
};

class Import {
 public:
  Import(Workspace& workspace, std::string_view kind) : workspace_(workspace), kind_(kind) {}

  Result<std::vector<Row>> read(std::string_view csv, const std::vector<std::string_view>& needed,
                                const std::vector<std::string_view>& possible) {
    SAMLA_ASSIGN(const auto rows, parse_csv(csv));
    if (rows.empty()) return fail(ErrorCode::invalid_argument, std::string(kOperation), "the file is empty");
    std::vector<std::string> columns = rows.front().cells;
    for (const std::string& column : columns) {
      if (std::ranges::find(possible, column) == possible.end())
        mistake(rows.front().line, "there is no column '" + column + "' to import");
      if (std::ranges::count(columns, column) > 1)
        mistake(rows.front().line, "the column '" + column + "' stands there twice");
    }
    for (const std::string_view column : needed) {
      if (std::ranges::find(columns, column) == columns.end())
        mistake(rows.front().line, "the column '" + std::string(column) + "' is missing");
    }
    std::vector<Row> out;
    if (!result.mistakes.empty()) return out;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].cells.size() > columns.size()) {
        mistake(rows[i].line, "there are more cells than columns");
        continue;
      }
      Row row{rows[i].line, {}};
      for (std::size_t c = 0; c < columns.size(); ++c)
        row.values[columns[c]] = c < rows[i].cells.size() ? rows[i].cells[c] : std::string();
      out.push_back(std::move(row));
    }
    return out;
  }

  void mistake(std::size_t line, std::string message) {
    result.mistakes.push_back({line, std::move(message)});
  }
  /// Whether `checked` is well; else its hint is the line's mistake.
  bool holds(std::size_t line, const Result<void>& checked) {
    if (!checked) mistake(line, checked.error().hint);
    return checked.ok();
  }

  /// Compares with what is there, and remembers the steps. `id`: what the person knows it by.
  void put(const Row& row, const std::string& id, const RecordId& record, const Values& wanted,
           const view::RecordView* present) {
    if (present == nullptr) {
      std::vector<Edit::Field> fields;
      for (const auto& [name, value] : wanted) {
        if (!value.empty()) fields.push_back(field(name, value_of(name, value)));
      }
      result.changes.push_back({row.line, id, "new", {}, {}, {}});
      creates_.emplace_back(record, std::move(fields));
      return;
    }
    bool is_same = true;
    for (const auto& [name, value] : wanted) {
      const std::string before = text_of(*present, name);
      if (before == value) continue;
      is_same = false;
      result.changes.push_back({row.line, id, "changed", name, before, value});
      assigns_.push_back({record, name, value_of(name, value)});
    }
    if (is_same) ++result.same;
  }

  Result<void> apply() {
    const SpaceId directory = workspace_.directory();
    SAMLA_TRY(workspace_.check_writable(directory, kOperation));
    Edit edit;
    for (auto& [record, fields] : creates_) {
      edit.create(record, directory, std::string(kind_), std::move(fields));
      SAMLA_TRY(commit_when_full(edit));
    }
    for (const auto& each : assigns_) {
      edit.assign(each.record, each.name, each.value);
      SAMLA_TRY(commit_when_full(edit));
    }
    if (!edit.empty()) SAMLA_TRY(workspace_.commit(std::move(edit), {directory}));
    result.applied = true;
    return {};
  }

  ImportResult result;

 private:
  struct Assign {
    RecordId record;
    std::string name;
    view::Value value;
  };

  static view::Value value_of(const std::string& name, const std::string& value) {
    std::int64_t number = 0;
    if (name != "headcount") return value;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
  }
  static std::string text_of(const view::RecordView& record, const std::string& name) {
    if (name != "headcount") return record.text(name);
    return record.find(name) == nullptr ? std::string() : std::to_string(record.number(name));
  }
  Result<void> commit_when_full(Edit& edit) {
    if (edit.steps().size() < kRecordsACommit) return {};
    SAMLA_TRY(workspace_.commit(std::move(edit), {workspace_.directory()}));
    edit = Edit();
    return {};
  }

  Workspace& workspace_;
  std::string_view kind_;
  std::vector<std::pair<RecordId, std::vector<Edit::Field>>> creates_;
  std::vector<Assign> assigns_;
};

bool is_count(const std::string& text) {
  constexpr std::size_t kDigitsMax = 7;
  return !text.empty() && text.size() <= kDigitsMax && text.find_first_not_of("0123456789") == text.npos &&
         (text == "0" || text.front() != '0');
}

Result<void> check_role(const Workspace& workspace) {
  if (workspace.role() == Role::kHr) return {};
  return fail(ErrorCode::not_permitted, std::string(kOperation), "HR imports units and leaders");
}

void check_unit_row(Import& import, const Row& row, const std::set<std::string>& numbers) {
  const auto value = [&](const char* name) {
    const auto found = row.values.find(name);
    return found == row.values.end() ? std::string() : found->second;
  };
  import.holds(row.line, check_name(value("number"), "number", kOperation));
  import.holds(row.line, check_name(value("name"), "name", kOperation));
  for (const char* name : {"type", "fylke", "kommune"}) {
    if (!value(name).empty()) import.holds(row.line, check_name(value(name), name, kOperation));
  }
  for (const char* name : {"parent", "successor"}) {
    if (value(name).empty()) continue;
    if (value(name) == value("number"))
      import.mistake(row.line, std::string(name) + " is the unit itself");
    else if (!numbers.contains(value(name)))
      import.mistake(row.line, std::string(name) + ": there is no unit '" + value(name) + "'");
  }
  if (!value("headcount").empty() && !is_count(value("headcount")))
    import.mistake(row.line, "headcount must be a whole number");
  if (!value("language").empty() && value("language") != "nb" && value("language") != "nn")
    import.mistake(row.line, "language is nb or nn");
}

/// A unit that has become part of one that has become part of it is no unit at all.
void check_successions(Import& import, const std::vector<Row>& rows, const std::vector<Unit>& known) {
  std::map<std::string, std::string> next;
  for (const Unit& each : known) next[each.number] = each.successor;
  for (const Row& row : rows) {
    const auto successor = row.values.find("successor");
    if (successor != row.values.end()) next[row.values.at("number")] = successor->second;
  }
  for (const Row& row : rows) {
    std::string number = row.values.at("number");
    std::size_t steps = 0;
    while (!number.empty() && steps <= next.size()) {
      number = next[number];
      ++steps;
    }
    if (!number.empty()) import.mistake(row.line, "the successors go in a circle");
  }
}

Result<ImportResult> finish(Import& import, bool dry_run) {
  if (import.result.mistakes.empty() && !dry_run) SAMLA_TRY(import.apply());
  return std::move(import.result);
}

}  // namespace

Result<ImportResult> import_units(Workspace& workspace, std::string_view csv, bool dry_run) {
  SAMLA_TRY(check_role(workspace));
  Import import(workspace, kind::kUnit);
  SAMLA_ASSIGN(auto rows, import.read(csv, {"number", "name"},
                                      {"number", "name", "type", "parent", "fylke", "kommune", "language",
                                       "headcount", "successor"}));
  SAMLA_ASSIGN(const auto known, units(workspace));
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kUnit));
  std::map<std::string, const view::RecordView*> present;
  std::set<std::string> numbers;
  for (const view::RecordView& record : records) {
    present[record.text("number")] = &record;
    numbers.insert(record.text("number"));
  }
  std::map<std::string, std::size_t> lines;
  for (const Row& row : rows) {
    const auto [first, is_new] = lines.emplace(row.values.at("number"), row.line);
    if (!is_new)
      import.mistake(row.line,
                     "unit '" + first->first + "' stands on line " + std::to_string(first->second) + " too");
    numbers.insert(row.values.at("number"));
  }
  for (const Row& row : rows) check_unit_row(import, row, numbers);
  check_successions(import, rows, known);
  for (const Row& row : rows) {
    const std::string& number = row.values.at("number");
    Values wanted = row.values;
    if (const auto successor = wanted.find("successor"); successor != wanted.end())
      wanted["status"] = successor->second.empty() ? "aktiv" : "slått sammen";
    const auto found = present.find(number);
    if (found == present.end()) wanted.try_emplace("status", "aktiv");
    SAMLA_ASSIGN(const RecordId id,
                 workspace.replica().derived_id(workspace.directory(), kind::kUnit, number));
    import.put(row, number, found == present.end() ? id : found->second->id, wanted,
               found == present.end() ? nullptr : found->second);
  }
  return finish(import, dry_run);
}

Result<ImportResult> import_leaders(Workspace& workspace, std::string_view csv, bool dry_run) {
  SAMLA_TRY(check_role(workspace));
  Import import(workspace, kind::kLeader);
  SAMLA_ASSIGN(auto rows,
               import.read(csv, {"user", "name", "unit"}, {"user", "name", "unit", "level", "from", "to"}));
  SAMLA_ASSIGN(const auto known, units(workspace));
  const SpaceId directory = workspace.directory();
  Names names(workspace);
  std::map<std::string, std::string> name_of;
  std::set<std::string> seen;
  for (const Row& row : rows) {
    const std::string& user = row.values.at("user");
    const std::string& unit = row.values.at("unit");
    bool is_well = import.holds(row.line, check_name(user, "user", kOperation));
    is_well = import.holds(row.line, check_name(row.values.at("name"), "name", kOperation)) && is_well;
    if (std::ranges::find(known, unit, &Unit::number) == known.end())
      import.mistake(row.line, "there is no unit '" + unit + "'; import it first");
    for (const char* name : {"from", "to"}) {
      const auto found = row.values.find(name);
      if (found != row.values.end() && !found->second.empty())
        import.holds(row.line, check_date(found->second, name, kOperation));
    }
    const auto [named, is_new] = name_of.emplace(user, row.values.at("name"));
    if (!is_new && named->second != row.values.at("name"))
      import.mistake(row.line, "'" + user + "' has another name further up");
    if (!seen.insert(user + "\n" + unit).second)
      import.mistake(row.line, "'" + user + "' and unit '" + unit + "' stand there twice");
    if (!is_well) continue;
    SAMLA_ASSIGN(const RecordId person, workspace.replica().derived_id(directory, kind::kUser, user));
    SAMLA_ASSIGN(const RecordId id,
                 workspace.replica().derived_id(directory, kind::kLeader, user + "\n" + unit));
    SAMLA_ASSIGN(const auto present, workspace.records().read(id));
    Values wanted = row.values;
    wanted.erase("user");
    const auto handle = names.find_user(user);
    wanted["person"] = handle ? to_hex(*handle) : to_hex(person);
    wanted["user"] = user;
    wanted["status"] = "aktiv";
    import.put(row, user + " " + unit, id, wanted, present ? &*present : nullptr);
  }
  return finish(import, dry_run);
}

}  // namespace samla::domain
