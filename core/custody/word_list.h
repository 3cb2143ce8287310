// The words of which recovery words are made. Never changed: people have them on paper.
#pragma once

#include <array>
#include <string_view>

namespace samla::custody {

inline constexpr std::size_t kWordCount = 2048;

/// Ascending; no two begin with the same four letters.
const std::array<std::string_view, kWordCount>& word_list();

}  // namespace samla::custody
