// The chains that this device believes, and the keys that its spaces have given it.
// Invariant: what the store's chain tables hold is what the states in memory have taken; a refused entry
// changes neither. Thread: the replica's.
#pragma once

#include <map>
#include <memory>
#include <span>

#include "core/chain/space_state.h"
#include "core/custody/key_ring.h"
#include "core/store/store.h"

namespace samla::replica {

class Membership {
 public:
  Membership(store::Store& tables, const OrganisationId& organisation);

  /// Takes everything from the store, in place of what is in memory: what this device verified before (the
  /// vault vouches for that), and the entries since, verified.
  Result<void> load();
  /// Whether opening would be spared much if `keep_states` were called.
  bool has_unkept() const;
  /// Keeps what the chains say where they have come far since it was kept; within a transaction.
  Result<void> keep_states();

  const chain::IdentityState& identity() const { return *identity_; }
  /// Null: no entry of it is here.
  const chain::SpaceState* space(const SpaceId& id) const;
  const std::map<SpaceId, std::unique_ptr<chain::SpaceState>>& spaces() const { return spaces_; }
  /// All zero: nothing yet.
  ChainHead head(const SpaceId& chain) const;

  /// Verifies and stores entries that follow the chain's head (zero: the identity chain); within a
  /// transaction. After an error roll back and `load`.
  Result<void> take(const SpaceId& chain, std::span<const Bytes> entries);
  /// Begins a chain of which nothing is here at a checkpoint that is authentic (not_authentic: it is not);
  /// within a transaction. The entry itself is the next to take.
  Result<void> begin(const SpaceId& chain, ByteView checkpoint, std::span<const Bytes> witnesses,
                     ByteView state);
  /// The entries before the one at which the chain began here; within a transaction. Their hashes must be
  /// the ones that the state named, which is all that there is to verify: chain_forked.
  Result<void> complete(const SpaceId& chain, std::span<const Bytes> entries);
  /// The hash after entry `seq` of the chain, which has that many.
  sign::Hash hash_at(const SpaceId& chain, std::uint64_t seq) const;

  const custody::KeyRing& ring() const { return ring_; }
  /// Keeps a key; within a transaction.
  Result<void> add_key(const SpaceId& space, std::uint32_t epoch, custody::SpaceKeys keys);
  /// Adds the keys of earlier epochs that hang on those in the ring; within a transaction. not_authentic:
  /// one does not open; those that do are kept.
  Result<void> open_earlier(const SpaceId& space);
  Result<void> save_keys() const;
  /// Whether this device holds the key of the space's present epoch.
  bool readable(const SpaceId& space) const;

 private:
  Result<void> apply(const SpaceId& chain, ByteView entry);
  Result<void> load(const SpaceId& chain);
  Bytes encoded(const SpaceId& chain) const;
  bool is_unkept(const SpaceId& chain) const;

  store::Store& tables_;
  OrganisationId organisation_;
  std::unique_ptr<chain::IdentityState> identity_;
  std::map<SpaceId, std::unique_ptr<chain::SpaceState>> spaces_;
  std::map<SpaceId, std::uint64_t> kept_;  ///< the entry numbers of the states in the store
  custody::KeyRing ring_;
};

}  // namespace samla::replica
