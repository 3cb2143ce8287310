#include "core/session/server_session.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/chain/entry.h"
#include "core/session/refused.h"

namespace samla::session {

using wire::Entrance;
using wire::Refused;

// ---- entrances

Result<void> ServerSession::on_message(ByteView message) {
  if (closed_) return fail(ErrorCode::connection_closed, "session.message");
  auto decoded = wire::decode_message(message);
  Step step = decoded.ok() ? dispatch(*decoded) : Step(fail(ErrorCode::protocol, "session.message"));
  // A peer learns a coarse class; what broke the protocol is all one to it.
  if (!step.ok() && !closed_) close(refused_of(step.error().code));
  return step;
}

std::vector<Bytes> ServerSession::take_outgoing() { return std::exchange(outgoing_, {}); }

void ServerSession::send(const wire::Message& message) { outgoing_.push_back(wire::encode(message)); }

void ServerSession::close(std::optional<Refused> reason) {
  if (closed_) return;
  send(wire::Goodbye{reason});
  closed_ = true;
}

template <class Other>
Result<void> ServerSession::handle(const Other&) {
  if constexpr (std::is_same_v<Other, wire::Pong>) return {};
  return fail(ErrorCode::protocol, "session.message");
}

Result<void> ServerSession::dispatch(const wire::Message& message) {
  // Hello comes first, and once.
  if (std::holds_alternative<wire::Hello>(message) == entered()) {
    return fail(ErrorCode::protocol, "session.message");
  }
  return std::visit([this](const auto& m) { return handle(m); }, message);
}

Result<void> ServerSession::handle(const wire::Ping& ping) {
  send(wire::Pong{ping.nonce});
  return {};
}

Result<void> ServerSession::handle(const wire::Goodbye&) {
  closed_ = true;
  return fail(ErrorCode::connection_closed, "session.goodbye");
}

Result<void> ServerSession::handle(const wire::Hello& hello) {
  if (hello.version != wire::kProtocolVersion) return fail(ErrorCode::protocol, "session.hello");
  if (const auto refused = host_.admit(hello)) {
    close(refused);
    return fail(error_code_of(*refused), "session.hello");
  }
  hello_ = hello;
  wire::Welcome welcome = host_.welcome();
  if (is_device()) {
    for (const SpaceId& space : host_.spaces_of(device())) {
      announced_.insert(space);
      welcome.spaces.push_back({space, host_.chain_head(space), host_.position(space)});
    }
  }
  send(welcome);
  if (!welcome.spaces.empty()) {
    std::vector<SpaceId> spaces;
    for (const wire::SpaceHeads& each : welcome.spaces) spaces.push_back(each.space);
    if (const auto horizon = host_.horizon(spaces)) send(*horizon);
  }
  // Who has nothing but words does not know the organisation yet, and asks for that alone.
  if (hello.entrance == Entrance::kPaper && hello.organisation.is_zero()) {
    SAMLA_ASSIGN(const wire::Grants kept, host_.read_recovery(hello));
    send(kept);
  }
  return {};
}

// ---- chains

bool ServerSession::may_read_chain(const SpaceId& space) {
  return space.is_zero() || (is_device() && host_.access(space, device()) >= Access::kChain);
}

Result<void> ServerSession::handle(const wire::ChainPull& pull) {
  const bool identity = pull.space.is_zero();
  if (!may_read_chain(pull.space)) {
    // A space that is not for this device looks like one that has nothing new.
    send(wire::ChainEntries{pull.space, pull.from.seq + 1, {}, true});
    send(wire::Grants{pull.space, {}});
    return {};
  }
  SAMLA_ASSIGN(const wire::ChainEntries entries, host_.read_chain(pull.space, pull.from, kChainChunkBytes));
  send(entries);
  if (identity || !entries.last) return {};
  SAMLA_ASSIGN(const wire::Grants grants, host_.read_grants(pull.space, device(), kChainChunkBytes));
  send(grants);
  return {};
}

/// A checkpoint made since the part before is begun from its first byte: the device sees that it is another.
Result<void> ServerSession::handle(const wire::CheckpointAsk& ask) {
  std::optional<Beginning> found;
  if (may_read_chain(ask.space)) {
    SAMLA_ASSIGN(found, host_.read_checkpoint(ask.space));
  }
  wire::CheckpointPart out;
  out.space = ask.space;
  if (found) {
    const ByteView state(*found->state);
    out.entry = std::move(found->entry);
    out.witnesses = std::move(found->witnesses);
    out.size = state.size();
    out.offset = ask.offset < state.size() ? ask.offset : 0;
    const ByteView rest = state.subspan(static_cast<std::size_t>(out.offset));
    out.part = to_bytes(rest.first(std::min(rest.size(), kCheckpointPartBytes)));
  }
  send(out);
  return {};
}

namespace {

/// By whom a newcomer at that entrance is certified.
chain::AuthorKind author_at(Entrance entrance) {
  if (entrance == Entrance::kPairing) return chain::AuthorKind::kPairing;
  return entrance == Entrance::kPaper ? chain::AuthorKind::kPaper : chain::AuthorKind::kInvite;
}

}  // namespace

/// A device appends what it likes, the host judges it. Who redeems an invite or a code, or holds words,
/// certifies itself by it and no more; who claims the server begins with the identity chain.
bool ServerSession::may_append(const wire::ChainAppend& append) const {
  if (append.parts.empty()) return false;
  const wire::ChainAppend::Part& first = append.parts.front();
  switch (hello_->entrance) {
    case Entrance::kDevice:
      return true;
    case Entrance::kClaim:
      return first.space.is_zero() && first.expected == ChainHead{};
    case Entrance::kInvite:
    case Entrance::kPairing:
    case Entrance::kPaper:
      break;
  }
  if (append.parts.size() != 1 || !first.space.is_zero() || first.entries.size() != 1) return false;
  const auto entry = chain::Entry::decode(first.entries.front());
  if (!entry.ok()) return false;
  const auto* certificate = std::get_if<chain::DeviceCertificate>(&entry->body);
  return certificate != nullptr && entry->author.kind == author_at(hello_->entrance) &&
         equal(entry->author.id.view(), hello_->invite.view()) &&
         chain::device_id(certificate->keys.sign) == hello_->device;
}

Result<void> ServerSession::handle(const wire::ChainAppend& append) {
  if (append_) return fail(ErrorCode::protocol, "session.append");
  if (!may_append(append)) {
    send(wire::ChainResult{append.request, Refused::kNotPermitted});
    return {};
  }
  append_ = append.request;
  host_.append_chains(append, *hello_);
  return {};
}

void ServerSession::on_chain_result(const wire::ChainResult& result) {
  if (closed_ || append_ != result.request) return;
  append_.reset();
  if (!result.refused) enter_as_device();
  send(result);
}

/// A newcomer whose certificate stands is a device from here on.
void ServerSession::enter_as_device() {
  if (!is_device()) {
    wire::Hello hello = *hello_;
    hello.entrance = Entrance::kDevice;
    hello.organisation = host_.welcome().organisation;
    hello.invite = {};
    hello.proof.clear();
    if (host_.admit(hello)) return;
    hello_ = std::move(hello);
  }
  announce_new();
}

void ServerSession::announce_new() {
  for (const SpaceId& space : host_.spaces_of(device())) {
    if (!announced_.contains(space)) announce(space);
  }
}

// ---- what was lost and is brought back

Result<void> ServerSession::handle(const wire::ChainOffer& offer) {
  if (offer_ || hello_->entrance != Entrance::kDevice) return fail(ErrorCode::protocol, "session.offer");
  offer_ = offer.space;
  host_.offer_chain(offer, device());
  return {};
}

/// With its chain a server learns anew what the device may sync.
void ServerSession::on_offer_result(const wire::ChainOfferResult& result) {
  if (closed_ || offer_ != result.space) return;
  offer_.reset();
  if (!result.refused) announce_new();
  send(result);
}

Result<void> ServerSession::handle(const wire::FrontierAsk& ask) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.frontier");
  subscriptions_.erase(ask.space);
  to_pump_.erase(ask.space);
  if (host_.access(ask.space, device()) < Access::kRead) {
    send(wire::Frontier{ask.space, {}, {}});
    return {};
  }
  SAMLA_ASSIGN(const wire::Frontier frontier, host_.read_frontier(ask.space));
  send(frontier);
  return {};
}

