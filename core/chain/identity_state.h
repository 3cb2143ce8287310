// What an identity chain says: admins, devices, invites, users' roles and entitlements, server keys, now
// and as of each of its entries, so that what was right when it was placed stays right. Takes entries
// one by one and believes none that the rules of security.md don't allow.
// Invariant: the same entries give the same state; a refused entry changes nothing. Copies are cheap.
// Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/chain/checkpoint.h"
#include "core/chain/entry.h"
#include "core/chain/identity_facts.h"
#include "core/chain/shared_map.h"

namespace samla::chain {

class IdentityState {
 public:
  using Device = DeviceFacts;
  using InviteStatus = OneUseStatus;
  using InviteInfo = InviteFacts;
  using User = UserFacts;
  using RecipientId = FixedBytes<16, RecipientIdTag>;

  explicit IdentityState(const OrganisationId& organisation) : organisation_(organisation) {}

  /// Takes the next entry. `placed_ms`: at the server that places it, its clock, by which an invite's
  /// expiry is judged; absent where an entry has been placed already.
  /// chain_conflict: it does not follow the head. The other codes say what is wrong with it.
  Result<void> apply(ByteView entry_bytes, std::optional<std::uint64_t> placed_ms = std::nullopt);

  const OrganisationId& organisation() const { return organisation_; }
  const Head& head() const { return head_; }
  /// Absent: nothing taken in yet.
  const std::optional<Genesis>& genesis() const { return genesis_; }
  /// The number of the entry with that head hash; 0 for the zero hash; absent: not of this chain.
  std::optional<std::uint64_t> seq_of(const sign::Hash& hash) const;
  /// The head hash after entry `seq`, zero after none. `seq` at most the head's.
  sign::Hash hash_at(std::uint64_t seq) const;
  /// The number of the repair entry that names this head as abandoned; absent: none does.
  std::optional<std::uint64_t> abandoned(const sign::Hash& hash) const;

  // As of now. Null: unknown.
  const Device* device(const DeviceId& id) const { return devices_.find(id); }
  const InviteInfo* invite(const InviteId& id) const { return invites_.find(id); }
  const PairingFacts* pairing(const PairingId& id) const { return pairings_.find(id); }
  const PaperFacts* paper(const PaperId& id) const { return papers_.find(id); }
  const EscrowFacts* escrow(const EscrowId& id) const { return escrows_.find(id); }
  const User* user(const UserId& id) const { return user_at(id, head_.seq); }
  /// The user's entitlement to the space; null: none.
  const Entitlement* entitlement(const UserId& id, const SpaceId& space) const {
    return entitlement_at(id, space, head_.seq);
  }
  bool active(const DeviceId& id) const { return active_at(id, head_.seq); }
  bool is_admin(const DeviceId& id) const { return is_admin_at(id, head_.seq); }
  /// The user's recovery words that are in force; absent: none.
  std::optional<PaperId> paper_of(const UserId& user) const { return paper_of_at(user, head_.seq); }
  const std::optional<ServerKeys>& server_keys() const { return server_keys_; }

  // As of entry `seq`: what the entries up to it and including it say.
  const User* user_at(const UserId& id, std::uint64_t seq) const;
  const Entitlement* entitlement_at(const UserId& id, const SpaceId& space, std::uint64_t seq) const;
  /// Certified at or before entry `seq` and not revoked then.
  bool active_at(const DeviceId& id, std::uint64_t seq) const;
  bool is_admin_at(const DeviceId& id, std::uint64_t seq) const;
  /// Absent: no such invite, or pairing, then.
  std::optional<OneUseStatus> invite_status_at(const InviteId& id, std::uint64_t seq) const;
  std::optional<OneUseStatus> pairing_status_at(const PairingId& id, std::uint64_t seq) const;
  bool paper_active_at(const PaperId& id, std::uint64_t seq) const;
  std::optional<PaperId> paper_of_at(const UserId& user, std::uint64_t seq) const;
  bool escrow_active_at(const EscrowId& id, std::uint64_t seq) const;
  std::vector<EscrowId> escrows_at(std::uint64_t seq) const;
  /// Whose the writer is; absent: nobody's then.
  std::optional<DeviceId> device_of_writer(const WriterId& writer, std::uint64_t seq) const;
  /// All that the device writes under, its first before those of copied or restored stores.
  std::vector<WriterId> writers_of(const DeviceId& device) const;
  /// What can be opened by a device beside what is sealed to it: that of the invite, the pairing or the
  /// words by which it joined, and of an escrow that was used for it in that space.
  std::vector<RecipientId> recipients_of(const DeviceId& device, const SpaceId& space,
                                         std::uint64_t seq) const;

