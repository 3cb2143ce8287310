// What entries say, one struct a body. Numbers, signers and bytes: docs/formats/chain.md.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/id.h"
#include "core/base/position.h"
#include "core/sign/hash.h"
#include "core/sign/signature.h"

namespace samla::chain {

using Head = ChainHead;
/// Of recovery words, a one-use pairing key, an escrow, an archive hold.
using PaperId = FixedBytes<16, struct PaperIdTag>;
using PairingId = FixedBytes<16, struct PairingIdTag>;
using EscrowId = FixedBytes<16, struct EscrowIdTag>;
using HoldId = FixedBytes<16, struct HoldIdTag>;

/// Who signed. Numbers in signed bytes: do not renumber.
enum class AuthorKind : std::uint8_t { kRoot = 1, kDevice = 2, kInvite = 3, kPaper = 4, kPairing = 5 };
struct Author {
  AuthorKind kind = AuthorKind::kDevice;
  FixedBytes<16, struct AuthorIdTag> id;  ///< device's, invite's, words' or pairing's; zero for the root

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
enum class RevocationTarget : std::uint8_t {
  kDevice = 1,
  kInvite = 2,
  kPaper = 3,
  kPairing = 4,
  kEscrow = 5
};
/// Up to where in a space a revoked device's changesets stand; a space not listed is cut at 0.
struct Cutoff {
  SpaceId space;
  std::uint64_t seq = 0;
  sign::Hash hash;
  bool operator==(const Cutoff&) const = default;
};
/// By an admin, the user's recovery words, or another device of the same user; of an escrow by an admin,
/// of words by an admin or the words themselves. A later one of a revoked device extends the cut-offs.
/// Floating.
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

/// By an admin or the user's words: a revocation by a device was not right. Cut-offs go with it.
struct Reversal {
  DeviceId device;
  bool operator==(const Reversal&) const = default;
};
/// By a device of the user: recovery words on paper, a recipient and signer of that user. One at a time.
struct Paper {
  UserId user;
  VerifyKey sign;
  SealPublicKey seal;
  Signature possession;  ///< by `sign` over paper_possession_bytes
  bool operator==(const Paper&) const = default;
};
struct ErasedChangeset {
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 0;
  std::vector<std::uint32_t> writes;  ///< indexes, ascending
  bool operator==(const ErasedChangeset&) const = default;
};
/// By an admin: everyone drops these writes' ciphertexts and what was made of them; leaf hashes stay.
struct Erasure {
  std::vector<ErasedChangeset> changesets;  ///< ascending by space, writer, seq
  bool operator==(const Erasure&) const = default;
};
/// By an admin: defers erasures in these spaces (none listed: in all).
struct Hold {
  HoldId hold;
  std::vector<SpaceId> spaces;  ///< ascending
  bool operator==(const Hold&) const = default;
};
struct HoldRelease {
  HoldId hold;
  bool operator==(const HoldRelease&) const = default;
};
/// Ends a fork. The chain that it stands in goes on; the heads of the other branch, from the fork on, are
/// listed, so that whoever has pinned one of them knows. By the root, an admin, or a space's manager.
template <std::uint8_t kNumber>
struct RepairOf {
  Head common;                  ///< the last that both have
  std::vector<Head> abandoned;  ///< the numbers after `common`, without a gap
  bool operator==(const RepairOf&) const = default;
};
using Repair = RepairOf<14>;
using SpaceRepair = RepairOf<38>;
/// By an admin: the hash of the state at the anchor, so that a newcomer can take the state and the rest.
template <std::uint8_t kNumber>
struct CheckpointOf {
  sign::Hash state;
  bool operator==(const CheckpointOf&) const = default;
};
using Checkpoint = CheckpointOf<15>;
using SpaceCheckpoint = CheckpointOf<39>;
/// By an admin or a device of the writer's user: of two changesets with one number the one that stands.
struct ForkChoice {
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 0;
  sign::Hash hash;
  bool operator==(const ForkChoice&) const = default;
};
/// By the device: it writes under this id too, because its store was copied or restored. Floating.
struct StoreInstance {
  WriterId writer;
  bool operator==(const StoreInstance&) const = default;
};
/// Beside a revocation, whose cut-offs speak of the device's first writer: those of a further one.
struct InstanceCutoffs {
  WriterId writer;
  std::vector<Cutoff> cutoffs;  ///< ascending by space
  bool operator==(const InstanceCutoffs&) const = default;
};
/// By a device of the user: a one-use key like an invite's, for the user's next device.
struct Pairing {
  PairingId pairing;
  UserId user;
  sign::Hash gate;
  VerifyKey auth;
  SealPublicKey seal;
  std::uint64_t expires_ms = 0;
  bool operator==(const Pairing&) const = default;
};
struct EscrowHolder {
  VerifyKey sign;
  SealPublicKey seal;
  Bytes share;  ///< of the escrow's secret, sealed to `seal`
  bool operator==(const EscrowHolder&) const = default;
};
/// By an admin: a recipient of every shared space that only two holders together can open.
struct Escrow {
  EscrowId escrow;
  SealPublicKey seal;
  std::array<EscrowHolder, 2> holders;
  bool operator==(const Escrow&) const = default;
};
/// By an admin, with both holders' word: `device` is given the space's keys that are sealed to the escrow.
struct EscrowUse {
  EscrowId escrow;
  SpaceId space;
  DeviceId device;
  std::array<Signature, 2> holders;  ///< over escrow_use_bytes, in the holders' order
  bool operator==(const EscrowUse&) const = default;
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

/// In a personal space, by its user: whether the organisation's escrow is a recipient. At first it is not.
struct SpaceEscrow {
  bool on = false;
  bool operator==(const SpaceEscrow&) const = default;
};
/// By a manager: replaces the policies of the genesis.
struct Policy {
  GrantPolicy co_members = GrantPolicy::kAuto;
  GrantPolicy own_devices = GrantPolicy::kAuto;
  bool operator==(const Policy&) const = default;
};

/// A body whose number is reserved (docs/formats/chain.md) and whose rules this version does not have:
/// it can be carried and hashed, and no state takes it in.
struct Reserved {
  std::uint8_t type = 0;
  Bytes bytes;
  bool operator==(const Reserved&) const = default;
};

}  // namespace samla::chain
