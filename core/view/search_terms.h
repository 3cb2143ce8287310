// Search terms: what a person typed, as expressions for the index and as a test of the words of a text.
// The index holds the words as they stand, and beside them (IndexForms) their stems and their folded
// forms, each marked by a character of the private use area, which no text is made of. Within the view alone.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/view/word_forms.h"

namespace samla::view {

/// For many texts after each other: what a word's forms are is worked out once.
class IndexForms {
 public:
  /// Of each word of the texts, once: stems and folded forms that are not the word itself.
  std::string of(std::string_view title, std::string_view body);

 private:
  std::unordered_map<std::string, std::vector<std::string>> forms_;
};

class SearchTerms {
 public:
  /// Words, of which the last is the beginning of one, and "phrases". All must be there. Any UTF-8 text.
  explicit SearchTerms(std::string_view words);

  bool empty() const { return parts_.empty(); }
  enum class Reach { kWords, kStems, kFolded };
  /// The FTS5 expression: the words as they stand, their stems as well, and folded forms as well. Every part
  /// is quoted, so that no text is syntax.
  std::string expression(Reach reach) const;

  /// Of `text` so many words as fit into a line, the place with most of the terms, those between « and ».
  /// Empty where none of them is in it.
  std::string snippet(std::string_view text) const;

 private:
  struct Part {
    std::string text;
    bool is_phrase = false;
    bool is_prefix = false;
    std::vector<std::string> words;  ///< in lower case
    std::vector<std::string> stems;
    std::vector<std::vector<std::string>> folds;
  };

  static std::string expression_of(const Part& part, Reach reach);
  /// The part that the word belongs to; parts_.size(): none.
  std::size_t part_of(const Word& word) const;

  std::vector<Part> parts_;
};

}  // namespace samla::view
