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

#include "core/chain/entry.h"
#include "core/chain/identity_state.h"

namespace samla::chain {

/// kNow: the server is about to place the entry, so its author and recipients must be good now too, and
/// not only as of the head that it names. kBefore: it stands in the chain.
enum class Placing { kBefore, kNow };

class SpaceState {
 public:
  explicit SpaceState(const SpaceId& space) : space_(space) {}

  /// Takes the next entry. The identity chain must have come to the head that the entry relied on, else
  /// chain_behind; and an entry may not rely on an earlier head than the entry before it.
  /// chain_conflict: the entry does not follow the head.
  Result<void> apply(ByteView entry_bytes, const IdentityState& identity, Placing placing = Placing::kBefore);

  const SpaceId& space() const { return space_; }
  const Head& head() const { return head_; }
  /// The number of the entry with that head hash; 0 for the zero hash; absent: not of this chain.
  std::optional<std::uint64_t> seq_of(const sign::Hash& hash) const;
  /// The identity chain's entry number on which the entry with that head hash relied; 0: unknown, or none.
  std::uint64_t relied_on(const sign::Hash& hash) const;
  /// Absent: not founded.
  const std::optional<SpaceGenesis>& genesis() const { return genesis_; }
  /// 0: none yet.
  std::uint32_t epoch() const { return epoch_; }
  /// The epoch as of the space's entry `seq`; 0: none then.
  std::uint32_t epoch_at(std::uint64_t seq) const;
  /// Null: no such epoch.
  const Epoch* epoch_entry(std::uint32_t epoch) const;

  Right right_of_user(const UserId& user) const;
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
  std::optional<sign::Hash> grant_of(const FixedBytes<16, RecipientIdTag>& recipient) const;

 private:
  struct Granted {
    std::uint64_t at = 0;  ///< entry number
    std::uint32_t epoch = 0;
    sign::Hash grant;
  };
  struct PlacedEpoch {
    std::uint64_t at = 0;
    Epoch entry;
  };
  struct Change {
    std::uint64_t at = 0;
    Right right = Right::kNone;
  };

  struct Place {
    std::uint64_t seq = 0;
    std::uint64_t identity_seq = 0;
  };
  /// What the rules of an entry may look at: the identity chain as of `at`. `late`: not as of the head
  /// that the entry names, but of a later one.
  struct View {
    const IdentityState& identity;
    std::uint64_t at = 0;
    bool late = false;
    DeviceId author;
    UserId user;  ///< the author's
  };
  Result<View> check_author(const Entry& entry, const IdentityState& identity) const;
  Result<void> check_recipients(const View& view, const std::vector<Recipient>& list) const;
  bool fits(const View& view, const Recipient& recipient) const;
  bool fits_invite(const View& view, const InviteId& id) const;
  Right right_of(const View& view) const { return right_at(view.author, head_.seq, view.identity, view.at); }
  /// The founder grants itself the first key after its genesis, before it holds any.
  bool founding(const View& view) const { return epoch_ == 0 && right_of_user(view.user) == Right::kManager; }
  Result<void> check(const View& view, const SpaceGenesis& body) const;
  Result<void> check(const View& view, const Member& body) const;
  Result<void> check(const View& view, const Epoch& body) const;
  Result<void> check(const View& view, const GrantList& body) const;
  template <class Other>
  Result<void> check(const View& view, const Other& body) const;
  void take(const View& view, const SpaceGenesis& body);
  void take(const View& view, const Member& body);
  void take(const View& view, const Epoch& body);
  void take(const View& view, const GrantList& body);
  template <class Other>
  void take(const View&, const Other&) {}
  void change_right(const UserId& user, Right right);
  void note(const std::vector<Recipient>& list, std::uint32_t epoch);
  std::optional<Granted> granted(const DeviceId& device, std::uint64_t space_seq,
                                 const IdentityState& identity) const;

  SpaceId space_;
  Head head_;
  std::uint64_t identity_seq_ = 0;  ///< on which the last entry relied
  SharedMap<sign::Hash, Place> heads_;
  std::optional<SpaceGenesis> genesis_;
  std::uint32_t epoch_ = 0;
  SharedMap<std::uint32_t, PlacedEpoch> epochs_;
  SharedMap<UserId, std::vector<Change>> rights_;
  SharedMap<FixedBytes<16, RecipientIdTag>, std::vector<Granted>> grants_;
};

}  // namespace samla::chain