/// Who reads a space may bring back what others wrote there: each changeset is its writer's by signature.
Result<void> ServerSession::handle(const wire::Reoffer& reoffer) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.reoffer");
  if (host_.access(reoffer.space, device()) < Access::kRead) {
    send(wire::ReofferRefusal{reoffer.space, reoffer.writer, reoffer.writer_seq, Refused::kNotPermitted});
    return {};
  }
  SAMLA_TRY(take_up(reoffer.space, reoffer.writer, reoffer.writer_seq, reoffer.changeset.size()));
  host_.reoffer(reoffer, device());
  return {};
}

void ServerSession::on_reoffer_refusal(const wire::ReofferRefusal& refusal) {
  if (closed_) return;
  land(refusal.space, refusal.writer, refusal.writer_seq);
  send(refusal);
}

Result<void> ServerSession::handle(const wire::ShownReceipts& shown) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.receipts");
  host_.shown(shown.receipts);
  return {};
}

// ---- chains, continued: the news

void ServerSession::announce(const SpaceId& space) {
  announced_.insert(space);
  send(wire::ChainNotice{space, host_.chain_head(space)});
}

bool ServerSession::on_chain_changed(const SpaceId& space) {
  if (closed_ || !entered()) return true;
  if (space.is_zero()) {
    if (is_device()) {
      if (const auto refused = host_.admit(*hello_)) {
        close(refused);
        return false;
      }
    }
    send(wire::ChainNotice{space, host_.chain_head(space)});
    return true;
  }
  if (!is_device()) return true;
  const Access access = host_.access(space, device());
  if (access >= Access::kChain) announce(space);
  const auto found = subscriptions_.find(space);
  if (found != subscriptions_.end() && access >= Access::kRead) {
    found->second.waiting = true;
    to_pump_.insert(space);
    pump_or_close();
  }
  return !closed_;
}

