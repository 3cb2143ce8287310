// How two texts differ, word by word, to be shown to a person.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace samla::text {

enum class WordChange : unsigned char { kept, removed, added };

struct WordPart {
  WordChange change = WordChange::kept;
  std::string text;
  bool operator==(const WordPart&) const = default;
};

/// A word (letters, digits and marks of any script, apostrophes and hyphens within), a run of blanks, a line
/// end, or one other character. One after the other they are `text`.
std::vector<std::string_view> word_tokens(std::string_view text);

/// Whether a token of word_tokens is a word.
bool is_word(std::string_view token);

/// The parts that make `before` (all but the added ones) and `after` (all but the removed ones). Where both
/// change at one place the removed part stands first. Both texts are well-formed UTF-8.
std::vector<WordPart> word_diff(std::string_view before, std::string_view after);

}  // namespace samla::text
