// What a space's chain says so far: members and their rights, epochs, and who has been granted a key.
// A right takes both: the user is a member, and the device (or the invite by which it joined) is a
// recipient, so that a device that an administrator slipped in can neither read nor write.
// Each entry is judged as of the identity head that it names, so the identity chain may have come further
// by any amount: what was right when it was placed stays right.
// Invariant: the same entries give the same state; a refused entry changes nothing. Copies are cheap.
// Pure; one thread.
#pragma once

#include <optional>
#include <vector>

#include "core/chain/checkpoint.h"
#include "core/chain/entry.h"
#include "core/chain/identity_state.h"
#include "core/chain/space_facts.h"

namespace samla::chain {

/// kNow: the server is about to place the entry, so its author and recipients must be good now too, and
/// not only as of the head that it names. kBefore: it stands in the chain.
enum class Placing { kBefore, kNow };

class SpaceState {
 public:
  using RecipientId = IdentityState::RecipientId;

  explicit SpaceState(const SpaceId& space) : space_(space) {}

  /// Takes the next entry. The identity chain must have come to the head that the entry relied on, else
  /// chain_behind; and an entry may not rely on an earlier head than the entry before it.
  /// chain_conflict: the entry does not follow the head.
  Result<void> apply(ByteView entry_bytes, const IdentityState& identity, Placing placing = Placing::kBefore);

  const SpaceId& space() const { return space_; }
  const Head& head() const { return head_; }
  /// The number of the entry with that head hash; 0 for the zero hash; absent: not of this chain.
  std::optional<std::uint64_t> seq_of(const sign::Hash& hash) const;
  /// The head hash after entry `seq`, zero after none. `seq` at most the head's.
  sign::Hash hash_at(std::uint64_t seq) const;
  /// The number of the repair entry that names this head as abandoned; absent: none does.
  std::optional<std::uint64_t> abandoned(const sign::Hash& hash) const;
  /// The identity chain's entry number on which the entry with that head hash relied; 0: unknown, or none.
  std::uint64_t relied_on(const sign::Hash& hash) const;
  /// Absent: not founded.
  const std::optional<SpaceGenesis>& genesis() const { return genesis_; }
  /// The policies in force; of the genesis until a manager replaces them.
  const Policy& policy() const { return policy_; }
  /// 0: none yet.
  std::uint32_t epoch() const { return epoch_; }
  /// The epoch as of the space's entry `seq`; 0: none then.
  std::uint32_t epoch_at(std::uint64_t seq) const;
  /// Its recipients stand there only while it is the present one. Null: no such epoch.
  const Epoch* epoch_entry(std::uint32_t epoch) const;

  Right right_of_user(const UserId& user) const;
  /// Whether a manager took the user's right away: entitled or not, only a manager gives it back.
  bool put_out(const UserId& user) const;
  /// Who has a right above none now, ascending.
  std::vector<std::pair<UserId, Right>> members() const;
  /// Whether a key of the present epoch is sealed to the device or to the invite by which it joined.
  bool holds_grant(const DeviceId& device, const IdentityState& identity) const;
  /// What the device may do now.
  Right right_of(const DeviceId& device, const IdentityState& identity) const;
  /// What it might do at the heads that a changeset names: entry numbers of the two chains.
  Right right_at(const DeviceId& device, std::uint64_t space_seq, const IdentityState& identity,
                 std::uint64_t identity_seq) const;
  /// The hash of what is sealed to the recipient in the present epoch; absent: nothing is.
  std::optional<sign::Hash> grant_of(const RecipientId& recipient) const;

  /// Someone to whom a key is to be sealed, and how.
  struct Wanted {
    RecipientKind kind = RecipientKind::kDevice;
    RecipientId id;
    SealPublicKey seal;
    bool operator==(const Wanted&) const = default;
  };
  /// Who must be a recipient of the next epoch, ascending by id: the members' active devices (where their
  /// user must confirm them, those that hold a key), pending invites and pairings that hold one and have
  /// not expired, recovery words and escrow. An epoch entry that leaves one out is refused.
  std::vector<Wanted> wanted(const IdentityState& identity, std::uint64_t now_ms) const {
    return wanted_at(identity, identity.head().seq, now_ms);
  }
  /// Who holds a key of the present epoch and should not any more: revoked, or no member. While there is
  /// one a rotation is due, and no device that knows of it freezes changes for this space.
  std::vector<RecipientId> outdated(const IdentityState& identity) const;
  bool rotation_due(const IdentityState& identity) const { return !outdated(identity).empty(); }

  /// Whether an administrator's device founded the space: then, and only then, an administrator's word
  /// about its state is believed. Elsewhere an administrator is a stranger to the space's keys, and a
  /// newcomer could be shown epochs of the administrator's making.
  bool takes_checkpoints() const { return founded_by_admin_; }
  const SinceCheckpoint& since_checkpoint() const { return since_checkpoint_; }
  /// As of IdentityState.
  void keep_checkpoints() { kept_.keeps = true; }
  const std::shared_ptr<const Bytes>& checkpoint_state() const { return kept_.state; }

