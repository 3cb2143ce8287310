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

  /// Takes everything from the store, in place of what is in memory.
  Result<void> load();

  const chain::IdentityState& identity() const { return *identity_; }
  /// Null: no entry of it is here.
  const chain::SpaceState* space(const SpaceId& id) const;
  const std::map<SpaceId, std::unique_ptr<chain::SpaceState>>& spaces() const { return spaces_; }
  /// All zero: nothing yet.
  ChainHead head(const SpaceId& chain) const;

  /// Verifies and stores entries that follow the chain's head (zero: the identity chain); within a
  /// transaction. After an error roll back and `load`.
  Result<void> take(const SpaceId& chain, std::span<const Bytes> entries);

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

  store::Store& tables_;
  OrganisationId organisation_;
  std::unique_ptr<chain::IdentityState> identity_;
  std::map<SpaceId, std::unique_ptr<chain::SpaceState>> spaces_;
  custody::KeyRing ring_;
};

}  // namespace samla::replica
