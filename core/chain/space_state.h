// What a space's chain says so far: members and their rights, epochs, and who has been granted a key.
// A right takes both: the user is a member, and the device (or the invite by which it joined) is a
// recipient, so that a device that an administrator slipped in can neither read nor write.
// Invariant: the same entries give the same state; a refused entry changes nothing. Pure; one thread.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/chain/entry.h"
#include "core/chain/identity_state.h"

namespace samla::chain {

class SpaceState {
 public:
  explicit SpaceState(const SpaceId& space) : space_(space) {}

  /// Takes the next entry. The identity chain must have come to the head that the entry relied on, else
  /// chain_behind. chain_conflict: the entry does not follow the head.
  Result<void> apply(ByteView entry_bytes, const IdentityState& identity);

  const SpaceId& space() const { return space_; }
  const Head& head() const { return head_; }
  /// The number of the entry with that head hash; 0 for the zero hash; absent: not of this chain.
  std::optional<std::uint64_t> seq_of(const sign::Hash& hash) const;
  /// Absent: not founded.
  const std::optional<SpaceGenesis>& genesis() const { return genesis_; }
  /// 0: none yet.
  std::uint32_t epoch() const { return epoch_; }
  /// The commitment of that epoch's key; null: no such epoch.
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
  struct Change {
    std::uint64_t at = 0;
    Right right = Right::kNone;
  };

  Result<DeviceId> check_author(const Entry& entry, const IdentityState& identity) const;
  Result<void> check_recipients(const std::vector<Recipient>& list, const IdentityState& identity) const;
  bool fits(const Recipient& recipient, const IdentityState& identity) const;
  void note(const std::vector<Recipient>& list, std::uint32_t epoch);
  Result<void> take(const DeviceId& author, const IdentityState& identity, const SpaceGenesis& body);
  Result<void> take(const DeviceId& author, const IdentityState& identity, const Member& body);
  Result<void> take(const DeviceId& author, const IdentityState& identity, const Epoch& body);
  Result<void> take(const DeviceId& author, const IdentityState& identity, const GrantList& body);
  template <class Other>
  Result<void> take(const DeviceId& author, const IdentityState& identity, const Other& body);
  std::optional<Granted> granted(const DeviceId& device, std::uint64_t space_seq,
                                 const IdentityState& identity) const;

  SpaceId space_;
  Head head_;
  std::map<sign::Hash, std::uint64_t> heads_;
  std::optional<SpaceGenesis> genesis_;
  std::uint32_t epoch_ = 0;
  std::map<std::uint32_t, Epoch> epochs_;
  std::map<UserId, std::vector<Change>> rights_;
  std::map<FixedBytes<16, RecipientIdTag>, std::vector<Granted>> grants_;
};

}  // namespace samla::chain