Result<void> ServerSession::handle(const wire::PlacesAsk& ask) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.places");
  SAMLA_ASSIGN(const wire::Places places, host_.read_places(ask, device()));
  send(places);
  return {};
}

// ---- up

Result<void> ServerSession::handle(const wire::Push& push) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.push");
  if (host_.access(push.space, device()) < Access::kWrite) {
    send(wire::Refusal{push.space, push.writer_seq, Refused::kNotPermitted, 0});
    return {};
  }
  SAMLA_TRY(take_up(push.space, {}, push.writer_seq, push.changeset.size()));
  host_.submit(push, device());
  return {};
}

Result<void> ServerSession::take_up(const SpaceId& space, const WriterId& writer, std::uint64_t writer_seq,
                                    std::size_t bytes) {
  const bool fresh = up_.try_emplace({space, writer, writer_seq}, bytes).second;
  if (!fresh) return fail(ErrorCode::protocol, "session.push");
  up_bytes_ += bytes;
  if (up_bytes_ > kUpBytesMax) return fail(ErrorCode::protocol, "session.push");
  return {};
}

bool ServerSession::land(const SpaceId& space, const WriterId& writer, std::uint64_t writer_seq) {
  const auto found = up_.find({space, writer, writer_seq});
  if (found == up_.end()) return false;
  up_bytes_ -= found->second;
  up_.erase(found);
  return true;
}

void ServerSession::on_receipts(const wire::Receipts& receipts) {
  if (closed_) return;
  for (const wire::Receipt& receipt : receipts.receipts) {
    if (!land(receipt.space, receipt.writer, receipt.writer_seq)) land(receipt.space, {}, receipt.writer_seq);
  }
  send(receipts);
}

void ServerSession::on_refusal(const wire::Refusal& refusal) {
  if (closed_) return;
  land(refusal.space, {}, refusal.writer_seq);
  send(refusal);
}

// ---- down

Result<void> ServerSession::handle(const wire::Subscribe& subscribe) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.subscribe");
  if (host_.access(subscribe.space, device()) < Access::kChain) {
    // As with a pull: nothing is there for this device.
    send(wire::TailEnd{subscribe.space, subscribe.from});
    return {};
  }
  this->subscribe(subscribe.space, {{}, subscribe.from});
  return pump();
}

void ServerSession::subscribe(const SpaceId& space, Subscription subscription) {
  subscription.turn = ++subscribed_;
  subscriptions_[space] = std::move(subscription);
  to_pump_.insert(space);
}

