// What this device has to append to chains: its own certificate, the organisation that it founds, queued
// intents, and the keys that a member makes and grants without being asked (chain_keys.cc). Intents are kept,
// entries are built against the heads of the moment: so a chain that has moved on costs one more try and no
// more. Thread: the replica's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/custody/pairing.h"
#include "core/custody/recovery.h"
#include "core/replica/chain_batch.h"
#include "core/replica/replica.h"

namespace samla::replica {

/// A queued wish, as it lies in the store (docs/formats/account.md). Do not renumber.
struct Intent {
  enum class Type : std::uint8_t {
    kFoundSpace = 1,
    kApproveDevice = 2,
    kFloating = 3,
    kSetMember = 4,
    kCutoffs = 5
  };
  Type type = Type::kFoundSpace;
  SpaceSpec spec;                                      ///< kFoundSpace
  std::vector<std::pair<UserId, SpaceRight>> members;  ///< kFoundSpace
  DeviceId device;                                     ///< kApproveDevice, kCutoffs: a revoked one
  Bytes entry;    ///< kFloating: an entry that is signed already; where it may not float, signed anew
  SpaceId space;  ///< kSetMember, of the one in `members`

  Bytes encode() const;
  static Result<Intent> decode(ByteView bytes);
};

/// An invite on its way into the chain; it lives as long as the call that makes it.
struct PendingInvite {
  InviteSpec spec;
  InviteId id;
  Secret<32> secret;
};

/// Words that are to be announced, for as long as the call that makes them.
struct PendingWords {
  custody::PaperKeys keys;
  std::optional<custody::PaperKeys> old;        ///< which these replace, and which say so themselves
  std::optional<chain::PaperId> revoked_by_us;  ///< which these replace, by an administrator's word
  chain::PaperId id() const { return keys.id(); }
};

/// Where a user's changesets stand at the server, asked of it bit by bit.
struct PlacesWanted {
  UserId user;
  bool every = false;
  std::vector<wire::Place> found;
  bool done = false;

  wire::PlacesAsk question() const;
  void take(const wire::Places& answer);
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
  std::deque<PendingInvite> invites;  ///< placed from the front, as many in a batch as fit
  std::optional<InviteId> revoke_invite;
  std::optional<SpaceSpec> personal;  ///< founded if the user has none
  std::optional<custody::PairingCode> pairing;
  std::uint64_t pairing_expires_ms = 0;
  std::optional<PendingWords> words;
  std::optional<chain::Revocation> revoke_words;  ///< by an administrator
  std::optional<chain::ServerKeys> server_keys;   ///< which the server is to have
  std::optional<PlacesWanted> places;             ///< what the present call asks
  /// Entries that the present call makes, a batch each; placed from the front.
  using Wish = std::function<Result<void>(ChainBatchBuilder&)>;
  std::deque<Wish> wishes;
  std::set<SpaceId> rotate;  ///< to be given a new key, due or not; emptied as that is done

  /// Whether the server may have taken this device in.
  bool certificate_sent() const { return certificate_sent_; }

  /// Before each connection: what was passed over in an earlier one is tried again.
  void begin_session();

  Result<void> queue(const Intent& intent);
  /// Whether this device has a right in the space, and keys to what is written there.
  bool reads(const SpaceId& space) const;
  /// What must be known before the next batch; absent: nothing.
  std::optional<wire::PlacesAsk> next_question();
  Result<void> answered(const wire::Places& places);
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
    std::uint32_t epoch = 1;
    custody::SpaceKeys keys;
  };
  enum class Asked {
    kNothing,
    kClaim,
    kCertificate,
    kInstance,
    kRotations,
    kInvite,
    kRevocation,
    kServerKeys,
    kWish,
    kPairing,
    kWords,
    kIntent,
    kPersonal,
    kGrants,
    kCheckpoints
  };
  using Wanted = chain::SpaceState::Wanted;

  Result<Asked> build(ChainBatchBuilder& to);
  Result<Asked> build_own(ChainBatchBuilder& to);

  Result<void> build_claim(ChainBatchBuilder& to);
  Result<void> build_certificate(ChainBatchBuilder& to);
  Result<void> build_invites(ChainBatchBuilder& to);
  void build_invite(ChainBatchBuilder& to, const PendingInvite& invite);
  Result<void> build_intent(ChainBatchBuilder& to);
  Result<void> build_one(ChainBatchBuilder& to, const Intent& intent);
  Result<void> build_cutoffs(ChainBatchBuilder& to, const DeviceId& device);
  std::vector<chain::Cutoff> moved_on(const WriterId& writer, const std::vector<chain::Cutoff>& present,
                                      const std::vector<wire::Place>& at_server) const;
  Result<void> build_approval(ChainBatchBuilder& to, const DeviceId& device);

  // chain_keys.cc
  void build_rotations(ChainBatchBuilder& to);
  void build_pairing(ChainBatchBuilder& to);
  void build_words(ChainBatchBuilder& to);
  void build_grants(ChainBatchBuilder& to);
  void build_checkpoints(ChainBatchBuilder& to);
  void build_space_grants(ChainBatchBuilder& to, const SpaceId& id, const chain::SpaceState& state);
  void grant_all(ChainBatchBuilder& to, const Wanted& recipient);
  void rotations_refused();
  bool holds(const SpaceId& id, const chain::SpaceState& state) const;
  bool awaits_grant(const chain::SpaceState& state, const Wanted& recipient) const;
  void found(ChainBatchBuilder& to, const SpaceSpec& spec,
             const std::vector<std::pair<UserId, SpaceRight>>& members);
  /// What the invites of one batch have opened so far.
  struct Opened {
    std::map<SpaceId, chain::GrantList> grants;
    std::map<std::pair<SpaceId, UserId>, chain::Right> rights;
  };
  Result<void> open_space_to(ChainBatchBuilder& to, const InviteSpace& space, const PendingInvite& wanted,
                             Opened& opened);
  custody::SpaceKeys keys_of(const SpaceId& space) const;
  SpaceId id_of(const SpaceSpec& spec) const;
  bool certified() const;
  bool may_found(const SpaceId& id) const;
  Result<void> done();
  Result<void> judge_cut_off(const std::vector<Bytes>& entries);

  LocalStore& local_;
  Asked asked_ = Asked::kNothing;
  std::uint64_t intent_ = 0;      ///< in the store's queue
  std::size_t invites_sent_ = 0;  ///< of `invites`, in the batch
  std::vector<NewKey> new_keys_;  ///< of the epochs that the batch begins
  std::set<SpaceId> passed_;      ///< whose rotation can't be made, or is refused, in this session
  std::size_t rotations_max_ = 0;
  std::map<DeviceId, PlacesWanted> cutoffs_;  ///< of revoked devices, in this session
  bool checkpoints_tried_ = false;  ///< in this session; somebody was quicker, or the next one does it
  bool certificate_sent_ = false;
};

}  // namespace samla::replica
