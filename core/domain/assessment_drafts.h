// Assessment drafts: what the workflows of assessments share. Within the domain alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/assessment_records.h"

namespace samla::domain {

inline std::string text_of(std::string_view text) { return std::string(text); }

/// The draft that `id` names, to be written to: wrong_state for a revision or while HR has it locked.
Result<view::RecordView> find_draft(Workspace& workspace, std::string_view id, std::string_view operation);
/// With what HR has said of it.
Result<Assessment> read_draft(Workspace& workspace, const view::RecordView& record);
/// Says of each which answers have no place in its form's version, where that is here.
Result<void> mark_tray(Workspace& workspace, std::span<Assessment> assessments);
Result<AssessmentResult> result_of(Workspace& workspace, const RecordId& id);
Result<std::vector<Assessment>> all_drafts(Workspace& workspace);

/// The unit-hr space of the unit whose own space is `unit`.
SpaceId unit_hr_of(const Workspace& workspace, const SpaceId& unit);
/// Adds the status word of `draft` to the unit-hr space, once for each word.
Result<void> publish_status(Workspace& workspace, replica::Edit& edit, const SpaceId& unit_hr,
                            const RecordId& draft, std::string_view word);

/// Every revision, in `space` or in all, with what HR has said of it; oldest first.
Result<std::vector<Assessment>> all_revisions(Workspace& workspace, const std::optional<SpaceId>& space);
/// Those that no later one of the same draft replaces.
Result<std::vector<Assessment>> current_revisions(Workspace& workspace, const std::optional<SpaceId>& space);
std::vector<Assessment> unreplaced(std::vector<Assessment> all);

}  // namespace samla::domain