  /// Whether an escrow that is in force then has been used for the device in that space.
  bool reads_by_escrow(const DeviceId& device, const SpaceId& space, std::uint64_t seq) const;

  /// Up to where the writer's changesets in that space stand; absent: its device is not revoked.
  std::optional<Cutoff> cutoff_of(const WriterId& writer, const SpaceId& space) const;
  /// Of several changesets with that number the one that stands; absent: nobody has said.
  std::optional<sign::Hash> standing_branch(const SpaceId& space, const WriterId& writer,
                                            std::uint64_t seq) const;
  Erased erased(const ChangesetPlace& changeset, std::uint32_t write) const;
  /// Every changeset of which writes are erased, held back or not, with their indexes.
  const SharedMap<ChangesetPlace, std::vector<std::uint32_t>>& erasures() const { return erasures_; }
  const SharedMap<HoldId, HoldFacts>& holds() const { return holds_; }
  /// Whether a hold defers the erasures of that space now.
  bool held(const SpaceId& space) const;
  /// All that the server ever had, in order: an old receipt was signed by an old key.
  const std::vector<ServerKeysFacts>& all_server_keys() const { return all_server_keys_; }

  const SharedMap<DeviceId, Device>& devices() const { return devices_; }
  const SharedMap<InviteId, InviteInfo>& invites() const { return invites_; }
  const SharedMap<EscrowId, EscrowFacts>& escrows() const { return escrows_; }
  /// Writers that devices have beside their first.
  const SharedMap<WriterId, InstanceFacts>& instances() const { return instances_; }
  /// Of the user, in the order of their entries; also the revoked and the settled.
  std::vector<DeviceId> devices_of(const UserId& user) const;
  std::vector<InviteId> invites_of(const UserId& user) const;
  std::vector<PairingId> pairings_of(const UserId& user) const;
  std::vector<UserId> users() const;

  /// What a device brought in, for whoever revokes it: none of it falls by itself.
  struct Certified {
    std::vector<DeviceId> devices;  ///< itself, or by an invite or a pairing of its own
    std::vector<InviteId> invites;
    std::vector<PairingId> pairings;
    std::vector<PaperId> papers;
  };
  Certified certified_by(const DeviceId& device) const;

  /// ok, or why the invite can't be redeemed at `now_ms`: unknown, used, revoked, expired.
  Result<void> check_redeemable(const InviteId& id, std::uint64_t now_ms) const;
  /// The same for a pairing.
  Result<void> check_redeemable(const PairingId& id, std::uint64_t now_ms) const;

  const SinceCheckpoint& since_checkpoint() const { return since_checkpoint_; }
  /// From now on the bytes that the newest checkpoint speaks of are kept, in copies of this too.
  void keep_checkpoints() { kept_.keeps = true; }
  /// Null: there is none, or none was kept.
  const std::shared_ptr<const Bytes>& checkpoint_state() const { return kept_.state; }

  /// Canonical: the same entries give the same bytes. docs/formats/chain_state.md.
  Bytes encode() const;
  /// What a checkpoint speaks of.
  sign::Hash state_hash() const;
  /// Canonical bytes that hold together, of whomever; only `from_checkpoint` believes them.
  static Result<IdentityState> decode(ByteView bytes);
  /// A newcomer's start: the state at the checkpoint's anchor; the next entry to take is the checkpoint.
  /// The root, which the invite names, signed the administrator's certificate; that administrator the
  /// checkpoint; it names the state. not_authentic where one link of that fails.
  static Result<IdentityState> from_checkpoint(const OrganisationId& organisation, const VerifyKey& root,
                                               ByteView state, ByteView checkpoint_entry,
                                               ByteView admin_certificate_entry);

