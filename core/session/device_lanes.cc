// The changesets' half of the device's machine: two lanes that don't wait for each other. Up, frozen
// changesets within a window of bytes without an answer; down, each space's history from the host's
// cursor, then live. What is resent is the host's same bytes, so a cut connection loses nothing.
#include <tuple>
#include <utility>

#include "core/change/changeset.h"
#include "core/session/device_session.h"
#include "core/session/limits.h"
#include "core/session/refused.h"

namespace samla::session {

namespace {

/// Whether `to` comes after `from` in the order in which a pack is sent: one that does not come to an end.
bool is_onward(const wire::PackPlace& from, const wire::PackPlace& to) {
  using Stage = wire::PackPlace::Stage;
  if (to.stage != from.stage) return to.stage > from.stage;
  const auto before = std::tie(from.touched, from.key);
  const auto after = std::tie(to.touched, to.key);
  // Part 0: all of that record has been sent.
  if (before == after) return from.part > 0 && (to.part == 0 || to.part > from.part);
  return to.stage == Stage::kRecords ? after < before : after > before;
}

}  // namespace

Result<void> DeviceSession::begin_sync() {
  if (phase_ == DevicePhase::kChains) phase_ = DevicePhase::kSyncing;
  for (const SpaceId& space : host_.by_importance(known_spaces_)) {
    if (!subscribed_.contains(space) && !forked_.contains(space)) SAMLA_TRY(subscribe(space));
  }
  SAMLA_TRY(ask_records());
  return fill_up_window();
}

Result<void> DeviceSession::subscribe(const SpaceId& space) {
  const std::optional<Position> cursor = host_.cursor(space);
  if (!cursor) return {};
  subscribed_.insert(space);
  awaiting_tail_end_.insert(space);
  SAMLA_ASSIGN(const bool otherwise, seen_otherwise(space, *cursor));
  if (otherwise) return ask_frontier(space);
  if (const auto pack = host_.next_pack(space)) {
    packing_.insert(space);
    send(*pack);
    return {};
  }
  send(wire::Subscribe{space, *cursor});
  return {};
}

// ---- up

Result<void> DeviceSession::fill_up_window() {
  if (!asking_.empty()) {
    ask_once_landed();
    return {};
  }
  for (;;) {
    // Asked for at half a window, so that the host is asked for many at once and not for each receipt.
    while (!up_empty_ && in_flight_bytes_ <= kWindowBytes / 2) {
      SAMLA_ASSIGN(const std::vector<Bytes> own, host_.next_outgoing(kWindowBytes - in_flight_bytes_));
      for (const Bytes& changeset : own) SAMLA_TRY(push(changeset));
      if (!own.empty()) continue;
      SAMLA_ASSIGN(const std::vector<Bytes> others, host_.next_reoffers(kWindowBytes - in_flight_bytes_));
      for (const Bytes& changeset : others) SAMLA_TRY(push(changeset));
      up_empty_ = others.empty();
    }
    if (!up_empty_ || !in_flight_.empty() || !host_.offer_again()) return {};
    up_empty_ = false;
  }
}

/// What is not of this store's present name goes as what it is: somebody's, offered again.
Result<void> DeviceSession::push(const Bytes& changeset) {
  SAMLA_ASSIGN(const change::Header header, change::decode_header(changeset));
  // The host goes back at each of several refusals; while one is on its way it need not go again.
  const bool fresh =
      in_flight_.try_emplace({header.space, header.writer, header.seq}, changeset.size()).second;
  if (!fresh) return {};
  in_flight_bytes_ += changeset.size();
  ++changesets_sent_;
  if (header.writer != host_.writer()) {
    send(wire::Reoffer{header.space, header.writer, header.seq, changeset});
  } else {
    send(wire::Push{header.space, header.seq, changeset});
  }
  return {};
}

void DeviceSession::land(const SpaceId& space, const WriterId& writer, std::uint64_t writer_seq) {
  const auto found = in_flight_.find({space, writer, writer_seq});
  if (found == in_flight_.end()) return;
  in_flight_bytes_ -= found->second;
  in_flight_.erase(found);
}

Result<void> DeviceSession::handle(const wire::Receipts& receipts) {
  SAMLA_TRY(host_.accept_receipts(receipts));
  for (const wire::Receipt& receipt : receipts.receipts)
    land(receipt.space, receipt.writer, receipt.writer_seq);
  gaps_ = 0;
  return fill_up_window();
}

Result<void> DeviceSession::handle(const wire::Refusal& refusal) {
  SAMLA_TRY(host_.accept_refusal(refusal));
  land(refusal.space, host_.writer(), refusal.writer_seq);
  // Told what the server lacks, the host may go back to it. Not for ever.
  if (refusal.refused == wire::Refused::kGap && in_flight_.empty() && ++gaps_ <= kRetriesMax) {
    up_empty_ = false;
  }
  return fill_up_window();
}

// ---- down

Result<void> DeviceSession::handle(const wire::Tail& tail) {
  const std::optional<Position> cursor = host_.cursor(tail.space);
  if (!subscribed_.contains(tail.space) || !cursor || tail.items.empty()) {
    return fail(ErrorCode::protocol, "session.tail");
  }
  send(wire::Credit{1, message_bytes_});
  if (behind_.contains(tail.space) || asking_.contains(tail.space)) return {};
  // The history from the start instead of a pack; not the end of one without its beginning.
  if (packing_.contains(tail.space) && tail.after.seq > 0) {
    return fail(ErrorCode::history_diverged, "session.pack");
  }
  packing_.erase(tail.space);
  // From the start, though we asked from our cursor: the server does not know that.
  if (tail.after.seq == 0 && cursor->seq > 0) return ask_frontier(tail.space);
  const bool follows = tail.after.seq == 0 || tail.after == *cursor;
  if (!follows && restarted_.contains(tail.space)) return {};
  if (!follows) return fail(ErrorCode::history_diverged, "session.tail");
  std::uint64_t expected = tail.after.seq;
  for (const wire::TailItem& item : tail.items) {
    if (item.seq != ++expected) return fail(ErrorCode::protocol, "session.tail");
  }
  restarted_.erase(tail.space);
  if (const auto taken = host_.accept_tail(tail.space, tail.items); !taken.ok()) {
    if (taken.error().code == ErrorCode::history_diverged) return seen_set_back(tail);
    return chain_is_behind(tail.space, taken.error());
  }
  behind_times_.erase(tail.space);
  for (const wire::TailItem& item : tail.items) changesets_received_ += item.changeset.empty() ? 0 : 1;
  return {};
}

/// What stands in a space, a page at a time.
Result<void> DeviceSession::handle(const wire::PackPage& page) {
  if (!subscribed_.contains(page.space)) return fail(ErrorCode::protocol, "session.pack");
  send(wire::Credit{1, message_bytes_});
  if (behind_.contains(page.space) || asking_.contains(page.space)) return {};
  const auto expected = host_.next_pack(page.space);
  const bool begins = page.from == wire::PackPlace{};
  const bool follows = expected && (begins || (page.at == expected->at && page.from == expected->from));
  if (!follows && restarted_.contains(page.space)) return {};
  if (!follows) return fail(ErrorCode::history_diverged, "session.pack");
  if (!page.last && !is_onward(page.from, page.to)) return fail(ErrorCode::protocol, "session.pack");
  restarted_.erase(page.space);
  if (const auto taken = host_.accept_pack(page); !taken.ok()) {
    return chain_is_behind(page.space, taken.error());
  }
  behind_times_.erase(page.space);
  if (page.last) packing_.erase(page.space);
  changesets_received_ += page.body.items.size();
  return page.last ? ask_records() : Result<void>();
}

Result<void> DeviceSession::ask_records() {
  if (records_) return {};
  records_ = host_.next_records();
  if (records_) send(*records_);
  return {};
}

Result<void> DeviceSession::handle(const wire::RecordsPage& page) {
  if (!records_ || records_->space != page.space) return fail(ErrorCode::protocol, "session.records");
  send(wire::Credit{1, message_bytes_});
  if (!records_behind_) {
    const auto taken = host_.accept_records(*records_, page);
    records_behind_ = !taken.ok() && taken.error().code == ErrorCode::chain_behind;
    if (records_behind_ && ++behind_times_[page.space] > kRetriesMax) return taken;
    if (!taken.ok() && !records_behind_) return taken;
  }
  if (!page.last) return {};
  records_.reset();
  if (!std::exchange(records_behind_, false)) return ask_records();
  // They are asked for again once the chains have been pulled.
  want_pull(SpaceId{});
  want_pull(page.space);
  return advance_chains();
}

/// A changeset names chain heads that we don't have yet: pull, then take the tail up from the cursor.
Result<void> DeviceSession::chain_is_behind(const SpaceId& space, const Error& error) {
  if (error.code != ErrorCode::chain_behind || ++behind_times_[space] > kRetriesMax) return error;
  behind_.insert(space);
  want_pull(SpaceId{});
  want_pull(space);
  return advance_chains();
}

Result<void> DeviceSession::handle(const wire::TailEnd& end) {
  const std::optional<Position> cursor = host_.cursor(end.space);
  if (!subscribed_.contains(end.space) || !cursor) return fail(ErrorCode::protocol, "session.tail");
  if (behind_.contains(end.space) || asking_.contains(end.space)) return {};
  if (packing_.contains(end.space) && end.position.seq > 0) {
    return fail(ErrorCode::history_diverged, "session.pack");
  }
  const bool level = cursor->seq == end.position.seq && (cursor->seq == 0 || *cursor == end.position);
  if (!level) {
    if (restarted_.contains(end.space)) return {};
    // It ends before what we have seen of it, or is another history of that length.
    return ask_frontier(end.space);
  }
  restarted_.erase(end.space);
  awaiting_tail_end_.erase(end.space);
  return {};
}

Result<void> DeviceSession::handle(const wire::ConflictFields& conflicts) {
  host_.accept_conflicts(conflicts);
  return {};
}

}  // namespace samla::session
