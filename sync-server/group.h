// One group of jobs inside one storage transaction: what has been decided but not yet committed.
// Thread: the arbiter's.
#pragma once

#include <functional>
#include <tuple>

#include "core/resolve/live_writes.h"
#include "sync-server/arbiter.h"
#include "sync-server/pack_index.h"

namespace samla::server {

class Group {
 public:
  Group(Arbiter& arbiter, StorageTransaction& transaction) : arbiter_(arbiter), transaction_(transaction) {}

  /// An error means that storage failed: the whole group is void.
  Result<void> place(Asker asker, const PushJob& job);
  Result<void> place(Asker asker, const AppendJob& job);
  Result<void> place(Asker asker, const OfferJob& job);
  Result<void> place(Asker asker, const RenewJob& job);
  Result<void> place(Asker asker, const NewsJob& job);
  /// Writes what was gathered; after this, commit.
  Result<void> flush();
  /// After the commit: signs receipts and makes the new state everyone's. `revision`: the transaction's.
  GroupResult publish(std::uint64_t revision = 0);

 private:
  using Refused = wire::Refused;

  // Changesets (group.cc).
  Result<void> place_verified(Asker asker, const PushJob& job);
  Result<StoredChangeset> writer_tip(const SpaceId& space, const WriterId& writer);
  Result<void> place_next(Asker asker, const change::Changeset& changeset, const StoredChangeset& tip);
  Result<bool> names_what_is_missing(const change::Changeset& changeset);
  Result<std::optional<Refused>> make_room(const change::Changeset& changeset);
  void arbitrate(const change::Changeset& changeset, std::uint64_t seq, bool valid);
  Position tip(const SpaceId& space) const;
  void receipt(Asker asker, const SpaceId& space, const StoredChangeset& stored);
  void refuse(Asker asker, const PushJob& job, Refused refused, std::uint64_t expected_seq = 0);

  // Chains (chain_group.cc).
  struct Appended {
    std::shared_ptr<chain::IdentityState> identity;  ///< null: untouched
    std::map<SpaceId, std::shared_ptr<chain::SpaceState>> spaces;
  };
  Result<std::optional<Refused>> append(const AppendJob& job);
  Result<std::optional<Refused>> check_claim(const AppendJob& job);
  std::optional<Refused> apply_part(const wire::ChainAppend::Part& part, Appended& appended);
  Result<void> store_part(const wire::ChainAppend::Part& part, std::uint64_t first_seq);
  IdentityPtr identity() const;
  SpacePtr space(const SpaceId& id) const;

  // What was lost, brought back (recovery_group.cc).
  Result<std::optional<Refused>> take_identity(const OfferJob& job);
  Result<std::optional<Refused>> take_space(const OfferJob& job);
  Result<void> store_offered(const wire::ChainOffer& offer, std::size_t count, std::uint64_t had);
  Result<std::optional<Refused>> confirm(const OfferJob& job, const chain::IdentityState& now);
  bool unconfirmed() const;
  Result<bool> judged_as_history(const SpaceId& space);
  Result<void> note_added(const SpaceId& space);
  Result<std::optional<Refused>> too_early();

  // What erasures take away (erasures.cc).
  Result<void> erase(const wire::ChainAppend::Part& part);

  // What has been placed, judged anew (judge_again.cc).
  Result<void> judge_again(const chain::IdentityState& before);
  Result<void> judge_again(const SpaceId& space, const WriterId& writer);
  Result<void> rebuild(const SpaceId& space, const std::set<RecordId>& records);
  Result<void> each_changeset(const SpaceId& space,
                              const std::function<Result<void>(const StoredChangeset&)>& take);

  Arbiter& arbiter_;
  StorageTransaction& transaction_;
  GroupResult result_;
  ChainChange chains_;
  std::map<SpaceId, Position> tips_;
  /// A record that the group writes to, or would have.
  struct Touched {
    resolve::RecordState state;
    resolve::LiveWrites live;
    std::uint64_t place = 0;  ///< of the last changeset that wrote to it
    bool changed = false;
    std::size_t bytes = 0;             ///< at most, encoded
    std::size_t contested_before = 0;  ///< fields that had several heads
  };
  /// Absent: the stored state is damaged.
  Result<std::optional<Touched>> load(const SpaceId& space, const RecordId& id);
  std::map<std::pair<SpaceId, RecordId>, Touched> records_;
  /// Which changesets write to which records.
  std::set<std::tuple<SpaceId, RecordId, std::uint64_t>> record_places_;
};

}  // namespace samla::server
