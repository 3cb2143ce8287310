// Votes: one record a person and round, whose id follows from both. What counts is what the voter's own
// devices wrote: a ballot that another member has written over is void, and seen to be. Within the domain
// alone.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/domain/ranking.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct Votes {
  std::map<std::string, Ballot> ballots;  ///< by the voter's id
  std::size_t voided = 0;
};

Result<Votes> votes_of(Workspace& workspace, const SpaceId& forum, const RecordId& round, VotingMethod method,
                       std::int64_t dots, const std::vector<std::string>& candidates);
/// The steps that make this user's ballot be `ballot`.
Result<void> put_vote(Workspace& workspace, replica::Edit& edit, const SpaceId& forum, const RecordId& round,
                      const Ballot& ballot);

/// "VOTER a=1 b=2" and back: how a closed round keeps them.
std::string freeze(const std::string& voter, const Ballot& ballot);
std::map<std::string, Ballot> thaw(const std::vector<std::string>& details);

}  // namespace samla::domain
