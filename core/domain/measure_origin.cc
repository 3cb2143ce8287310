#include "core/domain/measure_origin.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/assessments.h"
#include "core/domain/names.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

std::string unit_of(Workspace& workspace, const SpaceId& space) {
  const auto info = workspace.space(space);
  const bool is_units = info && (info->purpose == purpose::kUnit || info->purpose == purpose::kUnitHr);
  return is_units ? Names(workspace).unit(info->scope) : std::string();
}

}  // namespace

std::string measure_title(std::string_view text) {
  constexpr std::size_t kBytesMax = 160;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  text = text.substr(0, text.find_first_of("\r\n"));
  std::size_t end = std::min(text.size(), kBytesMax);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text = text.substr(0, end);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

Result<MeasureOrigin> find_origin(Workspace& workspace, std::string_view id, std::string_view operation) {
  const auto record =
      find_record(workspace, id,
                  {kind::kItem, kind::kAssessment, kind::kRevision, kind::kCluster, kind::kRound}, operation);
  if (record) {
    MeasureOrigin out;
    out.id = to_hex(record->id);
    out.unit = unit_of(workspace, record->space);
    out.theme = record->text("theme");
    out.kind = record->kind;
    if (record->kind == kind::kItem) out.kind = "item";
    if (record->kind == kind::kRevision) out.kind = "assessment";
    if (record->kind == kind::kItem || record->kind == kind::kCluster)
      out.text = measure_title(record->text("text"));
    if (record->kind == kind::kRevision) out.id = record->text("source");
    return out;
  }
  // HR holds no draft: it knows an item by the revisions that it is in.
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(workspace));
  for (const Assessment& revision : revisions) {
    for (const AssessmentItem& item : revision.items) {
      if (item.id == id)
        return MeasureOrigin{"item", item.id, revision.unit, measure_title(item.text), item.theme};
    }
  }
  return record.error();
}

}  // namespace samla::domain
