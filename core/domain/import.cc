#include "core/domain/import.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/dates.h"
#include "core/domain/import_table.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

using Import = ImportTable;
using Row = ImportRow;
using Values = ImportTable::Values;

constexpr std::string_view kOrgImport = "org.import";

Result<void> check_role(const Workspace& workspace) {
  if (workspace.role() == Role::kHr) return {};
  return fail(ErrorCode::not_permitted, std::string(kOrgImport), "HR imports units and leaders");
}

void check_unit_row(Import& import, const Row& row, const std::set<std::string>& numbers) {
  const auto value = [&](const char* name) {
    const auto found = row.values.find(name);
    return found == row.values.end() ? std::string() : found->second;
  };
  import.holds(row.line, check_name(value("number"), "number", kOrgImport));
  import.holds(row.line, check_name(value("name"), "name", kOrgImport));
  for (const char* name : {"type", "fylke", "kommune"}) {
    if (!value(name).empty()) import.holds(row.line, check_name(value(name), name, kOrgImport));
  }
  for (const char* name : {"parent", "successor"}) {
    if (value(name).empty()) continue;
    if (value(name) == value("number"))
      import.mistake(row.line, std::string(name) + " is the unit itself");
    else if (!numbers.contains(value(name)))
      import.mistake(row.line, std::string(name) + ": there is no unit '" + value(name) + "'");
  }
  if (!value("headcount").empty() && !is_whole_number(value("headcount")))
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

}  // namespace

Result<ImportResult> import_units(Workspace& workspace, std::string_view csv, bool dry_run) {
  SAMLA_TRY(check_role(workspace));
  Import import(workspace, kind::kUnit, {"headcount"});
  SAMLA_ASSIGN(auto rows, import.read(csv, {"number", "name"},
                                      {"number", "name", "type", "parent", "fylke", "kommune", "language",
                                       "headcount", "successor"}));
  SAMLA_ASSIGN(const auto known, units(workspace));
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kUnit));
  std::map<std::string, const view::RecordView*> present;
  std::set<std::string> numbers;
  for (const auto& record : records) {
    present[record->text("number")] = record.get();
    numbers.insert(record->text("number"));
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
    import.put(row, number, workspace.directory(), found == present.end() ? id : found->second->id, wanted,
               found == present.end() ? nullptr : found->second);
  }
  return import.finish(dry_run);
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
    bool is_well = import.holds(row.line, check_name(user, "user", kOrgImport));
    is_well = import.holds(row.line, check_name(row.values.at("name"), "name", kOrgImport)) && is_well;
    if (std::ranges::find(known, unit, &Unit::number) == known.end())
      import.mistake(row.line, "there is no unit '" + unit + "'; import it first");
    for (const char* name : {"from", "to"}) {
      const auto found = row.values.find(name);
      if (found != row.values.end() && !found->second.empty())
        import.holds(row.line, check_date(found->second, name, kOrgImport));
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
    SAMLA_ASSIGN(const auto present, workspace.read(id));
    Values wanted = row.values;
    wanted.erase("user");
    const auto handle = names.find_user(user);
    wanted["person"] = handle ? to_hex(*handle) : to_hex(person);
    wanted["user"] = user;
    wanted["status"] = "aktiv";
    import.put(row, user + " " + unit, directory, id, wanted, present ? &*present : nullptr);
  }
  return import.finish(dry_run);
}

}  // namespace samla::domain
