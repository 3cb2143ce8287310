// The chains as the server believes them, in memory: the identity chain and each space's. Loaded from
// storage (a space's entries need the identity chain, at whatever length), replaced whole after each commit
// that changed one. Invariant: what is here has been committed. Threads: any; a state handed out never
// changes.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "core/chain/space_state.h"
#include "core/session/server_session.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

using IdentityPtr = std::shared_ptr<const chain::IdentityState>;
using SpacePtr = std::shared_ptr<const chain::SpaceState>;

/// What a commit changed.
struct ChainChange {
  IdentityPtr identity = {};  ///< null: as before
  std::map<SpaceId, SpacePtr> spaces = {};
  bool confirmed = false;                            ///< how far the chains had come
  std::optional<std::uint64_t> unconfirmed_ms = {};  ///< a new life began then
  std::uint64_t revision = 0;                        ///< of a shared storage; zero: it is not
};

class ChainRegistry {
 public:
  Result<void> load(StorageReader& storage);
  /// Takes what other processes have committed to a shared storage: the chains that have grown (zero: the
  /// identity chain). One that has been set back is loaded anew: `set_back` says so. Any thread, with a
  /// reader of its own or inside the transaction that keeps the chains as they are.
  Result<std::set<SpaceId>> catch_up(StorageReader& storage, bool& set_back);
  /// How far a shared storage had come when this was read from it.
  std::uint64_t revision() const;

  /// Null: the server is unclaimed.
  IdentityPtr identity() const;
  /// Null: no such space.
  SpacePtr space(const SpaceId& id) const;
  /// Zero space: the identity chain's.
  ChainHead head(const SpaceId& space) const;
  std::vector<SpaceId> all_spaces() const;

  /// Since when it waits for an administrator's device to say how far the chains had come; absent: it does
  /// not wait.
  std::optional<std::uint64_t> unconfirmed_ms() const;
  /// The organisation whose devices may fill a server that was emptied; absent: it was not.
  std::optional<OrganisationId> awaited() const;

  session::Access access(const SpaceId& space, const DeviceId& device) const;
  /// Those with at least Access::kChain.
  std::vector<SpaceId> spaces_of(const DeviceId& device) const;

  void take(const ChainChange& change);

  static session::Access access_by(const chain::SpaceState& space, const chain::IdentityState& identity,
                                   const DeviceId& device);

 private:
  session::Access access_locked(const SpaceId& space, const DeviceId& device) const;
  struct Values {
    std::optional<std::uint64_t> unconfirmed_ms;
    std::optional<OrganisationId> awaited;
  };
  static Result<Values> read_values(StorageReader& storage);
  void take_locked(const ChainChange& change);

  mutable std::mutex mutex_;
  IdentityPtr identity_;
  std::map<SpaceId, SpacePtr> spaces_;
  /// Where a user is or was a member; the state itself says what is so now.
  std::map<UserId, std::set<SpaceId>> spaces_by_user_;
  Values values_;
  std::uint64_t revision_ = 0;
};

}  // namespace samla::server