 private:
  struct Pending {
    const Entry& entry;
    std::optional<std::uint64_t> placed_ms;
  };
  /// Who signed, as far as the rules ask: checked to be active and to have signed.
  struct Signer {
    std::optional<UserId> user;
    bool admin = false;
    Rank rank = Rank::kDevice;
  };
  Result<void> check_place(const Entry& entry) const;
  Result<void> require_root(const Entry& entry) const;
  Result<void> require_admin(const Entry& entry) const;
  Result<Signer> require_device_or_paper(const Entry& entry) const;
  Result<void> require_device_of(const Entry& entry, const UserId& user) const;
  Result<void> take(const Pending& p, const Genesis& body);
  Result<void> take(const Pending& p, const AdminCertificate& body);
  Result<void> take(const Pending& p, const AdminRemoval& body);
  Result<void> take(const Pending& p, const ServerKeys& body);
  Result<void> take(const Pending& p, const Invite& body);
  Result<void> take(const Pending& p, const DeviceCertificate& body);
  Result<void> take(const Pending& p, const Revocation& body);
  Result<void> take(const Pending& p, const UserChange& body);
  Result<void> take(const Pending& p, const Reversal& body);
  Result<void> take(const Pending& p, const Paper& body);
  Result<void> take(const Pending& p, const Erasure& body);
  Result<void> take(const Pending& p, const Hold& body);
  Result<void> take(const Pending& p, const HoldRelease& body);
  Result<void> take(const Pending& p, const Repair& body);
  Result<void> take(const Pending& p, const Checkpoint& body);
  Result<void> take(const Pending& p, const ForkChoice& body);
  Result<void> take(const Pending& p, const StoreInstance& body);
  Result<void> take(const Pending& p, const InstanceCutoffs& body);
  Result<void> take(const Pending& p, const Pairing& body);
  Result<void> take(const Pending& p, const Escrow& body);
  Result<void> take(const Pending& p, const EscrowUse& body);
  template <class Other>
  Result<void> take(const Pending& p, const Other& body);
  Result<void> revoke_device(const Entry& entry, const Signer& by, const Revocation& body);
  Result<void> revoke_invite(const Signer& by, const InviteId& id);
  Result<void> revoke_pairing(const Signer& by, const PairingId& id);
  Result<void> revoke_paper(const Signer& by, const PaperId& id);
  Result<void> revoke_escrow(const Signer& by, const EscrowId& id);
  Result<void> redeem(const Pending& p, const DeviceCertificate& body, const DeviceId& device);
  void add_device(const DeviceId& id, Device device);
  /// A new version of the user, as of the entry that is being taken.
  template <class Change>
  void change_user(const UserId& id, Change change);
  std::uint64_t next_seq() const { return head_.seq + 1; }
  bool holds_together() const;
  static sign::Hash hash_of_state(ByteView state);
  template <class Archive, class State>
  static void fields(Archive& archive, State& state);
  void index_heads();

  OrganisationId organisation_;
  Head head_;
  SinceCheckpoint since_checkpoint_;
  KeptCheckpoint kept_;
  std::optional<Genesis> genesis_;
  SharedMap<std::uint64_t, sign::Hash> hashes_;
  SharedMap<sign::Hash, std::uint64_t> heads_;  ///< the same, the other way
  SharedMap<DeviceId, Device> devices_;
  SharedMap<InviteId, InviteInfo> invites_;
  SharedMap<UserId, UserHistory> users_;
  SharedMap<PaperId, PaperFacts> papers_;
  SharedMap<PairingId, PairingFacts> pairings_;
  SharedMap<EscrowId, EscrowFacts> escrows_;
  SharedMap<WriterId, InstanceFacts> instances_;
  SharedMap<ChangesetPlace, sign::Hash> branches_;
  SharedMap<ChangesetPlace, std::vector<std::uint32_t>> erasures_;
  SharedMap<HoldId, HoldFacts> holds_;
  SharedMap<sign::Hash, std::uint64_t> abandoned_;
  std::optional<ServerKeys> server_keys_;
  std::vector<ServerKeysFacts> all_server_keys_;
};

}  // namespace samla::chain
