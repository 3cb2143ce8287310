// Assessments from and to records. Within the domain alone.
#pragma once

#include <string_view>
#include <vector>

#include "core/domain/assessments.h"
#include "core/domain/names.h"

namespace samla::domain {

/// The items of `draft`, in their order; true in `contested` where one has several values.
Result<std::vector<AssessmentItem>> read_items(Workspace& workspace, const view::RecordView& draft,
                                               bool& contested);
Result<Assessment> draft_of(Workspace& workspace, Names& names, const view::RecordView& record);
/// `unaltered`: whether the record is what its id says.
Assessment revision_of(Workspace& workspace, Names& names, const view::RecordView& record, bool unaltered);
/// Whether a leader sees the same in both.
bool same_content(const Assessment& draft, const Assessment& revision);
/// The fields of the revision that submitting `draft` makes. `previous`: the revisions that it replaces.
std::vector<replica::Edit::Field> revision_fields(const Assessment& draft,
                                                  const std::vector<std::string>& previous);

}  // namespace samla::domain
