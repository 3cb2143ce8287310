// Who may do what at a gathering: pure functions of the person's role, the role at the gathering and where
// the gathering stands. The server knows members alone; these are every device's to judge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/roles.h"
#include "core/replica/replica.h"

namespace samla::domain {

inline constexpr std::string_view kGatheringDraft = "utkast";
inline constexpr std::string_view kGatheringPublished = "publisert";
inline constexpr std::string_view kGatheringRunning = "pågår";
inline constexpr std::string_view kGatheringEnded = "avsluttet";
/// In the order of the life cycle.
const std::vector<std::string_view>& gathering_statuses();

inline constexpr std::string_view kInvited = "invitert";
inline constexpr std::string_view kSignedUp = "påmeldt";
inline constexpr std::string_view kAttended = "møtt";
inline constexpr std::string_view kAbsent = "ikke møtt";
const std::vector<std::string_view>& participant_statuses();

inline constexpr std::string_view kParticipantPlain = "deltaker";
inline constexpr std::string_view kParticipantFacilitator = "prosessveileder";
/// deltaker, prosessveileder, TV, VO, KS, gjest.
const std::vector<std::string_view>& participant_roles();

/// invalid_argument for no step of the life cycle, wrong_state for one out of turn, not_permitted for one
/// that is not the role's: forward, one step or several, is for HR and facilitators, back for HR alone, and
/// to publish is HR's.
Result<void> check_gathering_step(Role role, std::string_view from, std::string_view to,
                                  std::string_view operation);
/// Whether a person of the role may prepare and run gatherings that the person is in: agenda, participants.
bool may_run_gatherings(Role role);
/// Whether a participant's status may be `to`, said by a person of the role, for oneself (`is_self`) or
/// another. People sign themselves up and check themselves in; that somebody is absent is for those who run
/// it to say.
Result<void> check_participant_step(Role role, bool is_self, std::string_view gathering_status,
                                    std::string_view to, std::string_view operation);
/// Whether inputs are taken: from the day that it is published, and after its end from those who run it.
Result<void> check_input_time(Role role, std::string_view gathering_status, std::string_view operation);
/// What a participant may do in the gathering's space. Observers read; they do not write.
replica::SpaceRight gathering_right(std::string_view participant_role, Role role);

}  // namespace samla::domain
