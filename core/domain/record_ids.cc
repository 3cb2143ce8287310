#include "core/domain/record_ids.h"

#include <algorithm>

namespace samla::domain {
namespace {

/// A beginning that more records than these share is no name for one of them, whatever their kinds.
constexpr std::size_t kCandidatesMax = 256;

}  // namespace

Result<view::RecordView> find_record(Workspace& workspace, std::string_view id,
                                     std::initializer_list<std::string_view> kinds,
                                     std::string_view operation) {
  const std::string what(kinds.size() == 0 ? "record" : *kinds.begin());
  const auto candidates = workspace.records().find_by_prefix(id, kCandidatesMax + 1);
  if (!candidates) return fail(candidates.error().code, std::string(operation), candidates.error().hint);
  std::optional<view::RecordView> found;
  bool ambiguous = candidates->size() > kCandidatesMax;
  for (const RecordId& candidate : *candidates) {
    if (ambiguous) break;
    SAMLA_ASSIGN(auto record, workspace.read(candidate));
    const bool wanted =
        kinds.size() == 0 || std::ranges::find(kinds, record ? record->kind : "") != kinds.end();
    if (!record || !wanted) continue;
    ambiguous = found.has_value();
    found = std::move(record);
  }
  if (ambiguous) {
    return fail(ErrorCode::ambiguous, std::string(operation), "give more digits of the id");
  }
  if (!found) {
    return fail(ErrorCode::not_found, std::string(operation),
                "there is no " + what + " with the id '" + std::string(id) + "' on this device");
  }
  return std::move(*found);
}

}  // namespace samla::domain
