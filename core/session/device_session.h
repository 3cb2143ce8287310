// The device's side of sync as a state machine: messages in, messages and calls out. No I/O, no clock.
//
//   hello -> welcome -> chains (identity, then spaces; floating and founding entries go up here)
//         -> a chain that forks from ours is read whole: a repair in it ends the fork, else the chain rests
//         -> a server that lacks entries is offered them; one whose history of a space is not the one seen
//            before says how far each writer has come (device_recovery.cc)
//         -> up: push, re-offer, receipts   (lane of its own, bounded window)
//         -> down: heads pack per space where there is nothing here, or tail by cursor, then live
//
// The host (the replica; a fake in tests) owns storage and keys. Invariant: nothing is sent twice as
// new: pushes are the host's frozen bytes. Thread: the caller's, one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/id.h"
#include "core/base/position.h"
#include "core/base/result.h"
#include "core/wire/message.h"

namespace samla::session {

/// A batch of chain appends that must stand or fall together, as the server places it.
using ChainBatch = wire::ChainAppend;

/// What the device session needs of its owner. All calls come from within the session's own calls.
class DeviceHost {
 public:
  virtual ~DeviceHost() = default;

  // Chains. A chain is named by kind and id (zero space id: the identity chain).
  virtual ChainHead chain_head(const SpaceId& space) = 0;
  /// Verifies and stores `entries` (following the present head) and grants; any error ends the sync.
  virtual Result<void> accept_chain(const wire::ChainEntries& entries) = 0;
  /// A chain of which nothing is here begins at a checkpoint, with the whole of its state: verifies and
  /// stores it; any error ends the sync.
  virtual Result<void> accept_checkpoint(const wire::CheckpointPart&) {
    return fail(ErrorCode::unsupported, "session.checkpoint");
  }
  /// Entries from before a chain's beginning here that are wanted all the same; asked again after each
  /// answer. Absent: none.
  virtual std::optional<wire::ChainPull> wanted_history() { return {}; }
  virtual Result<void> accept_history(const wire::ChainEntries&) {
    return fail(ErrorCode::unsupported, "session.history");
  }
  virtual Result<void> accept_grants(const wire::Grants& grants) = 0;
  /// Whether keys of the space are granted to this device and not here: they are asked for again, since the
  /// connection may have been cut between a chain and its grants.
  virtual bool wants_grants(const SpaceId&) { return false; }
  /// After all chains are level: what this device has to append now (its certificate, founding,
  /// grants to others, queued invites). Absent: nothing (more). An error ends the sync with it.
  virtual Result<std::optional<ChainBatch>> next_chain_batch() = 0;
  /// The server placed the batch (the host applies it), or refused it: `code` tells why;
  /// chain_conflict means that the chains are pulled again and next_chain_batch is asked again.
  /// An error returned here ends the sync with it.
  /// retry_later: the server takes no entries now; no more batches are asked for in this session.
  virtual Result<void> chain_batch_done(const ChainBatch& batch, std::optional<ErrorCode> refused) = 0;

  /// Asked with next_chain_batch, and before it: a question that the next batch rests on; absent: none.
  virtual std::optional<wire::PlacesAsk> next_question() { return {}; }
  virtual Result<void> accept_places(const wire::Places&) { return {}; }

  // A server that was restored, emptied or rolled back.
  /// Chains whose entries this device holds and, by them, may sync; the identity chain is not among them.
  virtual std::vector<SpaceId> own_chains() = 0;
  /// Entries that follow `after`, about `bytes_max`, at least one if there is any; absent: `after` is not of
  /// this chain. None: the chain began here at a checkpoint further on, and those before were never held.
  virtual Result<std::optional<std::vector<Bytes>>> chain_rest(const SpaceId& space, const ChainHead& after,
                                                               std::size_t bytes_max) = 0;
  /// Whether that life of the server is one to which this device has not told its pins.
  virtual bool is_new(const Incarnation& incarnation) = 0;
  /// The server was told where the identity chain's pin is, and has come at least as far. `incarnation` is
  /// known from now on.
  virtual Result<void> pin_told(const Incarnation& incarnation) = 0;
  // A chain that is not ours: two different entries follow one head.
  /// As far as the server's has been read; zero: nothing of it.
  virtual ChainHead branch_head(const SpaceId&) { return {}; }
  /// The next of its entries, from the first on.
  virtual Result<void> accept_branch(const wire::ChainEntries&) {
    return fail(ErrorCode::chain_forked, "session.chains");
  }
  /// It is read whole. True: an entry in it, or the person here, gives our own branch up, and the chain is
  /// the server's from now on. False: two branches stand, and this device keeps to its own.
  virtual Result<bool> judge_branch(const SpaceId&) { return false; }

