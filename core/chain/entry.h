// One entry of a chain: signed, hash-linked, serialised by the server, which can neither add nor alter
// one. An organisation has one identity chain, a space one of its own. docs/formats/chain.md.
// Entries hold random ids and keys, never names. Invariant: decode then encode gives the same bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/codec.h"
#include "core/base/id.h"
#include "core/base/position.h"
#include "core/sign/hash.h"
#include "core/sign/signature.h"

namespace samla::chain {

using Head = ChainHead;

inline constexpr std::uint8_t kEntryVersion = 1;
inline constexpr std::size_t kEntryBytesMax = 512 * 1024;

/// Who signed. Numbers in signed bytes: do not renumber.
enum class AuthorKind : std::uint8_t { kRoot = 1, kDevice = 2, kInvite = 3, kPaper = 4 };
struct Author {
  AuthorKind kind = AuthorKind::kDevice;
  FixedBytes<16, struct AuthorIdTag> id;  ///< device's or invite's; zero for the root

  bool operator==(const Author&) const = default;
};

enum class Right : std::uint8_t { kNone = 0, kReader = 1, kWriter = 2, kManager = 3 };

/// A space that a user may be a member of without a manager's word; `may_found`: and found.
struct Entitlement {
  SpaceId space;
  Right right = Right::kWriter;
  bool may_found = false;
  bool operator==(const Entitlement&) const = default;
};

struct DeviceKeysPublic {
  VerifyKey sign;
  SealPublicKey seal;
  NoisePublicKey noise;
  bool operator==(const DeviceKeysPublic&) const = default;
};

// ---- bodies of the identity chain

/// The first entry; signed by the root it names. The organisation's id follows from it.
struct Genesis {
  VerifyKey root;
  FixedBytes<16, struct SaltTag> salt;
  bool operator==(const Genesis&) const = default;
};
/// By the root: a device that signs invites, roles and revocations. It is a device of `user`.
struct AdminCertificate {
  UserId user;
  std::uint8_t role = 0;  ///< opaque here
  DeviceKeysPublic keys;
  bool operator==(const AdminCertificate&) const = default;
};
struct AdminRemoval {
  DeviceId device;
  bool operator==(const AdminRemoval&) const = default;
};
/// By an admin: the server's present keys.
struct ServerKeys {
  NoisePublicKey noise;
  VerifyKey receipts;
  bool operator==(const ServerKeys&) const = default;
};
/// By an admin: a one-use key. Its holder certifies its own device by it.
struct Invite {
  InviteId invite;
  UserId user;
  std::uint8_t role = 0;
  sign::Hash gate;               ///< hash of the gate key, which the server may learn
  VerifyKey auth;                ///< authenticates the newcomer's keys; the server never learns its secret
  SealPublicKey seal;            ///< grants are sealed to it beforehand
  std::uint64_t expires_ms = 0;  ///< by the server's clock, when the redeeming entry is placed
  std::vector<Entitlement> entitlements;
  bool operator==(const Invite&) const = default;
};
/// By an invite's auth key or by a device of the same user (pairing): a new device. Floating.
struct DeviceCertificate {
  UserId user;
  DeviceKeysPublic keys;
  Signature possession;  ///< by keys.sign over possession_bytes
  bool operator==(const DeviceCertificate&) const = default;
};
enum class RevocationTarget : std::uint8_t { kDevice = 1, kInvite = 2 };
/// Up to where in a space a revoked device's changesets stand; a space not listed is cut at 0.
struct Cutoff {
  SpaceId space;
  std::uint64_t seq = 0;
  sign::Hash hash;
  bool operator==(const Cutoff&) const = default;
};
/// By an admin, or for a device by another of the same user.
struct Revocation {
  RevocationTarget target = RevocationTarget::kDevice;
  FixedBytes<16, struct RevokedIdTag> id;
  std::vector<Cutoff> cutoffs;  ///< ascending by space
  bool operator==(const Revocation&) const = default;
};
/// By an admin: replaces a user's role and entitlements.
struct UserChange {
  UserId user;
  std::uint8_t role = 0;
  std::vector<Entitlement> entitlements;
  bool operator==(const UserChange&) const = default;
};

// ---- bodies of a space's chain

enum class SpaceClass : std::uint8_t { kPersonal = 1, kShared = 2 };
enum class GrantPolicy : std::uint8_t { kAuto = 1, kConfirm = 2 };

/// The first entry; its author's user becomes the first manager. The space's id follows from it.
struct SpaceGenesis {
  std::uint16_t purpose = 0;  ///< opaque here
  SpaceClass space_class = SpaceClass::kShared;
  FixedBytes<16, struct ScopeTag> scope;  ///< personal: the founder's user id
  GrantPolicy co_members = GrantPolicy::kAuto;
  GrantPolicy own_devices = GrantPolicy::kAuto;
  KeyCommitment tag_key;
  bool operator==(const SpaceGenesis&) const = default;
};
struct Member {
  UserId user;
  Right right = Right::kNone;  ///< kNone removes
  bool operator==(const Member&) const = default;
};
enum class RecipientKind : std::uint8_t { kDevice = 1, kInvite = 2, kPaper = 3, kEscrow = 4, kPairing = 5 };
struct Recipient {
  RecipientKind kind = RecipientKind::kDevice;
  FixedBytes<16, struct RecipientIdTag> id;
  sign::Hash grant;  ///< grant_hash of what is sealed to it
  bool operator==(const Recipient&) const = default;
};
struct Epoch {
  std::uint32_t epoch = 1;
  KeyCommitment key;
  Bytes previous;  ///< the epoch before's key sealed under this one; empty for the first
  std::vector<Recipient> recipients;
  bool operator==(const Epoch&) const = default;
};
/// More recipients of the present epoch.
struct GrantList {
  std::uint32_t epoch = 1;
  std::vector<Recipient> recipients;
  bool operator==(const GrantList&) const = default;
};

/// A body whose number is reserved (docs/formats/chain.md) and whose rules this version does not have:
/// it can be carried and hashed, and no state takes it in.
struct Reserved {
  std::uint8_t type = 0;
  Bytes bytes;
  bool operator==(const Reserved&) const = default;
};

using Body = std::variant<Genesis, AdminCertificate, AdminRemoval, ServerKeys, Invite, DeviceCertificate,
                          Revocation, UserChange, SpaceGenesis, Member, Epoch, GrantList, Reserved>;

struct Entry {
  OrganisationId organisation;
  SpaceId space;  ///< zero: the identity chain
  /// Fixed entries follow exactly `anchor`. Floating ones were signed having seen it, and are placed
  /// anywhere later: a hub or a stick can carry them.
  bool floating = false;
  Head anchor;
  Head identity;  ///< of a space's entry: the identity head that it relied on
  Author author;
  std::uint64_t time_ms = 0;  ///< by the author's clock; for display
  Body body;
  Signature signature;

  static Result<Entry> decode(ByteView bytes);
  Bytes encode() const;
  [[nodiscard]] bool signed_by(const VerifyKey& key) const;
  void sign_with(const sign::SigningKey& key);

  bool operator==(const Entry&) const = default;
};

/// The chain's head after `entry_bytes` follow `head`.
Head next_head(const Head& head, ByteView entry_bytes);

OrganisationId organisation_id(const Genesis& genesis);
SpaceId space_id(const OrganisationId& organisation, std::uint16_t purpose, ByteView scope);
/// A device's id follows from its signing key, so nobody can take another's.
DeviceId device_id(const VerifyKey& sign_key);
/// The writer id of a device's first store instance. Later instances (clones) get entries of their own.
WriterId writer_of_device(const DeviceId& device);
DeviceId device_of_writer(const WriterId& writer);
sign::Hash gate_hash(ByteView gate_key);
sign::Hash grant_hash(ByteView sealed);
/// What a newcomer's own key signs, to show that it holds it.
Bytes possession_bytes(const OrganisationId& organisation, const UserId& user, const DeviceKeysPublic& keys);
inline constexpr std::string_view kPossessionDomain = "samla/possession/1";

}  // namespace samla::chain
