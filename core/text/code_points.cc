#include "core/text/code_points.h"

#include <algorithm>

namespace samla::text {

std::uint32_t count_code_points(std::string_view text) {
  std::uint32_t count = 0;
  for (const char byte : text) count += starts_code_point(byte) ? 1u : 0u;
  return count;
}

std::size_t byte_offset(std::string_view text, std::size_t index) {
  // Whole blocks first: the compiler counts them many bytes at a time.
  constexpr std::size_t kBlock = 64;
  std::size_t at = 0;
  while (at + kBlock <= text.size()) {
    const std::uint32_t here = count_code_points(text.substr(at, kBlock));
    if (here > index) break;
    index -= here;
    at += kBlock;
  }
  for (; at < text.size(); ++at) {
    if (!starts_code_point(text[at])) continue;
    if (index == 0) return at;
    --index;
  }
  return text.size();
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  char32_t code = lead & (0x3fu >> more);
  for (std::size_t i = 0; i < more && at < text.size() && !starts_code_point(text[at]); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[at++]) & 0x3fu);
  }
  return code;
}

}  // namespace samla::text