  /// The server did not take what it lacks of a chain.
  virtual void offer_refused(const SpaceId& space, ErrorCode code) = 0;
  /// Receipts for a place in the space after `seq`; absent: none.
  virtual Result<std::optional<wire::Receipts>> receipts_beyond(const SpaceId& space, std::uint64_t seq) = 0;
  /// How far each writer has come at a server whose history is not the one seen before. What is held stays;
  /// places are forgotten, what the server lacks is offered again, and the cursor stands where the
  /// subscription is to begin.
  virtual Result<void> accept_frontier(const wire::Frontier& frontier) = 0;
  virtual Result<void> accept_reoffer_refusal(const wire::ReofferRefusal& refusal) = 0;
  virtual Result<void> accept_horizon(const wire::BackupHorizon& horizon) = 0;

  // Up.
  /// Who writes here.
  virtual WriterId writer() const = 0;
  /// Others' changesets that the server lacks, each writer's in order, after those already given in this
  /// session.
  virtual Result<std::vector<Bytes>> next_reoffers(std::size_t bytes_max) = 0;
  /// Frozen changesets not yet receipted, in order a space, starting after those already given in
  /// this session; at most about `bytes_max` bytes (at least one if any). Freezes the outbox.
  virtual Result<std::vector<Bytes>> next_outgoing(std::size_t bytes_max) = 0;
  /// Nothing is under way up: whether what was refused for want of others' changes is offered once more,
  /// since something has been taken meanwhile.
  virtual bool offer_again() { return false; }
  virtual Result<void> accept_receipts(const wire::Receipts& receipts) = 0;
  virtual Result<void> accept_refusal(const wire::Refusal& refusal) = 0;

  // Down.
  /// The cursor to subscribe from; absent: the device does not hold this space.
  virtual std::optional<Position> cursor(const SpaceId& space) = 0;
  /// A run of the space's history, following its cursor. Stored durably before this returns.
  /// history_diverged: a receipt says otherwise.
  virtual Result<void> accept_tail(const SpaceId& space, std::span<const wire::TailItem> items) = 0;
  /// In which order these are to come: the person's own first.
  virtual std::vector<SpaceId> by_importance(const std::set<SpaceId>& spaces) {
    return {spaces.begin(), spaces.end()};
  }
  /// What this device is to ask for where it has nothing of the space, or no more than a part of a heads
  /// pack: the pack from where it has come to. Absent: the history from the cursor.
  virtual std::optional<wire::PackAsk> next_pack(const SpaceId&) { return {}; }
  /// The page after the place that next_pack named, or the beginning of a pack. Stored durably, with its
  /// place, before this returns; with the last page the cursor stands at the pack's position.
  virtual Result<void> accept_pack(const wire::PackPage&) {
    return fail(ErrorCode::unsupported, "session.pack");
  }
  /// Records of which more is to be had here than there is. Absent: none.
  virtual std::optional<wire::RecordsAsk> next_records() { return {}; }
  virtual Result<void> accept_records(const wire::RecordsAsk&, const wire::RecordsPage&) {
    return fail(ErrorCode::unsupported, "session.records");
  }
  /// The server's list of multi-head fields, once the space is level.
  virtual void accept_conflicts(const wire::ConflictFields& conflicts) = 0;
};

/// Where the session stands. Level goes back to syncing when there is more to do; failed stays.
enum class DevicePhase { kConnecting, kChains, kSyncing, kLevel, kFailed };

class DeviceSession {
 public:
  /// `hello` is sent at `start`. `host` outlives the session.
  DeviceSession(DeviceHost& host, wire::Hello hello);

  Result<void> start();
  /// One logical message from the server. An error ends the session: close the connection.
  Result<void> on_message(ByteView message);
  /// There may be new outgoing changesets or chain batches (live sync after local edits).
  Result<void> on_local_change();

  /// Messages to send, in order; empties the queue.
  std::vector<Bytes> take_outgoing();

  DevicePhase phase() const { return phase_; }
  /// Everything pushed is receipted or refused, and every space is level with the server.
  bool level() const { return phase_ == DevicePhase::kLevel; }
  /// Valid from kChains on.
  const wire::Welcome& welcome() const { return *welcome_; }
  std::uint64_t changesets_sent() const { return changesets_sent_; }
  std::uint64_t changesets_received() const { return changesets_received_; }
  /// The identity chain is another than at the beginning, and everything rests on it: connect again.
  bool chain_replaced() const { return chain_replaced_; }
  /// A receipt was shown to a server that lacks its place: it is to begin a new life, so connect again.
  bool showed_receipts() const { return showed_receipts_; }

 private:
  using Step = Result<void>;
  Step dispatch(const wire::Message& message);
  Step finish(Step step);

