// What an identity chain says so far: admins, devices, invites, users' roles and entitlements, server
// keys. Takes entries one by one and believes none that the rules of security.md don't allow.
// Invariant: the same entries give the same state; a refused entry changes nothing. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/chain/entry.h"

namespace samla::chain {

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
  };
  enum class InviteStatus { kPending, kUsed, kRevoked };
  struct InviteInfo {
    Invite invite;
    InviteStatus status = InviteStatus::kPending;
    std::optional<DeviceId> device;  ///< that redeemed it
  };
  struct User {
    std::uint8_t role = 0;
    std::vector<Entitlement> entitlements;  ///< ascending by space
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
  /// Null: unknown.
  const Device* device(const DeviceId& id) const;
  const InviteInfo* invite(const InviteId& id) const;
  const User* user(const UserId& id) const;
  /// The user's entitlement to the space; null: none.
  const Entitlement* entitlement(const UserId& id, const SpaceId& space) const;
  /// Certified at or before entry `seq` and not revoked at or before it.
  bool active_at(const DeviceId& id, std::uint64_t seq) const;
  bool active(const DeviceId& id) const { return active_at(id, head_.seq); }
  bool is_admin(const DeviceId& id) const;
  const std::optional<ServerKeys>& server_keys() const { return server_keys_; }
  const std::map<DeviceId, Device>& devices() const { return devices_; }
  const std::map<InviteId, InviteInfo>& invites() const { return invites_; }
  const std::map<UserId, User>& users() const { return users_; }

  /// ok, or why the invite can't be redeemed at `now_ms`: unknown, used, revoked, expired.
  Result<void> check_redeemable(const InviteId& id, std::uint64_t now_ms) const;

 private:
  struct Pending {
    const Entry& entry;
    std::optional<std::uint64_t> placed_ms;
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

  OrganisationId organisation_;
  Head head_;
  std::optional<VerifyKey> root_;
  std::map<sign::Hash, std::uint64_t> heads_;
  std::map<DeviceId, Device> devices_;
  std::map<InviteId, InviteInfo> invites_;
  std::map<UserId, User> users_;
  std::optional<ServerKeys> server_keys_;
};

}  // namespace samla::chain
