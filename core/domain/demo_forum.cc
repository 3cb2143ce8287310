#include "core/domain/demo_forum.h"

#include <algorithm>
#include <memory>

#include "core/base/encoding.h"
#include "core/domain/organisation.h"
#include "core/domain/round_publishing.h"
#include "core/domain/rounds.h"

namespace samla::domain {
namespace {

struct Voter {
  const DemoVoter& plan;
  std::unique_ptr<replica::Replica> device;
  std::unique_ptr<Workspace> workspace;
};

Result<std::vector<Voter>> let_in(Workspace& hr, const DemoPlan& plan, const DemoPlace& place) {
  std::vector<Invitation> invitations;
  SAMLA_ASSIGN(const std::uint64_t expires, expiry("14d", hr.replica().now_ms(), "demo.load"));
  for (const DemoVoter& each : plan.forum) {
    Invitation invitation;
    invitation.user = each.handle;
    invitation.name = each.name;
    invitation.role = Role::kForum;
    invitation.expires_ms = expires;
    invitations.push_back(std::move(invitation));
  }
  SAMLA_ASSIGN(const auto links, invite_many(hr, invitations, place.sync));
  std::vector<Voter> out;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const DemoVoter& each = plan.forum[i];
    SAMLA_ASSIGN(auto device, join(place.options_of(each.handle), links[i], "Telefonen til " + each.name));
    auto workspace = std::make_unique<Workspace>(*device);
    out.push_back({each, std::move(device), std::move(workspace)});
    place.tell("forum", i + 1, links.size());
  }
  return out;
}

using BallotOf = std::function<Ballot(const DemoVoter&)>;

Result<Round> hold(Workspace& hr, std::vector<Voter>& voters, const NewRound& round,
                   const BallotOf& ballot_of, const DemoPlace& place) {
  SAMLA_ASSIGN(const Round opened, open_round(hr, round));
  const std::string id = to_hex(opened.id);
  SAMLA_TRY(demo_sync(hr.replica(), place.sync));
  for (Voter& each : voters) {
    SAMLA_TRY(demo_sync(*each.device, place.people_sync()));
    SAMLA_TRY(cast_vote(*each.workspace, id, ballot_of(each.plan)));
    SAMLA_TRY(demo_sync(*each.device, place.people_sync()));
  }
  SAMLA_TRY(demo_sync(hr.replica(), place.sync));
  return close_round(hr, id);
}

/// The best ones; those with equal points as they stand in `candidates`.
std::vector<std::string> best_of(const Round& round, const std::vector<std::string>& candidates,
                                 std::size_t count) {
  std::vector<std::string> out = candidates;
  std::ranges::stable_sort(out, std::greater(), [&](const std::string& id) {
    return std::ranges::find(round.candidates, id, &Candidate::id)->place->points;
  });
  out.resize(std::min(count, out.size()));
  return out;
}

}  // namespace

Result<void> vote_and_decide(Workspace& hr, const DemoPlan& plan, const std::vector<std::string>& candidates,
                             const DemoPlace& place, DemoCounts& counts) {
  const DemoFigures& figures = demo_figures(plan.size);
  SAMLA_ASSIGN(auto voters, let_in(hr, plan, place));
  const NewRound first = {"Prioritering 2016", "dots", kDotsDefault, candidates};
  SAMLA_ASSIGN(const Round dotted, hold(
                                       hr, voters, first,
                                       [&](const DemoVoter& voter) {
                                         Ballot out;
                                         for (std::size_t i = 0; i < candidates.size(); ++i) {
                                           if (voter.dots[i] > 0) out[candidates[i]] = voter.dots[i];
                                         }
                                         return out;
                                       },
                                       place));
  const auto shortlist = best_of(dotted, candidates, figures.shortlisted);
  counts.shortlisted = shortlist.size();
  SAMLA_TRY(decide_round(hr, to_hex(dotted.id), shortlist, "De som flest ga prikker, går videre."));

  const NewRound second = {std::string(kDemoDecision), "rank", {}, shortlist};
  SAMLA_ASSIGN(const Round ranked, hold(
                                       hr, voters, second,
                                       [&](const DemoVoter& voter) {
                                         Ballot out;
                                         std::int64_t place_of = 0;
                                         for (const std::size_t each : voter.order)
                                           out[shortlist[each]] = ++place_of;
                                         return out;
                                       },
                                       place));
  SAMLA_TRY(decide_round(hr, to_hex(ranked.id), best_of(ranked, shortlist, figures.chosen),
                         "Disse kan alle enheter begynne med i høst, og de svarer på det flest tok opp."));
  SAMLA_ASSIGN(const auto published, publish_round(hr, to_hex(ranked.id), {}));
  counts.main_measures = published.measures.size();
  return demo_sync(hr.replica(), place.sync);
}

}  // namespace samla::domain
