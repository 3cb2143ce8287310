#include "core/domain/kinds.h"

#include <algorithm>
#include <array>

namespace samla::domain {
namespace {

constexpr bool kSearched = true;
constexpr Policy kRegister = Policy::kRegister;

constexpr std::array kHr = {Role::kHr};
constexpr std::array kLeaders = {Role::kLeader};
constexpr std::array kLeadersAndHr = {Role::kLeader, Role::kHr};
constexpr std::array kFacilitators = {Role::kFacilitator, Role::kHr};
constexpr std::array kLeadersAndFacilitators = {Role::kLeader, Role::kFacilitator};
constexpr std::array kForum = {Role::kForum};
constexpr std::array kForumAndHr = {Role::kForum, Role::kHr};
constexpr std::array kProgrammeWriters = {Role::kFacilitator, Role::kForum, Role::kHr};
constexpr std::array kDeciders = {Role::kLeader, Role::kHr, Role::kForum};

// Directory.
constexpr std::array kOrganisationFields = {FieldRule{"name"}};
/// `anonymity`: k, see suppression.h.
constexpr std::array kProgrammeFields = {FieldRule{"nb"}, FieldRule{"nn"},        FieldRule{"from"},
                                         FieldRule{"to"}, FieldRule{"anonymity"}, FieldRule{"retention"}};
constexpr std::array kUserFields = {FieldRule{"handle"}, FieldRule{"name"}};
/// In each space that a device writes to: whose words these are. `device` is its id.
constexpr std::array kDeviceFields = {FieldRule{"device"}, FieldRule{"name", Policy::kOwner}};
constexpr std::array kUnitFields = {FieldRule{"number"},   FieldRule{"name"},     FieldRule{"status"},
                                    FieldRule{"type"},     FieldRule{"parent"},   FieldRule{"fylke"},
                                    FieldRule{"kommune"},  FieldRule{"language"}, FieldRule{"headcount"},
                                    FieldRule{"successor"}};
/// That a person leads a unit; `person` is the id that the user has or will have, `user` the handle, `unit`
/// the number.
constexpr std::array kLeaderFields = {FieldRule{"person"}, FieldRule{"user"},  FieldRule{"name"},
                                      FieldRule{"unit"},   FieldRule{"level"}, FieldRule{"from"},
                                      FieldRule{"to"},     FieldRule{"status"}};
constexpr std::array kThemeFields = {FieldRule{"key"}, FieldRule{"nb"}, FieldRule{"nn"}, FieldRule{"type"},
                                     FieldRule{"status"}};
constexpr std::array kDriverFields = {FieldRule{"key"}, FieldRule{"nb"}, FieldRule{"nn"},
                                      FieldRule{"status"}};
/// `definition` is the form as JSON (form_json.h).
constexpr std::array kFormVersionFields = {FieldRule{"form"}, FieldRule{"number"}, FieldRule{"definition"}};
/// `name` is what people know it by, and no two have the same. `status` is HR's word for those who are not
/// in it; who is reads the log of kGatheringStatus.
constexpr std::array kGatheringFields = {FieldRule{"name"},  FieldRule{"place"}, FieldRule{"from"},
                                         FieldRule{"to"},    FieldRule{"type"},  FieldRule{"capacity"},
                                         FieldRule{"status"}};

/// A leader group: handles of its facilitator and its members.
constexpr std::array kGroupFields = {FieldRule{"name"}, FieldRule{"facilitator"},
                                     FieldRule{"members", Policy::kSet}};

// Group space.
constexpr std::array kGroupPlanFields = {FieldRule{"plan", Policy::kText, kSearched}};

// Gathering space.
/// `user` is the handle, `person` the id that the user has or will have; one record a person.
constexpr std::array kParticipantFields = {FieldRule{"user"},
                                           FieldRule{"person"},
                                           FieldRule{"name"},
                                           FieldRule{"role"},
                                           FieldRule{"status", kRegister, !kSearched, Who::kMakersAndSelf},
                                           FieldRule{"table"}};
constexpr std::array kSessionFields = {FieldRule{"title", kRegister, kSearched},
                                       FieldRule{"from"},
                                       FieldRule{"to"},
                                       FieldRule{"speaker"},
                                       FieldRule{"method"},
                                       FieldRule{"theme"},
                                       FieldRule{"prompt", Policy::kText, kSearched},
                                       FieldRule{"status"}};
/// One entry of a log (status_log.h): `of` is the id of what it is about, `previous` the entries that it
/// follows.
constexpr std::array kStatusFields = {FieldRule{"of"}, FieldRule{"status"}, FieldRule{"note"},
                                      FieldRule{"previous", Policy::kSet}, FieldRule{"details"}};
/// `text` is whose input it is to say; `table` and `source` (a note's id) may be absent.
constexpr std::array kInputFields = {FieldRule{"text", Policy::kOwner, kSearched, Who::kAuthor},
                                     FieldRule{"theme", kRegister, !kSearched, Who::kAuthorAndFacilitators},
                                     FieldRule{"table", kRegister, !kSearched, Who::kAuthorAndFacilitators},
                                     FieldRule{"anonymous", Policy::kOwner, !kSearched, Who::kAuthor},
                                     FieldRule{"source", kRegister, !kSearched, Who::kAuthor}};

// Forum space.
/// A copy of an input, for those who hold no key of its gathering; `source` is the input's id.
constexpr std::array kClusteredInputFields = {FieldRule{"source"}, FieldRule{"gathering"}, FieldRule{"theme"},
                                              FieldRule{"text", kRegister, kSearched}};
/// `inputs` are inputs' ids, `merged_from` the clusters that it was made of, `split_from` the one that its
/// inputs were taken out of.
constexpr std::array kClusterFields = {FieldRule{"text", kRegister, kSearched}, FieldRule{"theme"},
                                       FieldRule{"inputs", Policy::kSet},
                                       FieldRule{"merged_from", Policy::kSet}, FieldRule{"split_from"}};
/// `candidates` are clusters' ids; "text.ID" holds what each said when the round was opened; `dots`: of the
/// method dots, how many each has.
constexpr std::array kRoundFields = {FieldRule{"title", kRegister, kSearched}, FieldRule{"method"},
                                     FieldRule{"dots"}, FieldRule{"candidates", Policy::kSet}};
/// One record a person and round, whose id follows from both (votes.h).
constexpr std::array kVoteFields = {FieldRule{"round"}, FieldRule{"ballot", Policy::kOwner}};

// Programme space. A decision also has "candidate.N.…" for each candidate.
constexpr std::array kPublishedDecisionFields = {
    FieldRule{"round"}, FieldRule{"title", kRegister, kSearched}, FieldRule{"method"},
    FieldRule{"rationale", kRegister, kSearched}, FieldRule{"voters"}};

// The library, in the programme space too (library.cc says what people call these).
constexpr std::array kGuideFields = {FieldRule{"title", kRegister, kSearched},
                                     FieldRule{"method", kRegister, kSearched}, FieldRule{"minutes"},
                                     FieldRule{"prompts", Policy::kText, kSearched}};
constexpr std::array kLearningResourceFields = {FieldRule{"title", kRegister, kSearched},
                                                FieldRule{"skill", kRegister, kSearched},
                                                FieldRule{"provider"}, FieldRule{"url"}};
constexpr std::array kPracticeFields = {FieldRule{"title", kRegister, kSearched},
                                        FieldRule{"what_works", Policy::kText, kSearched},
                                        FieldRule{"contact"}, FieldRule{"adopters", Policy::kSet}};
constexpr std::array kFacilitatorFields = {FieldRule{"title", kRegister, kSearched}, FieldRule{"user"},
                                           FieldRule{"profile", Policy::kText, kSearched}, FieldRule{"load"}};

// Notebook, group, gathering and unit spaces. `gathering` and `session`: the ids of where it was written.
constexpr std::array kNoteFields = {FieldRule{"title", kRegister, kSearched},
                                    FieldRule{"body", Policy::kText, kSearched},
                                    FieldRule{"tags", Policy::kSet, kSearched},
                                    FieldRule{"gathering"},
                                    FieldRule{"session"},
                                    FieldRule{"attachments", Policy::kSet}};
/// A copy of a note in the space whose members may read it; `source` is the note's id.
constexpr std::array kPublishedNoteFields = {FieldRule{"title", kRegister, kSearched},
                                             FieldRule{"body", kRegister, kSearched},
                                             FieldRule{"tags", Policy::kSet, kSearched},
                                             FieldRule{"source"},
                                             FieldRule{"gathering"},
                                             FieldRule{"session"},
                                             FieldRule{"attachments", Policy::kSet}};
/// A file, in the space of the notes that name it in `attachments`; "part.N" is the id of its N-th part.
constexpr std::array kAttachmentFields = {FieldRule{"name"}, FieldRule{"media_type"}, FieldRule{"size"},
                                          FieldRule{"part.*"}};
/// `content` is base64url.
constexpr std::array kAttachmentPartFields = {FieldRule{"content"}};

// Unit space. Beside these an assessment has one register for each answer, named by its form's field id.
constexpr std::array kAssessmentFields = {FieldRule{"unit"},
                                          FieldRule{"period"},
                                          FieldRule{"form"},
                                          FieldRule{"form_version"},
                                          FieldRule{"status"},
                                          FieldRule{"process", kRegister, kSearched},
                                          FieldRule{"participants", Policy::kSet},
                                          FieldRule{"*", kRegister, kSearched}};
/// `order` holds the item's order keys: one, or those of several people who moved it at once, of which
/// the greatest counts. A set, since where a thing stands is nothing to ask a person about.
constexpr std::array kItemFields = {FieldRule{"assessment"},
                                    FieldRule{"type"},
                                    FieldRule{"text", kRegister, kSearched},
                                    FieldRule{"evidence", Policy::kText, kSearched},
                                    FieldRule{"theme"},
                                    FieldRule{"driver"},
                                    FieldRule{"order", Policy::kSet}};

// Unit-hr space. A revision also has "answer.ID" for each answer and "item.N.…" for each item.
constexpr std::array kRevisionFields = {FieldRule{"unit"},
                                        FieldRule{"period"},
                                        FieldRule{"form"},
                                        FieldRule{"form_version"},
                                        FieldRule{"source"},
                                        FieldRule{"previous", Policy::kSet},
                                        FieldRule{"process", kRegister, kSearched},
                                        FieldRule{"participants", Policy::kSet},
                                        FieldRule{"answer.*", kRegister, kSearched},
                                        FieldRule{"item.*.text", kRegister, kSearched},
                                        FieldRule{"item.*.evidence", kRegister, kSearched}};
/// The word alone, for HR, who holds no key to the draft. One record for each word of an assessment.
constexpr std::array kStatusWordFields = {FieldRule{"assessment"}, FieldRule{"status"}};
/// HR's word on one revision, and the words on it that it replaces.
constexpr std::array kDecisionFields = {FieldRule{"assessment"}, FieldRule{"revision"}, FieldRule{"status"},
                                        FieldRule{"previous", Policy::kSet}};
/// `target` is a form's field id, an item's id, or empty: the whole.
constexpr std::array kCommentFields = {FieldRule{"assessment", kRegister, !kSearched, Who::kAuthor},
                                       FieldRule{"revision", kRegister, !kSearched, Who::kAuthor},
                                       FieldRule{"target", kRegister, !kSearched, Who::kAuthor},
                                       FieldRule{"text", kRegister, kSearched, Who::kAuthor},
                                       FieldRule{"status"}};

constexpr std::array kMeasureFields = {FieldRule{"title", kRegister, kSearched},
                                       FieldRule{"description", Policy::kText, kSearched},
                                       FieldRule{"origin_kind"},
                                       FieldRule{"origin"},
                                       FieldRule{"theme"},
                                       FieldRule{"owner"},
                                       FieldRule{"deadline"},
                                       FieldRule{"effect_review"},
                                       FieldRule{"resources"},
                                       FieldRule{"indicator"}};
/// `reached`: how many of the staff. Two reports that did not know of each other count the same people, so
/// the greater number stands; a correction that knew of the earlier one replaces it, downwards as well.
constexpr std::array kCascadeFields = {FieldRule{"leader"},
                                       FieldRule{"gathering"},
                                       FieldRule{"due"},
                                       FieldRule{"method", kRegister, !kSearched, Who::kMakersAndLeaders},
                                       FieldRule{"reached", Policy::kMax, !kSearched, Who::kMakersAndLeaders},
                                       FieldRule{"feedback", kRegister, !kSearched, Who::kMakersAndLeaders},
                                       FieldRule{"status", kRegister, !kSearched, Who::kMakersAndLeaders}};

constexpr std::array kKinds = {
    Kind{kind::kOrganisation, kOrganisationFields, kHr},
    Kind{kind::kProgramme, kProgrammeFields, kHr},
    Kind{kind::kProgrammeStatus, kStatusFields, kHr, true},
    Kind{kind::kUser, kUserFields, kHr},
    Kind{kind::kDevice, kDeviceFields, {}, false, Who::kAnyone},
    Kind{kind::kUnit, kUnitFields, kHr},
    Kind{kind::kLeader, kLeaderFields, kHr},
    Kind{kind::kTheme, kThemeFields, kHr},
    Kind{kind::kDriver, kDriverFields, kHr},
    Kind{kind::kFormVersion, kFormVersionFields, kHr, true},
    Kind{kind::kGathering, kGatheringFields, kHr},
    Kind{kind::kGatheringStatus, kStatusFields, kFacilitators, true},
    Kind{kind::kParticipant, kParticipantFields, kFacilitators},
    Kind{kind::kSession, kSessionFields, kFacilitators},
    Kind{kind::kInput, kInputFields, {}, false, Who::kAuthorAndFacilitators},
    Kind{kind::kInputStatus, kStatusFields, kFacilitators, true},
    Kind{kind::kClusteredInput, kClusteredInputFields, kFacilitators, true},
    Kind{kind::kCluster, kClusterFields, kFacilitators},
    Kind{kind::kClusterStatus, kStatusFields, kFacilitators, true},
    Kind{kind::kRound, kRoundFields, kForumAndHr},
    Kind{kind::kRoundStatus, kStatusFields, kForumAndHr, true},
    Kind{kind::kVote, kVoteFields, kForum},
    Kind{kind::kPublishedDecision, kPublishedDecisionFields, kHr, true},
    Kind{kind::kGuide, kGuideFields, kFacilitators},
    Kind{kind::kLearningResource, kLearningResourceFields, kFacilitators},
    Kind{kind::kPractice, kPracticeFields, kProgrammeWriters},
    Kind{kind::kFacilitator, kFacilitatorFields, kFacilitators},
    Kind{kind::kGroup, kGroupFields, kHr},
    Kind{kind::kGroupPlan, kGroupPlanFields, kLeadersAndFacilitators},
    Kind{kind::kGroupStatus, kStatusFields, kLeadersAndFacilitators, true},
    Kind{kind::kNote, kNoteFields, {}, false, Who::kAnyone},
    Kind{kind::kPublishedNote, kPublishedNoteFields, {}, true},
    Kind{kind::kPublishedNoteStatus, kStatusFields, {}, true},
    Kind{kind::kAttachment, kAttachmentFields, {}, true},
    Kind{kind::kAttachmentPart, kAttachmentPartFields, {}, true},
    // Also for co-editors, whatever their role: whoever writes in the unit's space.
    Kind{kind::kAssessment, kAssessmentFields, kLeaders, false, Who::kAnyone},
    Kind{kind::kItem, kItemFields, kLeaders, false, Who::kAnyone},
    Kind{kind::kRevision, kRevisionFields, kLeaders, true},
    Kind{kind::kStatusWord, kStatusWordFields, kLeaders, true},
    Kind{kind::kDecision, kDecisionFields, kHr, true},
    Kind{kind::kComment, kCommentFields, kLeadersAndHr},
    Kind{kind::kMeasure, kMeasureFields, kDeciders},
    Kind{kind::kMeasureStatus, kStatusFields, kDeciders, true},
    Kind{kind::kCascade, kCascadeFields, kHr},
};

}  // namespace

std::span<const Kind> kinds() { return kKinds; }

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

Policy policy_of(std::string_view kind, std::string_view field) {
  const Kind* declared = find_kind(kind);
  return declared == nullptr ? Policy::kRegister : rule_of(*declared, field).policy;
}

FieldRule rule_of(const Kind& kind, std::string_view field) {
  const auto rule = std::ranges::find(kind.fields, field, &FieldRule::name);
  return rule == kind.fields.end() ? FieldRule{field} : *rule;
}

bool may_make(std::string_view kind, Role role) {
  const Kind* declared = find_kind(kind);
  if (declared == nullptr) return false;
  return declared->writers.empty() || std::ranges::find(declared->writers, role) != declared->writers.end();
}

bool is_reserved_for_assessments(std::string_view field) {
  return std::ranges::find(kAssessmentFields, field, &FieldRule::name) != kAssessmentFields.end();
}

view::SearchFields search_fields() {
  view::SearchFields out;
  for (const Kind& each : kKinds) {
    for (const FieldRule& field : each.fields) {
      if (field.searched) out[std::string(each.name)].emplace_back(field.name);
    }
    // Beside the fields that are declared there are those that people's forms have.
    if (std::ranges::find(each.fields, "*", &FieldRule::name) == each.fields.end()) continue;
    for (const FieldRule& field : each.fields) {
      if (field.name != "*") out[std::string(each.name)].push_back("-" + std::string(field.name));
    }
  }
  return out;
}

}  // namespace samla::domain
