// What this device has to append to chains: its own certificate, the organisation that it founds, queued
// intents, and the grants that a member gives without being asked. Intents are kept, entries are built
// against the heads of the moment: so a chain that has moved on costs one more try and no more.
// Thread: the replica's.
#pragma once

#include <optional>
#include <vector>

#include "core/replica/chain_batch.h"
#include "core/replica/replica.h"

namespace samla::replica {

/// A queued wish, as it lies in the store (docs/formats/account.md). Do not renumber.
struct Intent {
  enum class Type : std::uint8_t { kFoundSpace = 1, kApproveDevice = 2 };
  Type type = Type::kFoundSpace;
  SpaceSpec spec;                                      ///< kFoundSpace
  std::vector<std::pair<UserId, SpaceRight>> members;  ///< kFoundSpace
  DeviceId device;                                     ///< kApproveDevice

  Bytes encode() const;
  static Result<Intent> decode(ByteView bytes);
};

/// An invite on its way into the chain; it lives as long as the call that makes it.
struct PendingInvite {
  InviteSpec spec;
  InviteId id;
  Secret<32> secret;
};

class ChainWork {
 public:
  explicit ChainWork(LocalStore& local) : local_(local) {}

  // What the present call wants beside what is queued; cleared once placed.
  struct Claim {
    sign::SigningKey root;
    chain::Genesis genesis;
    chain::ServerKeys server;
    Role role = 0;
    std::vector<SpaceSpec> spaces;
  };
  std::optional<Claim> claim;
  std::optional<PendingInvite> invite;
  std::optional<InviteId> revoke_invite;
  std::optional<SpaceSpec> personal;  ///< founded if the user has none

  Result<void> queue(const Intent& intent);
  /// The next batch against the present heads; absent: nothing to append.
  Result<std::optional<session::ChainBatch>> next();
  /// The batch stands: its entries and keys become this store's, and what asked for it is done.
  Result<void> placed(const session::ChainBatch& batch);
  /// The batch was refused for good: what asked for it is given up. The error to end the sync with, or
  /// success where the sync goes on without.
  Result<void> refused(ErrorCode code);

 private:
  struct NewKey {
    SpaceId space;
    custody::SpaceKeys keys;
  };
  enum class Asked { kNothing, kClaim, kCertificate, kInvite, kRevocation, kIntent, kPersonal, kGrants };

  Result<void> build_claim(ChainBatchBuilder& to);
  Result<void> build_certificate(ChainBatchBuilder& to);
  Result<void> build_invite(ChainBatchBuilder& to);
  Result<void> build_intent(ChainBatchBuilder& to);
  Result<void> build_approval(ChainBatchBuilder& to, const DeviceId& device);
  void build_grants(ChainBatchBuilder& to);
  void build_space_grants(ChainBatchBuilder& to, const SpaceId& id, const chain::SpaceState& state);
  void found(ChainBatchBuilder& to, const SpaceSpec& spec,
             const std::vector<std::pair<UserId, SpaceRight>>& members);
  Result<void> open_space_to(ChainBatchBuilder& to, const InviteSpace& space, const PendingInvite& wanted,
                             const SealPublicKey& seal);
  custody::SpaceKeys keys_of(const SpaceId& space) const;
  SpaceId id_of(const SpaceSpec& spec) const;
  bool certified() const;
  bool may_found(const SpaceId& id) const;
  Result<void> done();

  LocalStore& local_;
  Asked asked_ = Asked::kNothing;
  std::uint64_t intent_ = 0;      ///< in the store's queue
  std::vector<NewKey> new_keys_;  ///< of the spaces that the batch founds
};

}  // namespace samla::replica
