// Hex and base64url: what is accepted is canonical, so writing it gives the same text.
#include <cstdint>
#include <string_view>

#include "core/base/assert.h"
#include "core/base/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = samla::from_hex(text)) SAMLA_ASSERT(samla::to_hex(samla::ByteView(*bytes)) == text);
  if (const auto bytes = samla::from_base64url(text)) SAMLA_ASSERT(samla::to_base64url(*bytes) == text);
  static_cast<void>(samla::is_utf8(text));
  return 0;
}
