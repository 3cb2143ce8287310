// Gatherings and who is asked to them, from CSV.
#include <algorithm>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/dates.h"
#include "core/domain/import.h"
#include "core/domain/import_table.h"
#include "core/domain/names.h"
#include "core/domain/participants.h"

namespace samla::domain {
namespace {

constexpr std::string_view kGatheringImport = "org.import";

using Seen = std::map<std::string, std::size_t>;

/// Whether the file has not had `id` further up.
bool is_first(ImportTable& table, Seen& seen, const ImportRow& row, const std::string& id,
              const std::string& words) {
  const auto [first, is_new] = seen.emplace(id, row.line);
  if (!is_new) table.mistake(row.line, words + " stands on line " + std::to_string(first->second) + " too");
  return is_new;
}

bool check_number(ImportTable& table, const ImportRow& row, const char* column) {
  const std::string value = row.value(column);
  if (value.empty() || is_whole_number(value)) return true;
  table.mistake(row.line, std::string(column) + " must be a whole number");
  return false;
}

bool check_gathering_row(ImportTable& table, const ImportRow& row) {
  bool is_well = table.holds(row.line, check_name(row.value("name"), "name", kGatheringImport));
  is_well = check_number(table, row, "capacity") && is_well;
  GatheringFields fields;
  for (const auto& [column, into] : {std::pair("place", &fields.place), std::pair("from", &fields.from),
                                     std::pair("to", &fields.to), std::pair("type", &fields.type)}) {
    if (!row.value(column).empty()) *into = row.value(column);
  }
  const auto made = checked(fields, kGatheringImport);
  if (!made) table.mistake(row.line, made.error().hint);
  return is_well && made.ok();
}

/// What the rows about one gathering share.
struct Place {
  std::optional<Gathering> gathering;
  std::string why_not;
  std::map<std::string, view::RecordView> present;  ///< by handle
  std::size_t people = 0;
};

Result<Place> place_of(Workspace& workspace, const std::string& name) {
  Place out;
  const auto found = find_open_gathering(workspace, name, kGatheringImport);
  if (!found) {
    out.why_not = found.error().hint;
    return out;
  }
  out.gathering = *found;
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kParticipant, found->space));
  for (const auto& record : records) {
    if (made_rightly(workspace, *record)) out.present.emplace(record->text("user"), *record);
  }
  out.people = out.present.size();
  return out;
}

bool check_word(ImportTable& table, const ImportRow& row, const char* column,
                const std::vector<std::string_view>& words) {
  const std::string value = row.value(column);
  if (value.empty() || std::ranges::find(words, value) != words.end()) return true;
  std::string all;
  for (const std::string_view each : words) all += (all.empty() ? "" : ", ") + std::string(each);
  table.mistake(row.line, std::string(column) + " is one of " + all);
  return false;
}

/// What the row says beside the person; columns that are not there, or empty, change nothing.
ImportTable::Values wanted_of(const ImportRow& row) {
  ImportTable::Values out;
  for (const char* column : {"role", "status", "table", "name"}) {
    if (!row.value(column).empty()) out[column] = row.value(column);
  }
  return out;
}

Result<void> put_participant(Workspace& workspace, ImportTable& table, const ImportRow& row, Place& place) {
  const std::string user = row.value("user");
  const SpaceId space = place.gathering->space;
  const auto present = place.present.find(user);
  const bool is_new = present == place.present.end();
  if (is_new && place.gathering->capacity > 0 &&
      ++place.people > static_cast<std::size_t>(place.gathering->capacity)) {
    table.mistake(row.line, "'" + place.gathering->name + "' takes " +
                                std::to_string(place.gathering->capacity) + "; this is one more");
    return {};
  }
  ImportTable::Values first;
  if (is_new) {
    SAMLA_ASSIGN(const auto fields,
                 participant_fields(workspace, user, row.value("name"), std::string(kParticipantPlain)));
    for (const auto& each : fields) first[each.name] = std::get<std::string>(each.value);
  }
  SAMLA_ASSIGN(const RecordId id, participant_id(workspace, space, user));
  table.put(row, place.gathering->name + " " + user, space, id, wanted_of(row),
            is_new ? nullptr : &present->second, first);
  return {};
}

}  // namespace

Result<ImportResult> import_gatherings(Workspace& workspace, std::string_view csv, bool dry_run) {
  SAMLA_TRY(check_makes_gatherings(workspace, kGatheringImport));
  ImportTable table(workspace, kind::kGathering, {"capacity"});
  SAMLA_ASSIGN(const auto rows,
               table.read(csv, {"name"}, {"name", "place", "from", "to", "type", "capacity"}));
  const SpaceId directory = workspace.directory();
  Seen seen;
  std::vector<RecordId> made;
  for (const ImportRow& row : rows) {
    const std::string name = row.value("name");
    const bool is_well = check_gathering_row(table, row);
    if (!is_first(table, seen, row, name, "'" + name + "'") || !is_well) continue;
    SAMLA_ASSIGN(const RecordId id, workspace.replica().derived_id(directory, kind::kGathering, name));
    SAMLA_ASSIGN(const auto present, workspace.read(id));
    table.put(row, name, directory, id, row.values, present ? &*present : nullptr,
              {{"status", std::string(kGatheringDraft)}});
    if (!present) made.push_back(id);
  }
  SAMLA_ASSIGN(ImportResult result, table.finish(dry_run));
  if (!result.applied) return result;
  for (const RecordId& id : made) SAMLA_TRY(found_gathering_space(workspace, id));
  return result;
}

Result<ImportResult> import_participants(Workspace& workspace, std::string_view csv, bool dry_run) {
  if (!may_run_gatherings(workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kGatheringImport),
                "HR and facilitators import participants");
  }
  ImportTable table(workspace, kind::kParticipant, {"table"});
  SAMLA_ASSIGN(const auto rows, table.read(csv, {"gathering", "user"},
                                           {"gathering", "user", "name", "role", "status", "table"}));
  std::map<std::string, Place> places;
  Seen seen;
  for (const ImportRow& row : rows) {
    const std::string name = row.value("gathering");
    const std::string user = row.value("user");
    bool is_well = table.holds(row.line, check_name(user, "user", kGatheringImport));
    if (!row.value("name").empty())
      is_well = table.holds(row.line, check_name(row.value("name"), "name", kGatheringImport)) && is_well;
    is_well = check_word(table, row, "role", participant_roles()) && is_well;
    is_well = check_word(table, row, "status", participant_statuses()) && is_well;
    is_well = check_number(table, row, "table") && is_well;
    if (!places.contains(name)) {
      SAMLA_ASSIGN(places[name], place_of(workspace, name));
    }
    Place& place = places.at(name);
    if (!place.gathering) {
      table.mistake(row.line, "gathering '" + name + "': " + place.why_not);
      continue;
    }
    if (!is_first(table, seen, row, name + "\n" + user, "'" + user + "' at '" + name + "'") || !is_well)
      continue;
    SAMLA_TRY(put_participant(workspace, table, row, place));
  }
  return table.finish(dry_run);
}

}  // namespace samla::domain
