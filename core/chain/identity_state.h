// What an identity chain says: admins, devices, invites, users' roles and entitlements, server keys, now
// and as of each of its entries, so that what was right when it was placed stays right. Takes entries
// one by one and believes none that the rules of security.md don't allow.
// Invariant: the same entries give the same state; a refused entry changes nothing. Copies are cheap.
// Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/chain/entry.h"
#include "core/chain/shared_map.h"

namespace samla::chain {

/// From an entry number on, and until (not including) another; absent: still so.
struct Span {
  std::uint64_t from = 0;
  std::optional<std::uint64_t> until;
  bool covers(std::uint64_t seq) const { return from <= seq && (!until || seq < *until); }
  bool operator==(const Span&) const = default;
};

class IdentityState {
 public:
  struct Device {
    UserId user;
    DeviceKeysPublic keys;
    std::uint64_t certified_at = 0;           ///< entry number
    std::uint64_t certified_ms = 0;           ///< by the certificate's author's clock
    std::optional<InviteId> invite;           ///< by which it joined
    std::optional<std::uint64_t> revoked_at;  ///< entry number
    std::vector<Cutoff> cutoffs;
    bool admin = false;
    std::vector<Span> revoked;       ///< all the times that it was, ascending
    std::optional<Span> admin_span;  ///< since when and until when an admin
  };
  enum class InviteStatus { kPending, kUsed, kRevoked };
  struct InviteInfo {
    Invite invite;
    InviteStatus status = InviteStatus::kPending;
    std::optional<DeviceId> device;  ///< that redeemed it
    std::uint64_t certified_at = 0;  ///< entry number
    std::uint64_t settled_at = 0;    ///< entry number at which it was used or revoked
  };
  struct User {
    std::uint8_t role = 0;
    std::vector<Entitlement> entitlements;  ///< ascending by space
    std::uint64_t since = 0;                ///< entry number
  };

  explicit IdentityState(const OrganisationId& organisation) : organisation_(organisation) {}

  /// Takes the next entry. `placed_ms`: at the server that places it, its clock, by which an invite's
  /// expiry is judged; absent where an entry has been placed already.
  /// chain_conflict: it does not follow the head. The other codes say what is wrong with it.
  Result<void> apply(ByteView entry_bytes, std::optional<std::uint64_t> placed_ms = std::nullopt);

  const OrganisationId& organisation() const { return organisation_; }
  /// Absent: the chain is empty.
  const std::optional<VerifyKey>& root() const { return root_; }
  const Head& head() const { return head_; }
  /// The number of the entry with that head hash; 0 for the zero hash; absent: not of this chain.
  std::optional<std::uint64_t> seq_of(const sign::Hash& hash) const;

  // As of now. Null: unknown.
  const Device* device(const DeviceId& id) const { return devices_.find(id); }
  const InviteInfo* invite(const InviteId& id) const { return invites_.find(id); }
  const User* user(const UserId& id) const { return user_at(id, head_.seq); }
  /// The user's entitlement to the space; null: none.
  const Entitlement* entitlement(const UserId& id, const SpaceId& space) const {
    return entitlement_at(id, space, head_.seq);
  }
  bool active(const DeviceId& id) const { return active_at(id, head_.seq); }
  bool is_admin(const DeviceId& id) const { return is_admin_at(id, head_.seq); }

  // As of entry `seq`: what the entries up to it and including it say.
  const User* user_at(const UserId& id, std::uint64_t seq) const;
  const Entitlement* entitlement_at(const UserId& id, const SpaceId& space, std::uint64_t seq) const;
  /// Certified at or before entry `seq` and not revoked then.
  bool active_at(const DeviceId& id, std::uint64_t seq) const;
  bool is_admin_at(const DeviceId& id, std::uint64_t seq) const;
  /// Absent: no such invite then.
  std::optional<InviteStatus> invite_status_at(const InviteId& id, std::uint64_t seq) const;

  const std::optional<ServerKeys>& server_keys() const { return server_keys_; }
  const SharedMap<DeviceId, Device>& devices() const { return devices_; }
  const SharedMap<InviteId, InviteInfo>& invites() const { return invites_; }
  /// Of the user, in the order of their entries; also the revoked and the settled.
  std::vector<DeviceId> devices_of(const UserId& user) const;
  std::vector<InviteId> invites_of(const UserId& user) const;
  std::vector<UserId> users() const;

  /// ok, or why the invite can't be redeemed at `now_ms`: unknown, used, revoked, expired.
  Result<void> check_redeemable(const InviteId& id, std::uint64_t now_ms) const;

 private:
  struct Pending {
    const Entry& entry;
    std::optional<std::uint64_t> placed_ms;
  };
  struct UserInfo {
    std::vector<std::shared_ptr<const User>> versions;  ///< ascending by `since`
    std::vector<DeviceId> devices;
    std::vector<InviteId> invites;
  };
  Result<void> check_place(const Entry& entry) const;
  Result<void> require_root(const Entry& entry) const;
  Result<void> require_admin(const Entry& entry) const;
  Result<void> take(const Pending& p, const Genesis& body);
  Result<void> take(const Pending& p, const AdminCertificate& body);
  Result<void> take(const Pending& p, const AdminRemoval& body);
  Result<void> take(const Pending& p, const ServerKeys& body);
  Result<void> take(const Pending& p, const Invite& body);
  Result<void> take(const Pending& p, const DeviceCertificate& body);
  Result<void> take(const Pending& p, const Revocation& body);
  Result<void> take(const Pending& p, const UserChange& body);
  template <class Other>
  Result<void> take(const Pending& p, const Other& body);
  void add_device(const DeviceId& id, Device device);
  /// A new version of the user, as of the entry that is being taken.
  template <class Change>
  void change_user(const UserId& id, Change change);
  std::uint64_t next_seq() const { return head_.seq + 1; }

  OrganisationId organisation_;
  Head head_;
  std::optional<VerifyKey> root_;
  SharedMap<sign::Hash, std::uint64_t> heads_;
  SharedMap<DeviceId, Device> devices_;
  SharedMap<InviteId, InviteInfo> invites_;
  SharedMap<UserId, UserInfo> users_;
  std::optional<ServerKeys> server_keys_;
};

}  // namespace samla::chain
