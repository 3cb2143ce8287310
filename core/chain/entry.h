// One entry of a chain: signed, hash-linked, serialised by the server, which can neither add nor alter
// one. An organisation has one identity chain, a space one of its own. docs/formats/chain.md.
// Entries hold random ids and keys, never names. Invariant: decode then encode gives the same bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "core/base/codec.h"
#include "core/chain/bodies.h"

namespace samla::chain {

inline constexpr std::uint8_t kEntryVersion = 1;
inline constexpr std::size_t kEntryBytesMax = 512 * 1024;

using Body =
    std::variant<Genesis, AdminCertificate, AdminRemoval, ServerKeys, Invite, DeviceCertificate, Revocation,
                 UserChange, SpaceGenesis, Member, Epoch, GrantList, Reversal, Paper, Erasure, Hold,
                 HoldRelease, Repair, Checkpoint, ForkChoice, StoreInstance, InstanceCutoffs, Pairing, Escrow,
                 EscrowUse, SpaceEscrow, Policy, SpaceRepair, SpaceCheckpoint, Reserved>;

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
/// Its inverse; whose a writer is that has an entry of its own says IdentityState::device_of_writer.
DeviceId device_of_writer(const WriterId& writer);
/// Follows from the signing key, as a device's.
PaperId paper_id(const VerifyKey& sign_key);
sign::Hash gate_hash(ByteView gate_key);
sign::Hash grant_hash(ByteView sealed);
/// What both holders sign when an escrow is used; `anchor`: that of the entry.
Bytes escrow_use_bytes(const OrganisationId& organisation, const Head& anchor, const EscrowUse& use);
inline constexpr std::string_view kEscrowUseDomain = "samla/escrow/use/1";
/// What a newcomer's own key signs, to show that it holds it.
Bytes possession_bytes(const OrganisationId& organisation, const UserId& user, const DeviceKeysPublic& keys);
inline constexpr std::string_view kPossessionDomain = "samla/possession/1";
/// As possession_bytes, for recovery words.
Bytes paper_possession_bytes(const OrganisationId& organisation, const Paper& paper);
inline constexpr std::string_view kPaperPossessionDomain = "samla/possession/paper/1";
/// What the holder of recovery words signs at a server's door: that server and this connection alone.
Bytes paper_entrance_bytes(const NoisePublicKey& server, const NoisePublicKey& device_noise,
                           const DeviceId& device);
inline constexpr std::string_view kPaperEntranceDomain = "samla/entrance/paper/1";

}  // namespace samla::chain
