// Participants: who is asked to a gathering, who came, and at which table they sit; in the gathering's space.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/gatherings.h"
#include "core/domain/names.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct Participant {
  RecordId id;
  std::string user;    ///< the handle
  std::string person;  ///< the user's id
  std::string name;
  std::string role;        ///< participant_roles
  std::string status;      ///< participant_statuses
  std::int64_t table = 0;  ///< 0: none yet
  bool contested = false;
};

/// By name. For whoever is in the gathering.
Result<std::vector<Participant>> participants(Workspace& workspace, const Gathering& gathering);

struct NewParticipant {
  std::string user;  ///< a handle; empty: oneself, who signs up
  std::optional<std::string> role;
  std::optional<std::int64_t> table;
};

/// Asks somebody to the gathering, or signs oneself up who was asked. They are let into its space by
/// admit_participants, or by the invite that they get later. wrong_state beyond the capacity.
Result<Participant> join_gathering(Workspace& workspace, std::string_view gathering,
                                   const NewParticipant& participant);
/// møtt, or another status; `user` empty: oneself.
Result<Participant> check_in(Workspace& workspace, std::string_view gathering, const std::string& user,
                             const std::string& status);
/// Places everybody who has no table, and is not absent, at tables of at most `size`: people of one unit
/// apart where it can be, the same for whoever asks. Returns all participants. For those who run it.
Result<std::vector<Participant>> seat(Workspace& workspace, std::string_view gathering, std::size_t size);

/// Lets those in who were asked and are not members yet; queued, and placed at the next sync. Only where this
/// device may; else no-op. What a sync begins with.
Result<void> admit_participants(Workspace& workspace);
/// The gathering spaces that an invite of the user is to open.
Result<std::vector<replica::InviteSpace>> gathering_spaces(Workspace& workspace, const std::string& user,
                                                           Role role);

/// The record's fields for a person as asked. `name` empty: what the directory calls them.
Result<std::vector<replica::Edit::Field>> participant_fields(Workspace& workspace, const std::string& user,
                                                             const std::string& name,
                                                             const std::string& role);
Result<RecordId> participant_id(const Workspace& workspace, const SpaceId& space, const std::string& user);
Participant participant_of(const view::RecordView& record, Names& names);

}  // namespace samla::domain
