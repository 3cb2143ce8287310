// Pairing: a code that one device of a user shows and the next one reads, once. As an invite, but made by
// a device of the same user, so no administrator is needed and the notebook comes along.
// docs/formats/pairing.md.
#pragma once

#include <string>
#include <string_view>

#include "core/base/position.h"
#include "core/base/random.h"
#include "core/chain/entry.h"
#include "core/custody/invite.h"

namespace samla::custody {

inline constexpr std::uint8_t kPairingVersion = 1;

/// What the new device needs; it believes no server whose identity chain lacks `identity`.
struct PairingCode {
  std::string host;
  std::uint16_t port = 0;
  NoisePublicKey server;
  OrganisationId organisation;
  VerifyKey root;
  ChainHead identity;
  UserId user;
  Secret<32> secret;

  /// "samla:" and base64url.
  std::string encode() const;
  /// White space is passed over. invite_mangled where a character is wrong or missing, or it is a link of
  /// another kind; version_unknown for a newer kind.
  static Result<PairingCode> decode(std::string_view text);
};

/// By which the chain names it; tells nothing of the secret.
chain::PairingId pairing_id(const Secret<32>& secret);
/// Gate, auth and seal keys of the code's secret; none of them is one of an invite with the same secret.
InviteKeys keys_of_pairing(const Secret<32>& secret);
/// The body that announces the code in the identity chain.
chain::Pairing pairing_of(const PairingCode& code, std::uint64_t expires_ms);

}  // namespace samla::custody
