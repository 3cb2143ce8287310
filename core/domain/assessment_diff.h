// Assessment diff: what differs between two versions of an assessment, and what has happened to one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/assessments.h"

namespace samla::domain {

struct Change {
  std::string what;    ///< answer, item, process, participant
  std::string id;      ///< a field's or an item's id; a participant's name
  std::string change;  ///< added, removed, changed, moved
  std::string part;    ///< of a changed item: type, text, theme, driver, evidence
  std::string before;
  std::string after;
};

/// From `before` to `after`: answers by field id, then items in the order of `after`, then those removed.
std::vector<Change> changes_between(const Assessment& before, const Assessment& after);

struct AssessmentDiff {
  Assessment before;  ///< without an id: there is nothing before the first revision
  Assessment after;
  std::vector<Change> changes;
};

/// `id` against `with`, both a draft's or a revision's. Without `with`: a draft against what was submitted
/// last, a revision against the one that it replaces.
Result<AssessmentDiff> diff_assessment(Workspace& workspace, std::string_view id,
                                       const std::optional<std::string>& with);

struct HistoryEvent {
  std::uint64_t time_ms = 0;
  WriterId author;
  std::string
      event;  ///< begun, filled, item, submitted, returnert, godkjent, låst, comment, or a status word
  std::string detail;  ///< a field's or an item's id, a revision's id, a comment's text
  std::string value;   ///< of filled and item: the text written
};

/// Everything that this device may know of it, oldest first: edits where it holds the draft.
Result<std::vector<HistoryEvent>> history_of_assessment(Workspace& workspace, std::string_view id);

}  // namespace samla::domain
