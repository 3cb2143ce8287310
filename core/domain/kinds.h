// Kinds: every kind of record that the domain knows, its fields and how each merges, declared in one
// readable place (kinds.cc). Nothing below the domain knows these words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/roles.h"
#include "core/view/records.h"

namespace samla::domain {

/// What several concurrent values of a field come to.
enum class Policy {
  kRegister,  ///< a person chooses
  kSet,       ///< elements; who adds wins
  kText,      ///< a long text; edits merge by character, a person looks at those of one place
  kMax,       ///< a number; the greatest (policies.h)
  kOwner,     ///< what the record's author says, whoever else wrote (policies.h)
};

/// Who may write a field, or erase a record, beside the record's author; for readers to judge (rightful.h).
enum class Who {
  kMakers,  ///< whoever may make a record of the kind
  kAuthor,  ///< nobody
  kAuthorAndFacilitators,
  kMakersAndSelf,  ///< also the person that the field `person` names
  kMakersAndLeaders,
  kAnyone,  ///< every member who may write
};

struct FieldRule {
  std::string_view name;  ///< with a *: all like it
  Policy policy = Policy::kRegister;
  bool searched = false;
  Who who = Who::kMakers;
};

struct Kind {
  std::string_view name;
  std::span<const FieldRule> fields;
  std::span<const Role> writers;  ///< whose users may make one; empty: any member who may write
  /// True: never changes once made; its id holds the hash of its content (immutable.h).
  bool immutable = false;
  Who who = Who::kMakers;  ///< may erase it; and with kAnyone write each of its fields
};

namespace kind {
inline constexpr std::string_view kOrganisation = "organisation";
inline constexpr std::string_view kProgramme = "programme";
inline constexpr std::string_view kProgrammeStatus = "programme_status";
inline constexpr std::string_view kUser = "user";
inline constexpr std::string_view kDevice = "device";
inline constexpr std::string_view kUnit = "unit";
inline constexpr std::string_view kLeader = "leader";
inline constexpr std::string_view kTheme = "theme";
inline constexpr std::string_view kDriver = "driver";
inline constexpr std::string_view kFormVersion = "form_version";
inline constexpr std::string_view kGroup = "group";
inline constexpr std::string_view kGroupPlan = "group_plan";
inline constexpr std::string_view kGroupStatus = "group_status";
inline constexpr std::string_view kNote = "note";
inline constexpr std::string_view kPublishedNote = "published_note";
inline constexpr std::string_view kPublishedNoteStatus = "published_note_status";
inline constexpr std::string_view kAttachment = "attachment";
inline constexpr std::string_view kAttachmentPart = "attachment_part";
inline constexpr std::string_view kAssessment = "assessment";
inline constexpr std::string_view kItem = "assessment_item";
inline constexpr std::string_view kRevision = "assessment_revision";
inline constexpr std::string_view kStatusWord = "assessment_status";
inline constexpr std::string_view kDecision = "assessment_decision";
inline constexpr std::string_view kComment = "review_comment";
inline constexpr std::string_view kMeasure = "measure";
inline constexpr std::string_view kMeasureStatus = "measure_status";
inline constexpr std::string_view kCascade = "cascade_task";
inline constexpr std::string_view kGathering = "gathering";
inline constexpr std::string_view kGatheringStatus = "gathering_status";
inline constexpr std::string_view kParticipant = "participant";
inline constexpr std::string_view kSession = "session";
inline constexpr std::string_view kInput = "input";
inline constexpr std::string_view kInputStatus = "input_status";
inline constexpr std::string_view kClusteredInput = "clustered_input";
inline constexpr std::string_view kCluster = "cluster";
inline constexpr std::string_view kClusterStatus = "cluster_status";
inline constexpr std::string_view kRound = "round";
inline constexpr std::string_view kRoundStatus = "round_status";
inline constexpr std::string_view kVote = "vote";
inline constexpr std::string_view kPublishedDecision = "published_decision";
inline constexpr std::string_view kGuide = "guide";
inline constexpr std::string_view kLearningResource = "learning_resource";
inline constexpr std::string_view kPractice = "practice";
inline constexpr std::string_view kFacilitator = "facilitator";
}  // namespace kind

std::span<const Kind> kinds();
/// Null: a kind of a newer version, or of nobody.
const Kind* find_kind(std::string_view name);
/// How the field merges; a register where nothing is declared (a form's answers are registers).
Policy policy_of(std::string_view kind, std::string_view field);
/// What is declared of the field; a register for the record's makers where nothing is.
FieldRule rule_of(const Kind& kind, std::string_view field);
/// Whether a user of `role` may make a record of the kind.
bool may_make(std::string_view kind, Role role);
/// Whether `field` has a name that the domain gives to fields of assessments; a form may not use it.
bool is_reserved_for_assessments(std::string_view field);
/// What the full-text index is to hold.
view::SearchFields search_fields();

}  // namespace samla::domain
