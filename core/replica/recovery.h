// This device's part in giving back what a server lost: it was restored from a backup, emptied, or rolled
// back. What is held here, its own and others', goes up again byte for byte; nothing here is ever dropped
// because a server does not have it. One for each connection; what was found is kept in the store.
// Thread: the replica's.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/replica/local_store.h"
#include "core/replica/replica.h"
#include "core/wire/message.h"

namespace samla::replica {

class Recovery {
 public:
  explicit Recovery(LocalStore& local) : local_(local) {}

  // Chains.
  std::vector<SpaceId> own_chains() const;
  Result<std::optional<std::vector<Bytes>>> chain_rest(const SpaceId& space, const ChainHead& after,
                                                       std::size_t bytes_max) const;
  bool is_new(const Incarnation& incarnation) const;
  Result<void> pin_told(const Incarnation& incarnation);

  // Histories.
  Result<std::optional<wire::Receipts>> receipts_beyond(const SpaceId& space, std::uint64_t seq) const;
  /// Forgets places, marks what the server has, and sets the cursor: where everything of its history is
  /// here, to its end, else to the beginning. The writers whose chain is another here than there.
  Result<std::vector<WriterId>> accept_frontier(const wire::Frontier& frontier,
                                                const Incarnation& incarnation);
  /// See DeviceHost::next_reoffers.
  Result<std::vector<Bytes>> next_reoffers(std::size_t bytes_max);
  /// One more is at the server.
  void receipted(const store::StoredChangeset& stored);
  /// writer_forked where it was this device's own, of a name before the present one.
  Result<void> refused(const wire::ReofferRefusal& refusal);
  /// What was refused because other changes must come first goes once more.
  void offer_refused_again();
  /// Whether a server was found to lack something in this session.
  bool active() const { return !spaces_.empty() || recovered_ > 0 || waiting_ + early_count_ > 0; }
  /// After writer_forked: which name of this device somebody else writes under too.
  const std::optional<WriterId>& forked_name() const { return forked_name_; }
  /// What came of it, at the end of the session; kept for `last_recovery`.
  Result<RecoveryReport> finish();

 private:
  struct Space {
    std::map<WriterId, std::uint64_t> placed;  ///< up to where each writer's had a place before
  };
  Error name_is_forked(const WriterId& name);
  Result<bool> is_whole(const store::StoredChangeset& stored);
  Result<std::map<DeviceId, std::uint64_t>> missing_in(const SpaceId& space) const;

  LocalStore& local_;
  std::optional<WriterId> forked_name_;
  std::map<SpaceId, Space> spaces_;
  std::map<std::pair<SpaceId, WriterId>, std::uint64_t> offered_;
  std::uint64_t recovered_ = 0;
  std::uint64_t waiting_ = 0;
  /// Refused for want of others: the first of each writer, and how many.
  std::map<std::pair<SpaceId, WriterId>, std::uint64_t> early_;
  std::uint64_t early_count_ = 0;
};

/// What the last session with such a server came to; absent: there never was one.
Result<std::optional<RecoveryReport>> last_recovery(const LocalStore& local);
/// What the server said of its newest backup; absent: it never did.
Result<std::optional<BackupNews>> newest_backup(const LocalStore& local);
Result<void> keep_backup_news(LocalStore& local, const wire::BackupHorizon& horizon);

}  // namespace samla::replica
