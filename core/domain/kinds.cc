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
constexpr std::array kDeciders = {Role::kLeader, Role::kHr, Role::kForum};

// Directory.
constexpr std::array kOrganisationFields = {FieldRule{"name"}};
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

// Notebook, group, gathering and unit spaces.
constexpr std::array kNoteFields = {FieldRule{"title", kRegister, kSearched},
                                    FieldRule{"body", Policy::kText, kSearched},
                                    FieldRule{"tags", Policy::kSet, kSearched}};
/// A copy of a note in the space whose members may read it; `source` is the note's id.
constexpr std::array kPublishedNoteFields = {FieldRule{"title", kRegister, kSearched},
                                             FieldRule{"body", kRegister, kSearched},
                                             FieldRule{"tags", Policy::kSet, kSearched}, FieldRule{"source"}};

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
constexpr std::array kCommentFields = {FieldRule{"assessment"}, FieldRule{"revision"}, FieldRule{"target"},
                                       FieldRule{"text", kRegister, kSearched}, FieldRule{"status"}};

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
/// One entry of a measure's status log, and the entries that it follows.
constexpr std::array kMeasureStatusFields = {FieldRule{"measure"}, FieldRule{"status"}, FieldRule{"note"},
                                             FieldRule{"previous", Policy::kSet}};
constexpr std::array kCascadeFields = {FieldRule{"leader"}, FieldRule{"gathering"}, FieldRule{"due"},
                                       FieldRule{"method"}, FieldRule{"reached"},   FieldRule{"feedback"},
                                       FieldRule{"status"}};

constexpr std::array kKinds = {
    Kind{kind::kOrganisation, kOrganisationFields, kHr},
    Kind{kind::kUser, kUserFields, kHr},
    Kind{kind::kDevice, kDeviceFields, {}},
    Kind{kind::kUnit, kUnitFields, kHr},
    Kind{kind::kLeader, kLeaderFields, kHr},
    Kind{kind::kTheme, kThemeFields, kHr},
    Kind{kind::kDriver, kDriverFields, kHr},
    Kind{kind::kFormVersion, kFormVersionFields, kHr, true},
    Kind{kind::kNote, kNoteFields, {}},
    Kind{kind::kPublishedNote, kPublishedNoteFields, {}, true},
    Kind{kind::kAssessment, kAssessmentFields, kLeaders},
    Kind{kind::kItem, kItemFields, kLeaders},
    Kind{kind::kRevision, kRevisionFields, kLeaders, true},
    Kind{kind::kStatusWord, kStatusWordFields, kLeaders, true},
    Kind{kind::kDecision, kDecisionFields, kHr, true},
    Kind{kind::kComment, kCommentFields, kLeadersAndHr},
    Kind{kind::kMeasure, kMeasureFields, kDeciders},
    Kind{kind::kMeasureStatus, kMeasureStatusFields, kDeciders, true},
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
  if (declared == nullptr) return Policy::kRegister;
  const auto rule = std::ranges::find(declared->fields, field, &FieldRule::name);
  return rule == declared->fields.end() ? Policy::kRegister : rule->policy;
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
