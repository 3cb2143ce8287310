// What follows from a round's decision: it is published to everybody in the programme space, its choices
// become main measures, the inputs behind it are assessed, and those who were at the gatherings pass it on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/cascade_participants.h"
#include "core/domain/rounds.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct RoundPublishing {
  Round round;
  std::string decision;               ///< the published decision's id
  std::vector<std::string> measures;  ///< ids, in the order of the choice
  std::size_t assessed = 0;           ///< inputs that are vurdert now
  CascadeCount cascade;
};

/// For HR, whose device reads the gatherings and the unit-hr spaces. `due`: of the cascade tasks, a date or
/// empty. What broke off half-way goes on when asked again: ids follow from the round.
Result<RoundPublishing> publish_round(Workspace& workspace, std::string_view id, const std::string& due);

struct DecisionCandidate {
  std::string text;
  std::size_t place = 0;
  std::int64_t points = 0;
  std::size_t chosen = 0;  ///< 1: first; 0: not
};

/// As everybody reads it.
struct Decision {
  RecordId id;
  std::string round;
  std::string title;
  std::string method;
  std::string rationale;
  std::int64_t voters = 0;
  std::vector<DecisionCandidate> candidates;  ///< by place
  std::uint64_t created_ms = 0;
  WriterId author;
};

/// Newest first.
Result<std::vector<Decision>> list_decisions(Workspace& workspace);

}  // namespace samla::domain
