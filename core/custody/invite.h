// Invites: a 32-byte secret in a link, and what follows from it. Whoever holds the link can join once.
//   gate key  shown to the server at the door (it may know it)
//   auth key  signs the newcomer's certificate (the server never knows it)
//   seal pair opens the grants that were sealed beforehand
// docs/formats/invite.md.
#pragma once

#include <string>
#include <string_view>

#include "core/base/id.h"
#include "core/base/position.h"
#include "core/seal/grant.h"
#include "core/sign/signature.h"

namespace samla::custody {

inline constexpr std::uint8_t kInviteVersion = 1;

/// All that a newcomer needs to find the right server and believe nothing that it says unproven.
struct InviteLink {
  std::string host;
  std::uint16_t port = 0;
  NoisePublicKey server;
  OrganisationId organisation;
  VerifyKey root;
  ChainHead identity;  ///< which the server's chain must contain
  Secret<32> secret;

  /// "samla:" and base64url.
  std::string encode() const;
  /// Spaces and line ends around and inside it are passed over (mail programs break lines).
  /// invite_mangled where a character is wrong or missing, version_unknown for a newer kind.
  static Result<InviteLink> decode(std::string_view text);
};

struct InviteKeys {
  Secret<32> gate;
  sign::SigningKey auth;
  seal::KeyPair seal;
};
InviteKeys keys_of_invite(const Secret<32>& secret);
/// By which the chain names it; tells nothing of the secret.
InviteId invite_id(const Secret<32>& secret);

}  // namespace samla::custody
