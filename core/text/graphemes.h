// What a person takes for one character: a base with its marks, emoji joined to one, a flag, a line end.
// No edit that is made here divides one. Simpler than Unicode's rules (UAX 29) where it errs it keeps
// together: that costs an edit a few code points and nobody a letter.
#pragma once

#include <string_view>
#include <vector>

namespace samla::text {

/// Whether `code` belongs to the character before it.
bool extends_grapheme(char32_t code);

/// The end in bytes of the character that begins at `begin`; `text` is well-formed and longer than `begin`.
std::size_t grapheme_end(std::string_view text, std::size_t begin);

/// All characters of `text`, one after the other.
std::vector<std::string_view> graphemes(std::string_view text);

}  // namespace samla::text
