// What an identity chain knows of each thing that it names. Numbers are entry numbers of the chain.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/chain/bodies.h"

namespace samla::chain {

/// From an entry number on, and until (not including) another; absent: still so.
struct Span {
  std::uint64_t from = 0;
  std::optional<std::uint64_t> until;
  bool covers(std::uint64_t seq) const { return from <= seq && (!until || seq < *until); }
  bool operator==(const Span&) const = default;
};

/// Whose revocation it was: administrators and a user's recovery words outrank its devices.
enum class Rank : std::uint8_t { kDevice = 1, kOutranking = 2 };

/// An escrow's keys of that space were given to the device.
struct EscrowAccess {
  EscrowId escrow;
  SpaceId space;
  std::uint64_t at = 0;
};

struct DeviceFacts {
  UserId user;
  DeviceKeysPublic keys;
  std::uint64_t certified_at = 0;
  std::uint64_t certified_ms = 0;           ///< by the certificate's author's clock
  Author certified_by;                      ///< the root, an invite, a pairing, words or a device
  std::optional<InviteId> invite;           ///< by which it joined
  std::optional<std::uint64_t> revoked_at;  ///< now; absent too once a revocation has been reversed
  std::vector<Cutoff> cutoffs;              ///< of the present revocation, for its first writer
  Rank revoked_by = Rank::kDevice;
  bool admin = false;              ///< now
  std::vector<Span> revoked;       ///< all the times that it was, ascending
  std::optional<Span> admin_span;  ///< since when and until when an admin
  std::vector<EscrowAccess> escrows;
};

enum class OneUseStatus : std::uint8_t { kPending = 0, kUsed = 1, kRevoked = 2 };

struct InviteFacts {
  Invite invite;  ///< once settled without auth and seal key and entitlements: they are of no more use
  OneUseStatus status = OneUseStatus::kPending;
  std::optional<DeviceId> device;  ///< that redeemed it
  std::uint64_t certified_at = 0;
  std::uint64_t settled_at = 0;  ///< when it was used or revoked
  Author certified_by;
};

struct PairingFacts {
  Pairing pairing;
  OneUseStatus status = OneUseStatus::kPending;
  std::optional<DeviceId> device;
  std::uint64_t certified_at = 0;
  std::uint64_t settled_at = 0;
  Author certified_by;
};

struct PaperFacts {
  UserId user;
  VerifyKey sign;
  SealPublicKey seal;
  std::uint64_t certified_at = 0;
  std::optional<std::uint64_t> revoked_at;
  Author certified_by;
};

struct EscrowFacts {
  Escrow escrow;
  std::uint64_t declared_at = 0;
  std::optional<std::uint64_t> revoked_at;
};

struct UserFacts {
  std::uint8_t role = 0;
  std::vector<Entitlement> entitlements;  ///< ascending by space
  std::uint64_t since = 0;
};

/// All of a user's, in the order of their entries.
struct UserHistory {
  std::vector<std::shared_ptr<const UserFacts>> versions;
  std::vector<DeviceId> devices;
  std::vector<InviteId> invites;
  std::vector<PaperId> papers;
  std::vector<PairingId> pairings;
};

/// A writer that a device took beside its first.
struct InstanceFacts {
  DeviceId device;
  std::uint64_t since = 0;
  std::vector<Cutoff> cutoffs;  ///< see InstanceCutoffs
};

struct HoldFacts {
  std::vector<SpaceId> spaces;  ///< none: all
  Span span;
};

struct ServerKeysFacts {
  ServerKeys keys;
  std::uint64_t since = 0;
};

/// A changeset by its place.
struct ChangesetPlace {
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 0;
  auto operator<=>(const ChangesetPlace&) const = default;
};

enum class Erased { kNo, kHeld, kYes };

}  // namespace samla::chain
