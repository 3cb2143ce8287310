#include "core/domain/consolidation.h"

#include <algorithm>

#include "core/domain/programme.h"

namespace samla::domain {

Result<Consolidation> Consolidation::load(Workspace& workspace, std::string_view operation) {
  if (workspace.role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(operation),
                "reports are for HR, who holds what was submitted");
  }
  SAMLA_ASSIGN(const auto all, domain::units(workspace));
  std::map<std::string, const Unit*> by_number;
  for (const Unit& each : all) by_number[each.number] = &each;
  // Import refuses circles; two imports at once might still make one, and then the unit stands for itself.
  const auto standing = [&](const Unit& unit) {
    const Unit* at = &unit;
    for (std::size_t steps = 0; steps <= all.size() && !at->successor.empty(); ++steps) {
      const auto next = by_number.find(at->successor);
      if (next == by_number.end()) break;
      at = next->second;
    }
    return at->successor.empty() ? at : &unit;
  };
  Consolidation out;
  SAMLA_ASSIGN(out.anonymity_, anonymity_of(workspace));
  for (const Unit& each : all) {
    if (standing(each) != &each) continue;
    out.by_number_[each.number] = out.units_.size();
    out.units_.push_back(each);
    out.subjects_.push_back({each.number, each.fylke, each.type});
  }
  for (const Unit& each : all) {
    const std::size_t subject = out.by_number_.at(standing(each)->number);
    out.by_number_[each.number] = subject;
    out.by_space_[workspace.replica().space_id(purpose::kUnitHr, each.scope)] = subject;
  }
  return out;
}

std::optional<std::size_t> Consolidation::subject_of(const SpaceId& unit_hr) const {
  const auto found = by_space_.find(unit_hr);
  return found == by_space_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Consolidation::subject_of_unit(const std::string& number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<bool>> Consolidation::chosen(const ReportFilter& filter,
                                                std::string_view operation) const {
  std::vector<bool> out;
  for (const Subject& each : subjects_) {
    out.push_back((!filter.fylke || each.fylke == *filter.fylke) &&
                  (!filter.type || each.type == *filter.type) && (!filter.unit || each.unit == *filter.unit));
  }
  const bool is_filtered = filter.fylke || filter.type || filter.unit;
  if (is_filtered && std::ranges::find(out, true) == out.end()) {
    return fail(ErrorCode::not_found, std::string(operation), "no unit is like that");
  }
  return out;
}

Result<std::vector<Assessment>> counting_revisions(Workspace& workspace) {
  SAMLA_ASSIGN(auto all, submitted_revisions(workspace));
  std::map<std::pair<SpaceId, std::string>, Assessment*> newest;
  for (Assessment& revision : all) {
    Assessment*& present = newest[{revision.space, revision.source}];
    if (present == nullptr || present->created_ms <= revision.created_ms) present = &revision;
  }
  std::vector<Assessment> out;
  for (auto& [draft, revision] : newest) out.push_back(std::move(*revision));
  return out;
}

}  // namespace samla::domain