  /// Canonical: the same entries give the same bytes. docs/formats/chain_state.md.
  Bytes encode() const;
  /// What a checkpoint speaks of.
  sign::Hash state_hash() const;
  /// Canonical bytes that hold together, of whomever; only `from_checkpoint` believes them.
  static Result<SpaceState> decode(ByteView bytes);
  /// A newcomer's start: the state at the checkpoint's anchor; the next entry to take is the checkpoint.
  /// `identity` at or after the head that the checkpoint names. not_authentic where its author was no
  /// administrator's device then, or no administrator's founded the space (the first entry says who), or the
  /// state is not the one that it names.
  static Result<SpaceState> from_checkpoint(const SpaceId& space, ByteView state, ByteView checkpoint_entry,
                                            ByteView genesis_entry, const IdentityState& identity);

 private:
  /// What the rules of an entry may look at: the identity chain as of `at`. `late`: not as of the head
  /// that the entry names, but of a later one.
  struct View {
    const IdentityState& identity;
    std::uint64_t at = 0;
    bool late = false;
    DeviceId author;
    UserId user;                ///< the author's
    std::uint64_t time_ms = 0;  ///< by the author's clock
  };
  Result<View> check_author(const Entry& entry, const IdentityState& identity) const;
  Result<void> check_recipients(const View& view, const std::vector<Recipient>& list) const;
  bool fits(const View& view, const Recipient& recipient) const;
  bool fits_device(const View& view, const DeviceId& id) const;
  template <class Facts>
  bool fits_one_use(const View& view, const Facts* facts, std::optional<OneUseStatus> status,
                    const UserId& user) const;
  bool escrow_allowed() const { return genesis_->space_class == SpaceClass::kShared || escrow_on_; }
  std::vector<Wanted> wanted_at(const IdentityState& identity, std::uint64_t at, std::uint64_t time_ms) const;
  Result<void> check_complete(const View& view, const std::vector<Recipient>& list) const;
  Right right_of(const View& view) const { return right_at(view.author, head_.seq, view.identity, view.at); }
  /// The founder grants itself the first key after its genesis, before it holds any.
  bool founding(const View& view) const { return epoch_ == 0 && right_of_user(view.user) == Right::kManager; }
  Result<void> check(const View& view, const SpaceGenesis& body) const;
  Result<void> check(const View& view, const Member& body) const;
  Result<void> check(const View& view, const Epoch& body) const;
  Result<void> check(const View& view, const GrantList& body) const;
  Result<void> check(const View& view, const SpaceEscrow& body) const;
  Result<void> check(const View& view, const Policy& body) const;
  Result<void> check(const View& view, const SpaceRepair& body) const;
  Result<void> check(const View& view, const SpaceCheckpoint& body) const;
  template <class Other>
  Result<void> check(const View& view, const Other& body) const;
  void take(const View& view, const SpaceGenesis& body);
  void take(const View& view, const Member& body);
  void take(const View& view, const Epoch& body);
  void take(const View& view, const GrantList& body);
  void take(const View& view, const SpaceEscrow& body);
  void take(const View& view, const Policy& body);
  void take(const View& view, const SpaceRepair& body);
  void take(const View& view, const SpaceCheckpoint& body);
  template <class Other>
  void take(const View&, const Other&) {}
  void change_right(const UserId& user, Right right);
  void note(const std::vector<Recipient>& list, std::uint32_t epoch);
  void forget_earlier_grants();
  /// Whether a key had been sealed to the device, or to what it joined by, by the space's entry.
  bool granted(const DeviceId& device, std::uint64_t space_seq, const IdentityState& identity,
               std::uint64_t identity_seq) const;
  bool holds_present(const DeviceId& device, const IdentityState& identity, std::uint64_t identity_seq) const;
  static sign::Hash hash_of_state(ByteView state);
  template <class Archive, class State>
  static void fields(Archive& archive, State& state);
  bool holds_together() const;
  void index_heads();

  SpaceId space_;
  Head head_;
  SinceCheckpoint since_checkpoint_;
  KeptCheckpoint kept_;
  bool founded_by_admin_ = false;
  std::uint64_t identity_seq_ = 0;  ///< on which the last entry relied
  SharedMap<std::uint64_t, HeadFacts> hashes_;
  SharedMap<sign::Hash, std::uint64_t> heads_;  ///< the same, the other way
  SharedMap<sign::Hash, std::uint64_t> abandoned_;
  std::optional<SpaceGenesis> genesis_;
  Policy policy_;
  bool escrow_on_ = false;  ///< in a personal space
  std::uint32_t epoch_ = 0;
  SharedMap<std::uint32_t, EpochFacts> epochs_;
  SharedMap<UserId, std::vector<RightFacts>> rights_;
  SharedMap<RecipientId, GrantFacts> grants_;
};

}  // namespace samla::chain
