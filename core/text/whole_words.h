// Which replaced characters are a replaced word: for edits that say so
// (docs/decisions/replaced-words-go-whole.md).
#pragma once

#include <string_view>
#include <vector>

#include "core/text/sequence_diff.h"

namespace samla::text {

/// `changes` are in characters (graphemes.h), `characters` those of `before`. Widens the changes of a word of
/// which at most two thirds stay to the whole word, and joins them to those of the next one where only a
/// blank or a mark stands between.
void widen_to_words(std::string_view before, const std::vector<std::string_view>& characters,
                    std::vector<Replacement>& changes);

}  // namespace samla::text
