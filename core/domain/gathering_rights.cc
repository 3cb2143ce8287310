#include "core/domain/gathering_rights.h"

#include <algorithm>

namespace samla::domain {

const std::vector<std::string_view>& gathering_statuses() {
  static const std::vector<std::string_view> words = {kGatheringDraft, kGatheringPublished, kGatheringRunning,
                                                      kGatheringEnded};
  return words;
}

const std::vector<std::string_view>& participant_statuses() {
  static const std::vector<std::string_view> words = {kInvited, kSignedUp, kAttended, kAbsent};
  return words;
}

const std::vector<std::string_view>& participant_roles() {
  static const std::vector<std::string_view> words = {
      kParticipantPlain, kParticipantFacilitator, "TV", "VO", "KS", "gjest"};
  return words;
}

Result<void> check_gathering_step(Role role, std::string_view from, std::string_view to,
                                  std::string_view operation) {
  const std::string where(operation);
  const auto& words = gathering_statuses();
  const auto at = std::ranges::find(words, from);
  const auto next = std::ranges::find(words, to);
  if (next == words.end()) {
    return fail(ErrorCode::invalid_argument, where,
                "a gathering is utkast, publisert, pågår or avsluttet, not '" + std::string(to) + "'");
  }
  if (!may_run_gatherings(role)) {
    return fail(ErrorCode::not_permitted, where, "HR and facilitators say where a gathering stands");
  }
  if (at == next) {
    return fail(ErrorCode::wrong_state, where, "the gathering is " + std::string(to) + " already");
  }
  if (role == Role::kHr) return {};
  if (next < at) {
    return fail(
        ErrorCode::not_permitted, where,
        "the gathering is " + std::string(from) + "; HR alone takes a gathering back to an earlier status");
  }
  if (from == kGatheringDraft) {
    return fail(ErrorCode::not_permitted, where, "the gathering is a draft; HR publishes it first");
  }
  return {};
}

bool may_run_gatherings(Role role) { return role == Role::kHr || role == Role::kFacilitator; }

Result<void> check_participant_step(Role role, bool is_self, std::string_view gathering_status,
                                    std::string_view to, std::string_view operation) {
  const std::string where(operation);
  const bool runs = may_run_gatherings(role);
  if (std::ranges::find(participant_statuses(), to) == participant_statuses().end()) {
    return fail(ErrorCode::invalid_argument, where,
                "a participant is invitert, påmeldt, møtt or ikke møtt, not '" + std::string(to) + "'");
  }
  if (!runs && !is_self) {
    return fail(ErrorCode::not_permitted, where, "HR and facilitators do this for others");
  }
  if (!runs && (to == kInvited || to == kAbsent)) {
    return fail(ErrorCode::not_permitted, where,
                "HR and facilitators say that somebody is " + std::string(to));
  }
  if (gathering_status == kGatheringDraft) {
    return fail(ErrorCode::wrong_state, where, "the gathering is a draft; HR publishes it first");
  }
  if (gathering_status == kGatheringEnded && !runs) {
    return fail(ErrorCode::wrong_state, where,
                "the gathering has ended; ask a facilitator to note that you were there");
  }
  if (gathering_status == kGatheringEnded && to == kSignedUp) {
    return fail(ErrorCode::wrong_state, where, "the gathering has ended; nobody signs up any more");
  }
  return {};
}

Result<void> check_input_time(Role role, std::string_view gathering_status, std::string_view operation) {
  if (gathering_status == kGatheringDraft) {
    return fail(ErrorCode::wrong_state, std::string(operation),
                "the gathering is a draft; inputs are taken once HR has published it");
  }
  if (gathering_status == kGatheringEnded && !may_run_gatherings(role)) {
    return fail(ErrorCode::wrong_state, std::string(operation),
                "the gathering has ended; give the input to a facilitator, who can still add it");
  }
  return {};
}

replica::SpaceRight gathering_right(std::string_view participant_role, Role role) {
  if (role == Role::kHr) return replica::SpaceRight::kManager;
  if (role == Role::kObserver) return replica::SpaceRight::kReader;
  const bool runs = role == Role::kFacilitator && participant_role == kParticipantFacilitator;
  return runs ? replica::SpaceRight::kManager : replica::SpaceRight::kWriter;
}

}  // namespace samla::domain