  // Chains (device_chains.cc).
  Step handle(const wire::Welcome& welcome);
  Step handle(const wire::ChainEntries& entries);
  Step handle(const wire::CheckpointPart& part);
  Step handle(const wire::Grants& grants);
  Step handle(const wire::ChainResult& result);
  Step handle(const wire::ChainNotice& notice);
  Step handle(const wire::Places& places);
  Step note_head(const SpaceId& space, const ChainHead& head);
  void want_pull(const SpaceId& space);
  enum class Wanted { kEntries, kCheckpoint, kHistory, kBranch };
  void pull(const SpaceId& space, Wanted what);
  bool answers_pull(const SpaceId& space, Wanted what) const;
  bool rests_on_more(const SpaceId& space, const Step& taken);
  void pull_history();
  void note_fork(const SpaceId& space);
  Step take_branch(const wire::ChainEntries& entries);
  Step take_history(const wire::ChainEntries& entries);
  Step pulled(const SpaceId& space);
  Step advance_chains();
  Step take_notices();
  Step send_batch(ChainBatch batch);

  // What a server lacks (device_recovery.cc).
  Step handle(const wire::ChainOfferResult& result);
  Step handle(const wire::Frontier& frontier);
  Step handle(const wire::ReofferRefusal& refusal);
  Step handle(const wire::BackupHorizon& horizon);
  Step look_for_losses(const wire::Welcome& welcome);
  void want_offer(const SpaceId& space, const ChainHead& server);
  void want_unlisted();
  Result<bool> offer_next();
  Result<bool> seen_otherwise(const SpaceId& space, const Position& cursor) const;
  Step ask_frontier(const SpaceId& space);
  Step seen_set_back(const wire::Tail& tail);
  void ask_once_landed();

  // Changesets, up and down (device_lanes.cc).
  Step handle(const wire::Receipts& receipts);
  Step handle(const wire::Refusal& refusal);
  Step handle(const wire::Tail& tail);
  Step handle(const wire::TailEnd& end);
  Step handle(const wire::PackPage& page);
  Step handle(const wire::RecordsPage& page);
  Step ask_records();
  Step handle(const wire::ConflictFields& conflicts);
  Step begin_sync();
  Step subscribe(const SpaceId& space);
  Step fill_up_window();
  Step push(const Bytes& changeset);
  void land(const SpaceId& space, const WriterId& writer, std::uint64_t writer_seq);
  Step chain_is_behind(const SpaceId& space, const Error& error);
  void settle();

  Step handle(const wire::Ping& ping);
  Step handle(const wire::Goodbye& goodbye);
  /// What only a device sends, or what needs no answer.
  template <class Other>
  Step handle(const Other& other);
  void send(const wire::Message& message);

  DeviceHost& host_;
  wire::Hello hello_;
  DevicePhase phase_ = DevicePhase::kConnecting;
  std::optional<wire::Welcome> welcome_;
  std::vector<Bytes> outgoing_;
  std::size_t message_bytes_ = 0;  ///< of the message at hand

  std::deque<SpaceId> to_pull_;
  std::deque<std::pair<SpaceId, Wanted>> pulls_;        ///< asked for; the answers come in this order
  std::map<SpaceId, wire::CheckpointPart> beginnings_;  ///< as far as their states have come
  bool grants_due_ = false;  ///< the first of `pulls_` has all its entries, its grants come next
  std::map<SpaceId, ChainHead> noticed_;
  std::optional<ChainBatch> batch_;
  bool question_ = false;  ///< one is out
  std::uint64_t next_request_ = 1;
  int batches_refused_ = 0;  ///< in a row

  bool chains_later_ = false;  ///< the server takes no entries in this session

  bool chain_replaced_ = false;
  std::map<SpaceId, ChainHead> forked_;  ///< with the server's head: nothing of it is synced

  std::map<SpaceId, ChainHead> to_offer_;  ///< with the server's head
  std::set<SpaceId> not_held_;             ///< the server lacks entries of them that were never here
  std::optional<SpaceId> offering_;
  std::map<SpaceId, int> offered_times_;  ///< in chunks, without having come to our pin
  bool unlisted_wanted_ = false;  ///< once the identity chain is level: chains that the server did not name
  bool showed_receipts_ = false;
  std::set<SpaceId> asking_;  ///< their tails are let go, and nothing goes up, until the frontier comes
  std::set<SpaceId> to_ask_;  ///< of these: not asked for yet, since something is in flight
  std::map<SpaceId, int> asked_times_;  ///< for a frontier

  std::map<std::tuple<SpaceId, WriterId, std::uint64_t>, std::size_t> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  bool up_empty_ = false;  ///< the host had nothing more to send
  int gaps_ = 0;

  std::set<SpaceId> known_spaces_;
  std::set<SpaceId> subscribed_;
  std::set<SpaceId> awaiting_tail_end_;
  std::set<SpaceId> behind_;                 ///< the tail waits until their chains are pulled
  std::set<SpaceId> restarted_;              ///< subscribed again: what was under way before is let go
  std::map<SpaceId, int> behind_times_;      ///< in a row
  std::set<SpaceId> packing_;                ///< what stands is asked for, and not all here
  std::optional<wire::RecordsAsk> records_;  ///< asked for
  bool records_behind_ = false;              ///< what still comes of them is let go

  std::uint64_t changesets_sent_ = 0;
  std::uint64_t changesets_received_ = 0;
};

}  // namespace samla::session
