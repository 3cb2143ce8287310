// Walking over UTF-8 by code points. All of these take well-formed UTF-8 (samla::is_utf8) and never
// read past its end even if it is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace samla::text {

inline bool starts_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

/// The number of code points in `text`.
std::uint32_t count_code_points(std::string_view text);

/// The byte at which code point number `index` begins; the size of `text` if there are no more.
std::size_t byte_offset(std::string_view text, std::size_t index);

/// The code point at byte `at`, which moves on behind it. `at` is before the end.
char32_t next_code_point(std::string_view text, std::size_t& at);

}  // namespace samla::text
