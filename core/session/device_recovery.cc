// What the device's machine does for a server that lacks something: it was restored from a backup, emptied,
// or rolled back behind everyone's back. Chains first, the identity chain before the spaces'; then, for each
// space whose history is not the one that was seen before, the server says how far each writer has come, and
// the host offers the rest, its own changesets and others'. Absence is never deletion: nothing here makes
// the host forget anything but places.
#include <utility>

#include "core/session/device_session.h"
#include "core/session/limits.h"
#include "core/session/refused.h"

namespace samla::session {

/// With the welcome: a space of ours that it does not name was lost with its chain, and a history of the
/// same life that ends before a place that it has signed for was rolled back. The cursor does not tell: what
/// was sent from here may stand far beyond what has been read.
Result<void> DeviceSession::look_for_losses(const wire::Welcome& welcome) {
  if (host_.is_new(welcome.incarnation) && host_.chain_head({}).seq > 0) want_offer({}, welcome.identity);
  unlisted_wanted_ = true;
  for (const wire::SpaceHeads& space : welcome.spaces) {
    if (showed_receipts_) break;
    if (!host_.cursor(space.space)) continue;
    SAMLA_ASSIGN(auto receipts, host_.receipts_beyond(space.space, space.position.seq));
    if (!receipts || receipts->incarnation != welcome.incarnation) continue;
    showed_receipts_ = true;
    send(wire::ShownReceipts{std::move(*receipts)});
    // The server answers by a goodbye and a new life, or not at all. An offer is answered behind that: until
    // then no history is looked at, since what is found in a life that ends has to be found again.
    want_offer({}, welcome.identity);
  }
  return {};
}

// ---- chains

void DeviceSession::want_offer(const SpaceId& space, const ChainHead& server) {
  if (hello_.entrance == wire::Entrance::kDevice) to_offer_[space] = server;
}

/// Chains that we hold and the server has not named: only when it knows who we are.
void DeviceSession::want_unlisted() {
  unlisted_wanted_ = false;
  if (hello_.entrance != wire::Entrance::kDevice) return;
  for (const SpaceId& space : host_.own_chains()) {
    // Asked first, without entries: it may be that we are no member any more.
    if (!known_spaces_.contains(space)) want_offer(space, host_.chain_head(space));
  }
}

/// True: an offer is out, and its answer is waited for.
Result<bool> DeviceSession::offer_next() {
  if (unlisted_wanted_ && !to_offer_.contains(SpaceId{})) want_unlisted();
  while (!to_offer_.empty()) {
    // The zero id sorts first: the identity chain, on which the others rest.
    const auto [space, server] = *to_offer_.begin();
    to_offer_.erase(to_offer_.begin());
    const ChainHead pin = host_.chain_head(space);
    wire::ChainOffer offer{space, pin, server.seq + 1, {}};
    if (server.seq < pin.seq) {
      SAMLA_ASSIGN(auto rest, host_.chain_rest(space, server, kChainChunkBytes));
      if (!rest) return Result<bool>(fail(ErrorCode::chain_forked, "session.chains"));
      // The server learns where our pin is; whoever holds those entries brings them.
      if (rest->empty()) not_held_.insert(space);
      offer.entries = std::move(*rest);
    } else if (!space.is_zero() && known_spaces_.contains(space)) {
      continue;  // it has come further meanwhile
    }
    offering_ = space;
    send(offer);
    return true;
  }
  return false;
}

Result<void> DeviceSession::handle(const wire::ChainOfferResult& result) {
  if (!offering_ || *offering_ != result.space) return fail(ErrorCode::protocol, "session.offer");
  offering_.reset();
  const ChainHead pin = host_.chain_head(result.space);
  if (result.refused) {
    const ErrorCode code = error_code_of(*result.refused);
    if (code == ErrorCode::chain_conflict) return fail(ErrorCode::chain_forked, "session.chains");
    host_.offer_refused(result.space, code);
    // Without the identity chain the server knows nobody: what rests on it would be refused one by one.
    if (result.space.is_zero()) unlisted_wanted_ = false;
    return advance_chains();
  }
  if (result.head.seq < pin.seq && not_held_.contains(result.space)) {
    // Until somebody has: whatever would be appended now does not follow what the server has.
    host_.offer_refused(result.space, ErrorCode::chain_behind);
    chains_later_ = true;
    if (result.space.is_zero()) unlisted_wanted_ = false;
  } else if (result.head.seq < pin.seq) {
    // Each answer brings it further, or it never will come to our pin.
    if (++offered_times_[result.space] > static_cast<int>(pin.seq)) {
      return fail(ErrorCode::protocol, "session.offer");
    }
    want_offer(result.space, result.head);
  } else if (result.space.is_zero()) {
    SAMLA_TRY(host_.pin_told(welcome_->incarnation));
  }
  up_empty_ = false;
  return advance_chains();
}

// ---- histories

/// Whether this device knows of another life's history of the space: by where it has read, or, where it never
/// has, by what it was told has a place.
Result<bool> DeviceSession::seen_otherwise(const SpaceId& space, const Position& cursor) const {
  if (!cursor.incarnation.is_zero()) return cursor.incarnation != welcome_->incarnation;
  SAMLA_ASSIGN(const auto receipts, host_.receipts_beyond(space, 0));
  return receipts && receipts->incarnation != welcome_->incarnation;
}

/// The server lets go of the subscription before it answers, so no tail comes between answer and the next.
Result<void> DeviceSession::ask_frontier(const SpaceId& space) {
  if (++asked_times_[space] > kRetriesMax) return fail(ErrorCode::history_diverged, "session.tail");
  asking_.insert(space);
  to_ask_.insert(space);
  awaiting_tail_end_.insert(space);
  ask_once_landed();
  return {};
}

/// The frontier decides anew what goes up. While something is under way it would not say what becomes of
/// that, and the same would go up twice, which the server takes for a breach.
void DeviceSession::ask_once_landed() {
  if (!in_flight_.empty()) return;
  for (const SpaceId& space : std::exchange(to_ask_, {})) send(wire::FrontierAsk{space});
}

Result<void> DeviceSession::handle(const wire::Frontier& frontier) {
  if (to_ask_.contains(frontier.space) || asking_.erase(frontier.space) == 0) {
    return fail(ErrorCode::protocol, "session.frontier");
  }
  SAMLA_TRY(host_.accept_frontier(frontier));
  restarted_.erase(frontier.space);
  const std::optional<Position> cursor = host_.cursor(frontier.space);
  if (!cursor) return fail(ErrorCode::protocol, "session.frontier");
  send(wire::Subscribe{frontier.space, *cursor});
  up_empty_ = false;
  return fill_up_window();
}

Result<void> DeviceSession::handle(const wire::ReofferRefusal& refusal) {
  SAMLA_TRY(host_.accept_reoffer_refusal(refusal));
  land(refusal.space, refusal.writer, refusal.writer_seq);
  return fill_up_window();
}

Result<void> DeviceSession::handle(const wire::BackupHorizon& horizon) {
  return host_.accept_horizon(horizon);
}

}  // namespace samla::session
