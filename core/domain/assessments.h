// Assessments: a unit's leaders fill a draft in the unit space; submitting publishes a revision, which
// never changes, in the unit-hr space, where HR reads it. Of a draft HR sees the status word alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/sensitive.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct AssessmentItem {
  std::string id;
  std::string type;  ///< styrke, svakhet, tiltak
  std::string text;
  std::string theme;     ///< a theme's key; empty: none
  std::string driver;    ///< a driver's key; empty: none
  std::string evidence;  ///< what shows it; merges by character
  std::string order;     ///< of a draft's item: its order key
};

/// What HR says of a revision's field or item, or of the whole.
struct ReviewComment {
  RecordId id;
  std::string revision;
  std::string target;  ///< a field's or an item's id; empty: the whole
  std::string text;
  std::string status;  ///< åpen, løst
  std::uint64_t created_ms = 0;
  WriterId author;
};

/// A draft or a submitted revision.
struct Assessment {
  RecordId id;
  std::string unit;  ///< its number, as the space says it
  std::string form;
  std::int64_t form_version = 0;
  std::string form_content;  ///< of a published version: its id; empty: built in
  std::string status;
  std::map<std::string, std::string> answers;  ///< by the form's field id; the shown value
  std::vector<std::string> tray;               ///< of the answers those without a place in the form's version
  std::vector<AssessmentItem> items;
  std::string process;                    ///< how it was made, in a sentence or two
  std::vector<std::string> participants;  ///< who took part, sorted
  std::vector<ReviewComment> comments;    ///< oldest first
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

/// The words of an assessment's life, in its order; "ikke startet" first.
const std::vector<std::string_view>& assessment_statuses();
inline constexpr std::string_view kStatusNone = "ikke startet";
inline constexpr std::string_view kStatusDraft = "kladd";
inline constexpr std::string_view kStatusParticipation = "medvirkning";
inline constexpr std::string_view kStatusSubmitted = "sendt";
inline constexpr std::string_view kStatusReturned = "returnert";
inline constexpr std::string_view kStatusApproved = "godkjent";
inline constexpr std::string_view kStatusLocked = "låst";
/// Place of a word in assessment_statuses(); 0 for an unknown one.
std::size_t rank_of_status(std::string_view status);
/// styrke, svakhet, tiltak.
const std::vector<std::string_view>& item_types();

/// `form` as FormVersions::named takes it. The draft keeps the version that it began with (form_rebase.h).
Result<AssessmentResult> begin_assessment(Workspace& workspace, const std::string& unit,
                                          const std::string& form);
/// Answers that do not fit the form are kept all the same, with a warning.
Result<AssessmentResult> fill_assessment(Workspace& workspace, std::string_view id,
                                         const std::map<std::string, std::string>& answers);
struct Participation {
  std::optional<std::string> process;
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

/// Says how the draft came about and who took part; HR sees the word medvirkning alone.
Result<AssessmentResult> note_participation(Workspace& workspace, std::string_view id,
                                            const Participation& participation);

struct Validation {
  std::vector<Warning> refusals;  ///< submitting would fail
  std::vector<Warning> warnings;
};

/// What submitting would say, without doing it.
Result<Validation> validate_assessment(Workspace& workspace, std::string_view id);
/// Again after further edits, or after it was returned, publishes a further revision; again without is
/// harmless. wrong_state where it is approved or locked: HR reopens it.
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
