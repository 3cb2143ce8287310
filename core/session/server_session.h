// The server's side of one connection as a state machine: messages in, messages and calls out. No I/O,
// no clock. It decides who may say what when; what a push or an entry is worth the host decides.
//
//   hello (entrance checked) -> welcome -> chain pulls and appends | pushes up | tails down, all at once
//
// Invariant: nothing of a space leaves without a right to it, and memory for one peer is bounded: a
// window up, a window down, one chain append, one question for records. Slow calls of the host are answered
// later by the on_… methods, never from within the call. Thread: the connection's, one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "core/base/id.h"
#include "core/base/position.h"
#include "core/base/result.h"
#include "core/session/limits.h"
#include "core/wire/message.h"

namespace samla::session {

/// What a device may do in a space, as the server enforces it.
enum class Access : std::uint8_t {
  kNone = 0,
  kChain = 1,  ///< read its chain: who awaits a grant must see that the space is there
  kRead = 2,
  kWrite = 3,
};

/// A stretch of a space's history and the place after it.
struct TailRun {
  wire::Tail tail;
  Position end;
};

/// A chain's newest checkpoint, for whoever has nothing of the chain.
struct Beginning {
  Bytes entry;
  std::vector<Bytes> witnesses;  ///< see wire::CheckpointPart
  std::shared_ptr<const Bytes> state;
};

/// What the machine needs of the server, for one connection. Called from within the session's own calls.
class ServerHost {
 public:
  virtual ~ServerHost() = default;

  /// Whether the holder of the connection's transport key may enter as `hello` says; absent: yes. A server
  /// that was restored lets in devices that it does not know yet: until it does, they have no access.
  virtual std::optional<wire::Refused> admit(const wire::Hello& hello) = 0;
  /// Without `spaces`, which the session fills in.
  virtual wire::Welcome welcome() = 0;
  virtual Access access(const SpaceId& space, const DeviceId& device) = 0;
  /// Those with at least Access::kChain.
  virtual std::vector<SpaceId> spaces_of(const DeviceId& device) = 0;

  virtual ChainHead chain_head(const SpaceId& space) = 0;
  virtual Position position(const SpaceId& space) = 0;
  /// Entries after `from`, about `bytes_max` (at least one if any); from the first where `from` is not of
  /// this chain.
  virtual Result<wire::ChainEntries> read_chain(const SpaceId& space, const ChainHead& from,
                                                std::size_t bytes_max) = 0;
  /// Absent: the chain has no checkpoint.
  virtual Result<std::optional<Beginning>> read_checkpoint(const SpaceId&) {
    return std::optional<Beginning>();
  }
  /// The newest grants for the device, or for what it joined by (invite, pairing code, words).
  virtual Result<wire::Grants> read_grants(const SpaceId& space, const DeviceId& device,
                                           std::size_t bytes_max) = 0;
  /// What is kept for the holder of the words by which `hello` enters; empty: nothing.
  virtual Result<wire::Grants> read_recovery(const wire::Hello& hello) = 0;
  /// History after `from`, about `bytes_max` (at least one item if any); from the start where `from` is
  /// not of this history. `after` says which. Changesets by `reader` itself are empty.
  virtual Result<TailRun> read_tail(const SpaceId& space, const Position& from, std::size_t bytes_max,
                                    const DeviceId& reader) = 0;
  virtual Result<wire::ConflictFields> read_conflicts(const SpaceId& space) = 0;
  /// The page of a heads pack that comes after `ask.from`; absent: a tail from the start is less.
  virtual Result<std::optional<wire::PackPage>> read_pack(const wire::PackAsk&, std::size_t /*bytes_max*/) {
    return std::optional<wire::PackPage>();
  }
  /// Where an answer to RecordsAsk has come to.
  struct RecordsProgress {
    std::size_t record = 0;
    std::uint32_t part = 0;
  };
  /// The next part of the answer; `progress` moves on.
  virtual Result<wire::RecordsPage> read_records(const wire::RecordsAsk&, RecordsProgress&,
                                                 std::size_t /*bytes_max*/) {
    return fail(ErrorCode::unsupported, "session.records");
  }
  /// Signed; empty where that device may not ask.
  virtual Result<wire::Places> read_places(const wire::PlacesAsk&, const DeviceId&) {
    return fail(ErrorCode::unsupported, "session.places");
  }

  /// How far each writer has come.
  virtual Result<wire::Frontier> read_frontier(const SpaceId& space) = 0;
  /// Of the newest backup, for these spaces; absent: none was made.
  virtual std::optional<wire::BackupHorizon> horizon(const std::vector<SpaceId>& spaces) = 0;

