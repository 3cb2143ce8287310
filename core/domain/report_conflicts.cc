#include "core/domain/report_conflicts.h"

#include "core/domain/conflicts.h"

namespace samla::domain {

Result<ConflictsReport> report_conflicts(Workspace& workspace) {
  ConflictsReport out;
  SAMLA_ASSIGN(const auto open, list_conflicts(workspace));
  out.open = open.size();
  for (const ConflictKind kind :
       {ConflictKind::kHard, ConflictKind::kErase, ConflictKind::kText, ConflictKind::kForm})
    out.open_by_kind[std::string(word_of(kind))] = 0;
  for (const Conflict& each : open) ++out.open_by_kind[std::string(word_of(each.kind))];
  SAMLA_ASSIGN(const ConflictTally::Counts counts, workspace.count_settled());
  out.merged = counts.merged;
  out.resolved = counts.resolved;
  return out;
}

}  // namespace samla::domain
