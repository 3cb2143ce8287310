// Assessments: a unit's leaders fill a draft in the unit space; submitting publishes a revision, which
// never changes, in the unit-hr space, where HR reads it. Of a draft HR sees the status word alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/forms.h"
#include "core/domain/sensitive.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct AssessmentItem {
  std::string id;
  std::string type;  ///< styrke, svakhet, tiltak
  std::string text;
  std::string theme;  ///< a theme's key; empty: none
};

/// A draft or a submitted revision.
struct Assessment {
  RecordId id;
  std::string unit;  ///< its number, as the space says it
  std::string form;
  std::int64_t form_version = 0;
  std::string status;
  std::map<std::string, std::string> answers;  ///< by the form's field id; the shown value
  std::vector<AssessmentItem> items;
  SpaceId space;
  std::uint64_t created_ms = 0;
  std::uint64_t updated_ms = 0;
  WriterId author;
  bool is_revision = false;
  bool altered = false;               ///< a revision that is not what its id says: somebody wrote to it since
  bool contested = false;             ///< of a draft: a field or an item has several values
  std::string source;                 ///< of a revision: the draft's id
  std::vector<std::string> previous;  ///< of a revision: the ids of those that it replaces
};

struct AssessmentResult {
  Assessment assessment;
  std::vector<Warning> warnings;
};

struct NewItem {
  std::string type;
  std::string text;
  std::string theme;  ///< empty: none
};

/// The words of an assessment's life, in its order; "ikke startet" first.
const std::vector<std::string_view>& assessment_statuses();
inline constexpr std::string_view kStatusNone = "ikke startet";
inline constexpr std::string_view kStatusDraft = "kladd";
inline constexpr std::string_view kStatusSubmitted = "sendt";
/// Place of a word in assessment_statuses(); 0 for an unknown one.
std::size_t rank_of_status(std::string_view status);
/// styrke, svakhet, tiltak.
const std::vector<std::string_view>& item_types();

Result<AssessmentResult> begin_assessment(Workspace& workspace, const std::string& unit,
                                          const std::string& form);
Result<AssessmentResult> fill_assessment(Workspace& workspace, std::string_view id,
                                         const std::map<std::string, std::string>& answers);
Result<AssessmentResult> add_item(Workspace& workspace, std::string_view id, const NewItem& item);
/// Again after further edits publishes a further revision; again without is harmless.
Result<AssessmentResult> submit_assessment(Workspace& workspace, std::string_view id);
Result<Assessment> show_assessment(Workspace& workspace, std::string_view id);

struct AssessmentFilter {
  std::optional<std::string> unit;
  std::optional<std::string> status;
};

/// HR's list holds the submitted revisions that no later one replaces; everybody else's the drafts.
Result<std::vector<Assessment>> list_assessments(Workspace& workspace, const AssessmentFilter& filter);
/// The submitted revisions that no later one replaces and that are what their ids say.
Result<std::vector<Assessment>> submitted_revisions(Workspace& workspace);

}  // namespace samla::domain