  /// Answered by on_receipts or on_reoffer_refusal.
  virtual void reoffer(wire::Reoffer reoffer, const DeviceId& device) = 0;
  /// Answered by on_offer_result.
  virtual void offer_chain(wire::ChainOffer offer, const DeviceId& device) = 0;
  /// A signature of this server's, perhaps, over a place that it lacks.
  virtual void shown(wire::Receipts receipts) = 0;
  /// Answered by on_receipts or on_refusal.
  virtual void submit(wire::Push push, const DeviceId& device) = 0;
  /// Answered by on_chain_result. `hello` says by which entrance.
  virtual void append_chains(wire::ChainAppend append, const wire::Hello& hello) = 0;
};

class ServerSession {
 public:
  /// `host` outlives the session.
  explicit ServerSession(ServerHost& host) : host_(host) {}

  /// One logical message from the peer. An error ends the connection, after what take_outgoing gives
  /// (a goodbye with its reason) has been sent.
  Result<void> on_message(ByteView message);
  /// Messages to send, in order; empties the queue.
  std::vector<Bytes> take_outgoing();

  // Answers of the host, and news.
  void on_receipts(const wire::Receipts& receipts);
  void on_refusal(const wire::Refusal& refusal);
  void on_reoffer_refusal(const wire::ReofferRefusal& refusal);
  void on_chain_result(const wire::ChainResult& result);
  void on_offer_result(const wire::ChainOfferResult& result);
  /// A chain has new entries (zero: the identity chain). Call it on every session, before the
  /// on_chain_result of whoever appended. False: the device has lost its right to be here, close.
  [[nodiscard]] bool on_chain_changed(const SpaceId& space);
  /// The space has new changesets; cheap where nobody here reads it.
  void on_space_grown(const SpaceId& space);
  /// Says goodbye; nothing more is taken.
  void close(std::optional<wire::Refused> reason);

  bool closed() const { return closed_; }
  bool entered() const { return hello_.has_value(); }
  /// A certified device is at the other end; valid once entered.
  bool is_device() const { return hello_ && hello_->entrance == wire::Entrance::kDevice; }
  const DeviceId& device() const { return hello_->device; }
  bool subscribed(const SpaceId& space) const { return subscriptions_.contains(space); }

 private:
  using Step = Result<void>;
  /// A reader of a space; sleeps while it has no right.
  struct Subscription {
    std::optional<wire::PackAsk> pack;  ///< the page that is to be sent next; then the history
    Position at;
    bool waiting = true;     ///< there may be more than it was sent
    bool ended = false;      ///< TailEnd was sent: what comes now is live
    std::uint64_t turn = 0;  ///< who asked first comes first
  };

  Step dispatch(const wire::Message& message);
  Step handle(const wire::Hello& hello);
  Step handle(const wire::ChainPull& pull);
  Step handle(const wire::CheckpointAsk& ask);
  bool may_read_chain(const SpaceId& space);
  Step handle(const wire::ChainAppend& append);
  Step handle(const wire::Push& push);
  Step handle(const wire::Subscribe& subscribe);
  Step handle(const wire::PackAsk& ask);
  Step handle(const wire::RecordsAsk& ask);
  Step handle(const wire::ChainOffer& offer);
  Step handle(const wire::FrontierAsk& ask);
  Step handle(const wire::Reoffer& reoffer);
  Step handle(const wire::ShownReceipts& shown);
  Step handle(const wire::Credit& credit);
  Step handle(const wire::PlacesAsk& ask);
  Step handle(const wire::Ping& ping);
  Step handle(const wire::Goodbye& goodbye);
  /// What only a server sends, or what needs no answer.
  template <class Other>
  Step handle(const Other& other);

  bool may_append(const wire::ChainAppend& append) const;
  void enter_as_device();
  void announce_new();
  Step take_up(const SpaceId& space, const WriterId& writer, std::uint64_t writer_seq, std::size_t bytes);
  void announce(const SpaceId& space);
  Step pump();
  Result<bool> pump_one(const SpaceId& space, Subscription& subscription);
  Result<bool> pump_pack(const SpaceId& space, Subscription& subscription);
  Step pump_records();
  void send_down(const wire::Message& message);
  void pump_or_close();
  bool land(const SpaceId& space, const WriterId& writer, std::uint64_t writer_seq);
  void send(const wire::Message& message);

  ServerHost& host_;
  std::optional<wire::Hello> hello_;
  bool closed_ = false;
  std::vector<Bytes> outgoing_;
  std::set<SpaceId> announced_;  ///< that the device knows to be there
  std::optional<std::uint64_t> append_;
  std::optional<SpaceId> offer_;
  /// Pushes have the zero writer: whose they are is known once they are decoded.
  std::map<std::tuple<SpaceId, WriterId, std::uint64_t>, std::size_t> up_;
  std::size_t up_bytes_ = 0;
  void subscribe(const SpaceId& space, Subscription subscription);
  std::vector<SpaceId> next_turn();

  std::map<SpaceId, Subscription> subscriptions_;
  std::uint64_t subscribed_ = 0;  ///< how often anybody has
  std::set<SpaceId> to_pump_;
  std::optional<wire::RecordsAsk> records_;
  ServerHost::RecordsProgress records_progress_;
  std::size_t down_bytes_ = 0;  ///< of tails without a credit
};

}  // namespace samla::session