Result<void> ServerSession::handle(const wire::PackAsk& ask) {
  if (!is_device()) return fail(ErrorCode::protocol, "session.pack");
  if (host_.access(ask.space, device()) < Access::kChain) {
    send(wire::TailEnd{ask.space, {}});
    return {};
  }
  subscribe(ask.space, {ask, {}});
  return pump();
}

Result<void> ServerSession::handle(const wire::RecordsAsk& ask) {
  if (!is_device() || records_) return fail(ErrorCode::protocol, "session.records");
  if (host_.access(ask.space, device()) < Access::kRead) {
    send_down(wire::RecordsPage{ask.space, true, {}});
    return {};
  }
  records_ = ask;
  records_progress_ = {};
  return pump();
}

Result<void> ServerSession::handle(const wire::Credit& credit) {
  if (credit.lane != 1 || credit.bytes > down_bytes_) return fail(ErrorCode::protocol, "session.credit");
  down_bytes_ -= static_cast<std::size_t>(credit.bytes);
  return pump();
}

void ServerSession::on_space_grown(const SpaceId& space) {
  const auto found = subscriptions_.find(space);
  if (closed_ || found == subscriptions_.end()) return;
  found->second.waiting = true;
  to_pump_.insert(space);
  pump_or_close();
}

void ServerSession::pump_or_close() {
  if (const Step step = pump(); !step.ok()) close(refused_of(step.error().code));
}

void ServerSession::send_down(const wire::Message& message) {
  Bytes bytes = wire::encode(message);
  down_bytes_ += bytes.size();
  outgoing_.push_back(std::move(bytes));
}

/// Somebody waits for these, and they are few: before the spaces.
Result<void> ServerSession::pump_records() {
  while (records_ && down_bytes_ < kWindowBytes) {
    if (host_.access(records_->space, device()) < Access::kRead) {
      send_down(wire::RecordsPage{records_->space, true, {}});
      records_.reset();
      return {};
    }
    SAMLA_ASSIGN(const wire::RecordsPage page,
                 host_.read_records(*records_, records_progress_, kPackPageBytes));
    send_down(page);
    if (page.last) records_.reset();
  }
  return {};
}

/// True: there may be more.
Result<bool> ServerSession::pump_pack(const SpaceId& space, Subscription& subscription) {
  SAMLA_ASSIGN(const auto page, host_.read_pack(*subscription.pack, kPackPageBytes));
  if (!page) {
    subscription.pack.reset();
    return pump_one(space, subscription);
  }
  send_down(*page);
  subscription.pack = wire::PackAsk{space, page->at, page->to};
  if (page->last) {
    subscription.pack.reset();
    subscription.at = page->at;
  }
  return true;
}

std::vector<SpaceId> ServerSession::next_turn() {
  std::vector<SpaceId> out(to_pump_.begin(), to_pump_.end());
  to_pump_.clear();
  std::ranges::sort(out, {}, [&](const SpaceId& space) { return subscriptions_[space].turn; });
  return out;
}

/// Spaces take turns, a chunk each, until the window is full or nobody has more.
Result<void> ServerSession::pump() {
  SAMLA_TRY(pump_records());
  while (down_bytes_ < kWindowBytes && !to_pump_.empty()) {
    for (const SpaceId& space : next_turn()) {
      if (down_bytes_ >= kWindowBytes) {
        to_pump_.insert(space);
        continue;
      }
      SAMLA_ASSIGN(const bool more, pump_one(space, subscriptions_[space]));
      if (more) to_pump_.insert(space);
    }
  }
  return {};
}

/// True: there may be more.
Result<bool> ServerSession::pump_one(const SpaceId& space, Subscription& subscription) {
  const bool may_read = host_.access(space, device()) >= Access::kRead;
  if (may_read && subscription.pack) return pump_pack(space, subscription);
  if (may_read && subscription.waiting) {
    SAMLA_ASSIGN(const TailRun run, host_.read_tail(space, subscription.at, kTailChunkBytes, device()));
    subscription.at = run.end;
    if (!run.tail.items.empty()) {
      send_down(run.tail);
      return true;
    }
  }
  subscription.waiting = false;
  if (subscription.ended) return false;
  subscription.ended = true;
  if (may_read) {
    SAMLA_ASSIGN(const wire::ConflictFields conflicts, host_.read_conflicts(space));
    if (!conflicts.fields.empty()) send(conflicts);
  }
  send(wire::TailEnd{space, subscription.at});
  return false;
}

}  // namespace samla::session
