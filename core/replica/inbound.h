// The way in, from a stretch of a space's history to records. The numbered stages stand at the top of
// inbound.cc. Invariants: changesets, records and cursor of a stretch are durable together; a changeset that
// can't be opened is kept, and tried again when a key has come. Thread: the replica's.
#pragma once

#include <map>
#include <set>
#include <span>

#include "core/change/changeset.h"
#include "core/replica/local_store.h"
#include "core/seal/value.h"
#include "core/wire/message.h"

namespace samla::replica {

/// A write's content; absent where it does not open, or names fields that its tags don't.
std::optional<view::Content> open_write(const change::Header& header, const change::WriteRef& ref,
                                        const change::FullLeaf& leaf, const seal::SpaceKey& key,
                                        const seal::TagKey& tag_key);

/// All writes of a changeset that are here (to records among `only`, where that is not null), opened where
/// the key is.
std::vector<view::AppliedWrite> open_writes(const Membership& membership, const change::Changeset& changeset,
                                            const std::set<RecordId>* only = nullptr);

class Inbound {
 public:
  explicit Inbound(LocalStore& local) : local_(local) {}

  /// Takes a stretch that follows the space's cursor, or one from the start where the server does not know
  /// the cursor. chain_behind: it names chain heads that are not here yet; nothing is taken then.
  /// history_diverged: it has something else at a place for which it has signed; nothing is taken then.
  /// Other errors: the server's bytes are not what a server may send.
  /// A tail leaves out nothing but what was erased; kMore: what comes for a newcomer may leave out writes
  /// that a snapshot stands for.
  enum class LeavesOut { kErased, kMore };
  Result<void> take_tail(const SpaceId& space, const Incarnation& incarnation,
                         std::span<const wire::TailItem> items, LeavesOut leaves_out = LeavesOut::kErased);
  /// A page of a heads pack, see DeviceHost::accept_pack. chain_behind as above.
  Result<void> take_pack(const wire::PackPage& page, const Incarnation& incarnation);
  /// What was asked for of single records. chain_behind as above.
  Result<void> take_records(const wire::RecordsAsk& ask, const wire::RecordsPage& page);
  /// Tries the writes of a space again that did not open.
  Result<void> open_again(const SpaceId& space);

  /// Records that are not as they were, since the last call.
  std::set<RecordId> take_changed() { return std::exchange(changed_, {}); }
  /// After writer_forked: which name of this device somebody else writes under too.
  const std::optional<WriterId>& forked_name() const { return forked_name_; }

 private:
  struct Arrived;
  Result<Position> start_of(const SpaceId& space, const Incarnation& incarnation, std::uint64_t first_seq);
  Result<Arrived> arrive(const SpaceId& space, std::uint64_t server_seq, const Bytes& bytes,
                         LeavesOut leaves_out) const;
  Error name_is_forked(const WriterId& name);
  Result<Arrived> own(const SpaceId& space, const wire::TailItem& item);
  Result<void> verify(const change::Changeset& changeset) const;
  Result<bool> on_a_branch(const Arrived& arrived);
  Result<void> check_named(const change::Changeset& changeset) const;
  Result<void> judge(Arrived& arrived) const;
  Result<void> follows(const Arrived& arrived) const;
  Result<bool> store(const Arrived& arrived);
  Result<bool> add_parts(const Arrived& arrived);
  Result<void> open(const Arrived& arrived, std::vector<view::AppliedWrite>& writes);
  Result<void> materialise(std::span<const view::AppliedWrite> writes);
  Result<void> fill_gaps(const SpaceId& space, const std::set<std::pair<WriterId, std::uint64_t>>* among);

  // Heads packs (inbound_packs.cc).
  struct Taken;
  Result<void> begin_pack(const wire::PackPage& page, const Incarnation& incarnation);
  Result<void> end_pack(const wire::PackPage& page);
  Result<Taken> take_body(const SpaceId& space, const wire::PackBody& body, std::uint64_t limit);
  Result<void> take_words(const SpaceId& space, const wire::PackBody& body,
                          const std::map<WriterId, std::uint64_t>& until, Taken& taken);
  Result<void> materialise(const SpaceId& space, const Taken& taken);
  Result<void> leave_pack(const SpaceId& space);

  LocalStore& local_;
  std::set<RecordId> changed_;
  std::optional<WriterId> forked_name_;
};

}  // namespace samla::replica
