// Text forms of bytes: lower-case hex (ids) and base64url without padding (links).
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace samla {

std::string to_hex(ByteView bytes);
/// Lower-case hex of an even length; anything else is malformed.
Result<Bytes> from_hex(std::string_view text);

template <std::size_t N, class Tag>
std::string to_hex(const FixedBytes<N, Tag>& value) {
  return to_hex(value.view());
}
/// Exactly the hex of a Fixed, or malformed.
template <class Fixed>
Result<Fixed> fixed_from_hex(std::string_view text) {
  SAMLA_ASSIGN(const Bytes bytes, from_hex(text));
  if (bytes.size() != Fixed::kSize) return fail(ErrorCode::malformed, "hex");
  return Fixed::from(bytes);
}

std::string to_base64url(ByteView bytes);
/// Unpadded base64url in canonical form (unused bits zero); anything else is malformed.
Result<Bytes> from_base64url(std::string_view text);

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace samla
