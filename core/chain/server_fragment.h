// The fragment of a server's address: which keys it must hold, and the one-use token that claims it.
// A person copies it by hand or by link, so it carries a checksum. docs/formats/server_fragment.md.
#pragma once

#include <string>
#include <string_view>

#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::chain {

inline constexpr std::uint8_t kServerFragmentVersion = 1;

using ClaimToken = FixedBytes<16, struct ClaimTokenTag>;

struct ServerFragment {
  NoisePublicKey noise;
  VerifyKey receipts;
  ClaimToken claim;

  /// base64url without padding.
  std::string encode() const;
  /// invite_mangled where the checksum or the length is wrong: nothing need be connected to.
  static Result<ServerFragment> decode(std::string_view text);

  bool operator==(const ServerFragment&) const = default;
};

/// What a server keeps of its token.
Hash claim_hash(const ClaimToken& token);

}  // namespace samla::chain
