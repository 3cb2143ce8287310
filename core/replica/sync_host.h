// The store as the device's session machine sees it. One for each connection.
// Invariant: everything it accepts is durable before it returns. Thread: the replica's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/replica/chain_repair.h"
#include "core/replica/chain_work.h"
#include "core/replica/inbound.h"
#include "core/replica/outbound.h"
#include "core/replica/recovery.h"
#include "core/session/device_session.h"

namespace samla::replica {

class SyncHost final : public session::DeviceHost {
 public:
  SyncHost(LocalStore& local, ChainWork& work)
      : local_(local),
        work_(work),
        outbound_(local),
        inbound_(local),
        recovery_(local),
        repair_(local, work) {}

  /// Of the server that answered; to be set with its welcome.
  void set_incarnation(const Incarnation& incarnation) { incarnation_ = incarnation; }

  /// Own changesets that the server has acknowledged in this session.
  std::uint64_t receipted() const { return receipted_; }
  /// Lines for the person, each once.
  const std::set<std::string>& notices() const { return notices_; }
  /// The server's list of fields with several heads, for each space that is level with it.
  const std::map<SpaceId, std::vector<wire::ConflictField>>& server_conflicts() const {
    return server_conflicts_;
  }
  /// What was given back to the server in this session.
  Recovery& recovery() { return recovery_; }
  /// Whether the server has refused changes in this session: no more of their spaces is offered in it.
  bool holds_refused() const { return !held_.empty(); }
  /// After writer_forked: under which of this device's names somebody else writes too.
  WriterId forked_name() const {
    return inbound_.forked_name().value_or(recovery_.forked_name().value_or(local_.writer()));
  }
  /// They are to be offered once more.
  void offer_refused_again();
  /// Records that are not as they were, since the last call.
  std::set<RecordId> take_changed() {
    std::set<RecordId> out = std::exchange(changed_, {});
    out.merge(inbound_.take_changed());
    out.merge(repair_.take_changed());
    return out;
  }

  ChainHead chain_head(const SpaceId& space) override { return local_.membership->head(space); }
  Result<void> accept_chain(const wire::ChainEntries& entries) override;
  Result<void> accept_checkpoint(const wire::CheckpointPart& checkpoint) override;
  std::optional<wire::ChainPull> wanted_history() override;
  Result<void> accept_history(const wire::ChainEntries& entries) override;
  Result<void> accept_grants(const wire::Grants& grants) override;
  Result<std::optional<session::ChainBatch>> next_chain_batch() override { return work_.next(); }
  Result<void> chain_batch_done(const session::ChainBatch& batch, std::optional<ErrorCode> refused) override;
  ChainHead branch_head(const SpaceId& space) override { return repair_.head(space); }
  Result<void> accept_branch(const wire::ChainEntries& entries) override { return repair_.accept(entries); }
  Result<bool> judge_branch(const SpaceId& space) override;
  std::vector<SpaceId> own_chains() override { return recovery_.own_chains(); }
  Result<std::optional<std::vector<Bytes>>> chain_rest(const SpaceId& space, const ChainHead& after,
                                                       std::size_t bytes_max) override {
    return recovery_.chain_rest(space, after, bytes_max);
  }
  bool is_new(const Incarnation& incarnation) override { return recovery_.is_new(incarnation); }
  Result<void> pin_told(const Incarnation& incarnation) override { return recovery_.pin_told(incarnation); }
  void offer_refused(const SpaceId& space, ErrorCode code) override;
  Result<std::optional<wire::Receipts>> receipts_beyond(const SpaceId& space, std::uint64_t seq) override {
    return recovery_.receipts_beyond(space, seq);
  }
  Result<void> accept_frontier(const wire::Frontier& frontier) override;
  Result<void> accept_reoffer_refusal(const wire::ReofferRefusal& refusal) override;
  Result<void> accept_horizon(const wire::BackupHorizon& horizon) override {
    return keep_backup_news(local_, horizon);
  }
  WriterId writer() const override { return local_.writer(); }
  Result<std::vector<Bytes>> next_reoffers(std::size_t bytes_max) override {
    return recovery_.next_reoffers(bytes_max);
  }
  bool wants_grants(const SpaceId& space) override;
  std::optional<wire::PlacesAsk> next_question() override;
  Result<void> accept_places(const wire::Places& places) override;
  Result<std::vector<Bytes>> next_outgoing(std::size_t bytes_max) override;
  bool offer_again() override;
  Result<void> accept_receipts(const wire::Receipts& receipts) override;
  Result<void> accept_refusal(const wire::Refusal& refusal) override;
  std::optional<Position> cursor(const SpaceId& space) override;
  Result<void> accept_tail(const SpaceId& space, std::span<const wire::TailItem> items) override;
  std::vector<SpaceId> by_importance(const std::set<SpaceId>& spaces) override;
  std::optional<wire::PackAsk> next_pack(const SpaceId& space) override;
  Result<void> accept_pack(const wire::PackPage& page) override;
  std::optional<wire::RecordsAsk> next_records() override;
  Result<void> accept_records(const wire::RecordsAsk& ask, const wire::RecordsPage& page) override {
    return inbound_.take_records(ask, page);
  }
  void accept_conflicts(const wire::ConflictFields& conflicts) override;

 private:
  Result<std::size_t> add_frozen(std::vector<Bytes>& out, std::size_t bytes_max);
  Result<void> check_trusted() const;
  Result<void> judge_again(const std::map<DeviceId, std::size_t>& before);
  bool signed_by_server(std::string_view domain, ByteView part, const Signature& signature) const;
  Result<void> judge_forks(std::span<const Bytes> entries);
  std::optional<seal::KeyPair> pair_of(ByteView recipient) const;
  Result<void> take_grant(const SpaceId& space, const wire::Grant& grant);
  Result<void> receipt(const wire::Receipt& receipt, std::uint64_t group);
  Result<change::Validity> validity_of_own(const store::StoredChangeset& stored) const;

  bool keeps_whole(const SpaceId& chain) const;

  LocalStore& local_;
  ChainWork& work_;
  Outbound outbound_;
  Inbound inbound_;
  Recovery recovery_;
  ChainRepair repair_;
  Incarnation incarnation_;
  /// Own ones offered in this session: everything up to this seq.
  std::map<std::pair<SpaceId, WriterId>, std::uint64_t> offered_;
  /// For each space the first seq that the server refused for another reason than a gap.
  std::map<SpaceId, std::uint64_t> held_;
  /// Entries before a chain's beginning here, until they are all there.
  struct Before {
    SpaceId chain;
    ChainHead at;
    std::vector<Bytes> entries;
    bool given_up = false;  ///< in this session
  } before_;
  /// Something was refused for want of others' changes; and something was taken since.
  bool awaits_others_ = false, taken_since_ = false;
  std::uint64_t receipted_ = 0;
  std::set<RecordId> changed_;
  std::set<std::string> notices_;
  std::map<SpaceId, std::vector<wire::ConflictField>> server_conflicts_;
};

}  // namespace samla::replica
