#include "core/domain/search.h"

#include <algorithm>

#include "core/domain/dates.h"
#include "core/domain/note_withdrawals.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

constexpr std::string_view kSearch = "search";
constexpr std::uint64_t kDayMs = 24 * 60 * 60 * 1000;

Result<std::optional<std::uint64_t>> start_of(const std::optional<std::string>& date, std::string_view what) {
  if (!date) return std::optional<std::uint64_t>();
  SAMLA_TRY(check_date(*date, what, kSearch));
  return std::optional(ms_of(*date));
}

Result<std::vector<SpaceId>> spaces_of(Workspace& workspace, const std::string& number) {
  SAMLA_ASSIGN(const Unit unit, find_unit(workspace, number, kSearch));
  std::vector<SpaceId> out;
  for (const replica::Purpose each : {purpose::kUnit, purpose::kUnitHr})
    out.push_back(workspace.replica().space_id(each, unit.scope));
  return out;
}

Result<view::SearchQuery> query_of(Workspace& workspace, const SearchFilter& filter) {
  view::SearchQuery out;
  out.words = filter.words;
  out.kinds = filter.kinds;
  out.limit = filter.limit;
  const auto known = searched_kinds();
  for (const std::string& kind : filter.kinds) {
    if (std::ranges::find(known, kind) != known.end()) continue;
    std::string words;
    for (const std::string& each : known) words += (words.empty() ? "" : ", ") + each;
    return fail(ErrorCode::invalid_argument, std::string(kSearch),
                "nothing of the kind '" + kind + "' can be found; there are " + words);
  }
  if (filter.tag) out.element = {"tags", *filter.tag};
  if (filter.unit) {
    SAMLA_ASSIGN(out.spaces, spaces_of(workspace, *filter.unit));
  }
  SAMLA_ASSIGN(out.from_ms, start_of(filter.from, "from"));
  SAMLA_ASSIGN(out.until_ms, start_of(filter.until, "until"));
  if (out.until_ms) *out.until_ms += kDayMs;
  return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::vector<std::string> searched_kinds() {
  std::vector<std::string> out;
  for (const auto& [kind, fields] : search_fields()) out.push_back(kind);
  return out;
}

Result<std::vector<Found>> search(Workspace& workspace, const SearchFilter& filter) {
  SAMLA_ASSIGN(const view::SearchQuery query, query_of(workspace, filter));
  SAMLA_ASSIGN(const auto hits, workspace.records().search(query));
  SAMLA_ASSIGN(const NoteWithdrawals withdrawals, NoteWithdrawals::load(workspace));
  std::vector<Found> out;
  for (const view::SearchHit& hit : hits) {
    SAMLA_ASSIGN(const auto record, workspace.read(hit.id));
    if (!record || (hit.kind == kind::kPublishedNote && withdrawals.holds(*record))) continue;
    Found found{hit.id, hit.kind, first_line(hit.title), hit.snippet, record->space, record->updated_ms, {}};
    if (hit.kind == kind::kAssessment || hit.kind == kind::kRevision)
      found.title = record->text("form") + " " + record->text("unit");
    if (hit.kind == kind::kItem) found.part_of = record->text("assessment");
    if (hit.kind == kind::kComment) found.part_of = record->text("revision");
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace samla::domain
