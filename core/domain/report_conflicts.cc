#include "core/domain/report_conflicts.h"

#include <algorithm>

#include "core/domain/conflicts.h"

namespace samla::domain {
namespace {

/// Only a field that two writers have written and that is one again can have been settled. Looking is cheap;
/// the history is not.
bool may_be_settled(const resolve::RecordState& state) {
  return std::ranges::any_of(state.fields(), [](const auto& each) {
    return each.second.heads().size() == 1 && each.second.context().size() >= 2;
  });
}

/// Writes that replaced several values at once and stand.
Result<std::size_t> settled(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto history, workspace.replica().history(id));
  return static_cast<std::size_t>(std::ranges::count_if(history, [](const replica::WriteInfo& write) {
    return write.type == change::WriteType::kAssign && write.prev.size() >= 2 && write.head();
  }));
}

}  // namespace

Result<ConflictsReport> report_conflicts(Workspace& workspace) {
  ConflictsReport out;
  SAMLA_ASSIGN(const auto open, list_conflicts(workspace));
  out.open = open.size();
  for (const ConflictKind kind :
       {ConflictKind::kHard, ConflictKind::kErase, ConflictKind::kText, ConflictKind::kForm})
    out.open_by_kind[std::string(word_of(kind))] = 0;
  for (const Conflict& each : open) ++out.open_by_kind[std::string(word_of(each.kind))];
  for (const Kind& kind : kinds()) {
    if (kind.immutable) continue;
    view::Query query;
    query.kind = kind.name;
    SAMLA_ASSIGN(const auto records, workspace.records().list(query));
    for (const view::RecordView& record : records) {
      out.merged += static_cast<std::size_t>(std::ranges::count_if(
          record.fields, [](const view::FieldView& each) { return each.merged && !each.contested; }));
      SAMLA_ASSIGN(const auto state, workspace.records().state(record.id));
      if (!state || !may_be_settled(*state)) continue;
      SAMLA_ASSIGN(const std::size_t number, settled(workspace, record.id));
      out.resolved += number;
    }
  }
  return out;
}

}  // namespace samla::domain
