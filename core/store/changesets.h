// Frozen own changesets and received ones, their places at the server and the receipts for them.
// Invariant: for one (space, writer, seq) the bytes never change, but for ciphertexts that are erased, and
// for parts that come later where a heads pack brought some; own ones are re-sent as they lie here. Thread:
// the store's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/base/position.h"
#include "core/base/result.h"
#include "core/change/validity.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

struct StoredChangeset {
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 0;
  Hash hash;
  Bytes bytes;
  /// Frozen on this device (by this or an earlier instance of its store).
  bool own = false;
  std::uint32_t writes = 0;  ///< how many writes it holds, for the counts
  /// The entries of the two chains that it named; written by put, not read back (see ChangesetTip).
  std::uint64_t identity_seq = 0;
  std::uint64_t space_seq = 0;
  change::Validity validity = change::Validity::kValid;
  /// Why it is not valid, or why the server refused it for now; absent: nothing to say.
  std::optional<ErrorCode> reason;
  /// Its place in the space at the server; absent: not known to be there; zero: there, the place not known.
  std::optional<std::uint64_t> server_seq;
  /// Which receipt group vouches for server_seq; absent: none (received ones, or not placed).
  std::optional<std::uint64_t> receipt_group;
};

/// A writer's last changeset in a space. All zero: none.
struct ChangesetTip {
  std::uint64_t seq = 0;
  Hash hash;
  /// The greatest entries of the identity's and the space's chain that any of its changesets named.
  std::uint64_t identity_seq = 0;
  std::uint64_t space_seq = 0;
};

/// Own WRITES by how far they have come; those before freezing are counted by the outbox.
struct OwnWrites {
  std::uint64_t unreceipted = 0;
  std::uint64_t receipted = 0;
};

class Changesets {
 public:
  explicit Changesets(sqlite::Connection& connection) : connection_(&connection) {}

  enum class Put {
    kStored,
    kThere,  ///< the same one was stored before; a server_seq that it lacked has been taken over
  };
  /// writer_forked where another hash has this place in the writer's chain; nothing changes then.
  /// Sequence numbers may come in any order; continuity is for the caller to judge.
  Result<Put> put(const StoredChangeset& changeset);
  /// Absent: not here.
  Result<std::optional<StoredChangeset>> get(const SpaceId& space, const WriterId& writer,
                                             std::uint64_t seq) const;
  /// The own one that a server has at `server_seq`: the one known to be there, else the first of `writer`
  /// that has no place (its receipt got lost). Absent: none.
  Result<std::optional<StoredChangeset>> own_at(const SpaceId& space, const WriterId& writer,
                                                std::uint64_t server_seq) const;
  /// Those known to be at places after `after`, up to and including `last`, by place.
  struct At {
    WriterId writer;
    std::uint64_t seq = 0;
    bool operator==(const At&) const = default;
  };
  Result<std::map<std::uint64_t, At>> at_places(const SpaceId& space, std::uint64_t after,
                                                std::uint64_t last) const;
  /// The one with the greatest seq.
  Result<ChangesetTip> tip(const SpaceId& space, const WriterId& writer) const;
  Result<std::vector<WriterId>> writers(const SpaceId& space) const;

  /// Own ones of `writer` with seq > `after_seq` and no place at the server, in order, at most about
  /// `bytes_max` bytes in all, at least one if there is any.
  Result<std::vector<StoredChangeset>> own_unreceipted(const SpaceId& space, const WriterId& writer,
                                                       std::uint64_t after_seq, std::size_t bytes_max) const;
  /// (space, writer) that own_unreceipted would give something for.
  struct Pending {
    SpaceId space;
    WriterId writer;
  };
  Result<std::vector<Pending>> pending() const;

  /// Others' changesets without a place, at a server that lost them: of (space, writer), in order.
  Result<std::vector<Pending>> lost() const;
  /// Of those, with seq > `after_seq`, bounded as own_unreceipted.
  Result<std::vector<StoredChangeset>> lost_of(const SpaceId& space, const WriterId& writer,
                                               std::uint64_t after_seq, std::size_t bytes_max) const;

  /// All of a space in the order of their arrival, or of one writer in the order of its chain, until `take`
  /// fails.
  Result<void> each(const SpaceId& space, const std::optional<WriterId>& writer,
                    const std::function<Result<void>(const StoredChangeset&)>& take) const;

  /// Stores the signed bytes that cover several receipts; returns the group's id.
  Result<std::uint64_t> add_receipt_group(ByteView bytes);
  Result<std::optional<Bytes>> receipt_group(std::uint64_t id) const;
  /// The server has placed it; clears the reason of an earlier refusal. Once more: no change.
  /// not_found where the changeset is not here.
  Result<void> receipt(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                       std::uint64_t server_seq, std::uint64_t receipt_group);
  /// What this device or the server made of it. not_found where the changeset is not here.
  Result<void> judge(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                     change::Validity validity, std::optional<ErrorCode> reason);
  /// Its bytes without the ciphertexts that have been erased, or with more of its parts than there were.
  /// not_found where it is not here.
  Result<void> put_bytes(const SpaceId& space, const WriterId& writer, std::uint64_t seq, ByteView bytes);
  /// The server has lost its history of this space: nothing in it has a place there any more, so that
  /// own ones are sent again. The receipts stay: each was at a server once.
  Result<void> forget_places(const SpaceId& space);
  /// Up to where each writer's have a place at the server.
  Result<std::map<WriterId, std::uint64_t>> placed(const SpaceId& space) const;
  /// The server says that it has those of `writer` up to and including `seq`, `server_seq` at the latest
  /// (zero: the place is to be learnt).
  Result<void> mark_there(const SpaceId& space, const WriterId& writer, std::uint64_t seq,
                          std::uint64_t server_seq);
  /// The receipt group with the greatest place in the space, beyond `server_seq`; absent: none.
  Result<std::optional<Bytes>> receipts_beyond(const SpaceId& space, std::uint64_t server_seq) const;

  /// Own ones that follow the last of `writer` for which there is a receipt go into the branches, where they
  /// stay; in order. The tip is to be set back then.
  Result<std::vector<StoredChangeset>> move_to_branch(const SpaceId& space, const WriterId& writer);
  /// To the last that is left; with how far along the chains those that are left have come.
  Result<void> set_back_tip(const SpaceId& space, const WriterId& writer, std::uint64_t identity_seq,
                            std::uint64_t space_seq);
  /// A chain was given up after those entries: who had come further along it had come no further than that.
  Result<void> set_back_named(const SpaceId& space, std::uint64_t identity_seq, std::uint64_t space_seq);
  /// Keeps another changeset of the same number, whosesoever it is.
  Result<void> put_branch(const StoredChangeset& changeset);
  /// The furthest seq of the writer that is here, also on a branch that is kept beside; 0: none.
  Result<std::uint64_t> reached(const SpaceId& space, const WriterId& writer) const;
  Result<bool> in_branch(const SpaceId& space, const WriterId& writer, const Hash& hash) const;

  /// Own ones that are not valid or have a reason, without their bytes; by space, writer, seq.
  Result<std::vector<StoredChangeset>> own_refused() const;
  Result<OwnWrites> own_writes() const;

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
