// The chains' half of the device's machine: pull what is newer at the server, then append what this
// device has to append, until neither side has anything. Entries come before the changesets that name
// them, so all of this precedes the lanes, and interrupts nothing that is under way there.
#include <algorithm>
#include <utility>

#include "core/session/device_session.h"
#include "core/session/limits.h"
#include "core/session/refused.h"

namespace samla::session {

Result<void> DeviceSession::handle(const wire::Welcome& welcome) {
  if (welcome.version != wire::kProtocolVersion) return fail(ErrorCode::version_unknown, "session.welcome");
  welcome_ = welcome;
  phase_ = DevicePhase::kChains;
  SAMLA_TRY(note_head(SpaceId{}, welcome.identity));
  for (const wire::SpaceHeads& space : welcome.spaces) {
    known_spaces_.insert(space.space);
    SAMLA_TRY(note_head(space.space, space.chain));
  }
  SAMLA_TRY(look_for_losses(welcome));
  return advance_chains();
}

/// Whether the server's head asks for a pull, or for an offer where the server is merely behind.
Result<void> DeviceSession::note_head(const SpaceId& space, const ChainHead& head) {
  const ChainHead ours = host_.chain_head(space);
  if (head.seq > ours.seq) want_pull(space);
  if (head.seq < ours.seq) want_offer(space, head);
  if (head == ours && !space.is_zero() && host_.wants_grants(space)) want_pull(space);
  if (head.seq == ours.seq && head != ours) return fail(ErrorCode::chain_forked, "session.chains");
  return {};
}

void DeviceSession::want_pull(const SpaceId& space) {
  if (std::ranges::count(to_pull_, space) > 0) return;
  if (space.is_zero()) {
    to_pull_.push_front(space);
  } else {
    to_pull_.push_back(space);
  }
}

Result<void> DeviceSession::advance_chains() {
  if (phase_ == DevicePhase::kConnecting || batch_ || offering_ || question_) return {};
  SAMLA_TRY(take_notices());
  while (!to_pull_.empty() && pulls_.size() < kPullsMax) {
    const SpaceId space = to_pull_.front();
    // The identity chain is pulled alone and first: what spaces' entries say rests on it.
    if (!pulls_.empty() && (space.is_zero() || pulls_.front().first.is_zero())) break;
    to_pull_.pop_front();
    // A chain of which nothing is here begins at its newest checkpoint, where there is one.
    pull(space, host_.chain_head(space).seq == 0 ? Wanted::kCheckpoint : Wanted::kEntries);
  }
  if (!pulls_.empty()) return {};
  SAMLA_ASSIGN(const bool offered, offer_next());
  if (offered) return {};
  if (chains_later_) return begin_sync();
  if (const auto question = host_.next_question()) {
    question_ = true;
    send(*question);
    return {};
  }
  SAMLA_ASSIGN(auto batch, host_.next_chain_batch());
  if (batch) return send_batch(std::move(*batch));
  SAMLA_TRY(begin_sync());
  pull_history();
  return {};
}

/// What nothing here waits for, beside the lanes.
void DeviceSession::pull_history() {
  const auto wanted = hello_.entrance == wire::Entrance::kDevice ? host_.wanted_history() : std::nullopt;
  if (!wanted) return;
  pulls_.emplace_back(wanted->space, Wanted::kHistory);
  send(*wanted);
}

/// The server sends the grants behind a space's last entries, whatever they were asked for.
Result<void> DeviceSession::take_history(const wire::ChainEntries& entries) {
  SAMLA_TRY(host_.accept_history(entries));
  if (entries.last && !entries.space.is_zero()) {
    grants_due_ = true;
    return {};
  }
  SAMLA_TRY(pulled(entries.space));
  return advance_chains();
}

/// Notices wait until no batch is out: the host applies its own entries with the result.
Result<void> DeviceSession::take_notices() {
  for (const auto& [space, head] : std::exchange(noticed_, {})) {
    if (!space.is_zero()) known_spaces_.insert(space);
    SAMLA_TRY(note_head(space, head));
  }
  return {};
}

Result<void> DeviceSession::send_batch(ChainBatch batch) {
  batch.request = next_request_++;
  send(batch);
  batch_ = std::move(batch);
  return {};
}

void DeviceSession::pull(const SpaceId& space, Wanted what) {
  pulls_.emplace_back(space, what);
  if (what == Wanted::kEntries) {
    send(wire::ChainPull{space, host_.chain_head(space)});
    return;
  }
  const auto begun = beginnings_.find(space);
  send(wire::CheckpointAsk{space, begun == beginnings_.end() ? 0 : begun->second.part.size()});
}

bool DeviceSession::answers_pull(const SpaceId& space, Wanted what) const {
  return !pulls_.empty() && pulls_.front() == std::pair(space, what) && !grants_due_;
}

/// Parts are put together until the state is whole; where the server has a newer checkpoint meanwhile, that
/// one is begun. Nothing of it is read before the host has verified all.
Result<void> DeviceSession::handle(const wire::CheckpointPart& part) {
  if (!answers_pull(part.space, Wanted::kCheckpoint)) return fail(ErrorCode::protocol, "session.chains");
  pulls_.pop_front();
  if (part.size == 0 || part.size > kCheckpointBytesMax) {
    beginnings_.erase(part.space);
    pull(part.space, Wanted::kEntries);
    return {};
  }
  const auto [begun, first] = beginnings_.try_emplace(part.space, part);
  wire::CheckpointPart& whole = begun->second;
  const bool same = whole.entry == part.entry && whole.size == part.size;
  if (!first && same && part.offset == whole.part.size()) {
    whole.part.insert(whole.part.end(), part.part.begin(), part.part.end());
  } else if (!first || part.offset != 0) {
    beginnings_.erase(begun);
    if (++asked_times_[part.space] > kRetriesMax) return fail(ErrorCode::protocol, "session.chains");
    pull(part.space, Wanted::kCheckpoint);
    return {};
  }
  if (part.part.empty() || whole.part.size() > whole.size) return fail(ErrorCode::protocol, "session.chains");
  if (whole.part.size() < whole.size) {
    pull(part.space, Wanted::kCheckpoint);
    return {};
  }
  const Step taken = host_.accept_checkpoint(whole);
  beginnings_.erase(begun);
  if (rests_on_more(part.space, taken)) return advance_chains();
  SAMLA_TRY(taken);
  pull(part.space, Wanted::kEntries);
  return {};
}

/// A space's chain that has come further than the identity chain had when that was pulled: the one waits, and
/// is pulled again behind the other.
bool DeviceSession::rests_on_more(const SpaceId& space, const Step& taken) {
  if (taken.ok()) behind_times_.erase(space);
  if (taken.ok() || taken.error().code != ErrorCode::chain_behind || space.is_zero()) return false;
  if (++behind_times_[space] > kRetriesMax) return false;
  want_pull(space);
  want_pull(SpaceId{});
  return true;
}

Result<void> DeviceSession::handle(const wire::ChainEntries& entries) {
  if (answers_pull(entries.space, Wanted::kHistory)) return take_history(entries);
  if (!answers_pull(entries.space, Wanted::kEntries)) return fail(ErrorCode::protocol, "session.chains");
  if (!entries.entries.empty()) {
    // Entries that don't follow ours: the server does not have our head.
    if (entries.first_seq != host_.chain_head(entries.space).seq + 1) {
      return fail(ErrorCode::chain_forked, "session.chains");
    }
    const Step taken = host_.accept_chain(entries);
    if (!rests_on_more(entries.space, taken)) {
      SAMLA_TRY(taken);
    } else if (!entries.last) {
      pulls_.pop_front();
      return advance_chains();
    }
  } else if (!entries.last) {
    return fail(ErrorCode::protocol, "session.chains");
  }
  if (!entries.last) {
    pulls_.pop_front();
    pull(entries.space, Wanted::kEntries);
    return {};
  }
  if (!entries.space.is_zero()) {
    grants_due_ = true;
    return {};
  }
  SAMLA_TRY(pulled(entries.space));
  return advance_chains();
}

Result<void> DeviceSession::handle(const wire::Grants& grants) {
  if (pulls_.empty() || pulls_.front().first != grants.space || !grants_due_) {
    return fail(ErrorCode::protocol, "session.chains");
  }
  SAMLA_TRY(host_.accept_grants(grants));
  SAMLA_TRY(pulled(grants.space));
  return advance_chains();
}

Result<void> DeviceSession::pulled(const SpaceId& space) {
  pulls_.pop_front();
  grants_due_ = false;
  up_empty_ = false;  // a new key or a new head may let the host freeze what it could not
  if (behind_.erase(space) > 0) {
    restarted_.insert(space);
    return subscribe(space);
  }
  return {};
}

Result<void> DeviceSession::handle(const wire::ChainResult& result) {
  if (!batch_ || result.request != batch_->request) return fail(ErrorCode::protocol, "session.chains");
  const ChainBatch batch = *std::exchange(batch_, {});
  std::optional<ErrorCode> refused;
  if (result.refused) refused = error_code_of(*result.refused);
  SAMLA_TRY(host_.chain_batch_done(batch, refused));
  if (!refused) {
    batches_refused_ = 0;
    up_empty_ = false;
    return advance_chains();
  }
  if (*refused == ErrorCode::retry_later) {
    chains_later_ = true;
    return advance_chains();
  }
  if (++batches_refused_ > kRetriesMax) return fail(*refused, "session.chains");
  if (*refused == ErrorCode::chain_conflict) {
    want_pull(SpaceId{});
    for (const auto& part : batch.parts) want_pull(part.space);
  }
  return advance_chains();
}

Result<void> DeviceSession::handle(const wire::Places& places) {
  if (!std::exchange(question_, false)) return fail(ErrorCode::protocol, "session.places");
  SAMLA_TRY(host_.accept_places(places));
  return advance_chains();
}

Result<void> DeviceSession::handle(const wire::ChainNotice& notice) {
  noticed_[notice.space] = notice.head;
  return advance_chains();
}

}  // namespace samla::session
