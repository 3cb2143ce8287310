// What a store knows of itself beside its keys: whose it is, which organisation, where the server is.
// One value in the vault, replaced whole. docs/formats/account.md.
#pragma once

#include <optional>
#include <string>

#include "core/base/id.h"
#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::replica {

inline constexpr std::uint8_t kAccountVersion = 1;

struct Account {
  OrganisationId organisation;
  UserId user;
  std::string host;
  std::uint16_t port = 0;
  NoisePublicKey server;  ///< which the server must hold
  /// Which the identity chain must contain: from the invite, so that no other chain is believed.
  ChainHead trusted;
  /// By which this device joined; its secret stays, to open what was sealed to the invite.
  std::optional<InviteId> invite;

  Bytes encode() const;
  static Result<Account> decode(ByteView bytes);
};

}  // namespace samla::replica
