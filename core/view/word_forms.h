// Words of a text and the forms by which they are found: Norwegian stems, bokmål's and nynorsk's endings
// alike
// ("samlingene" and "samlinga" as "samling"), and how people write å, ø and æ where their keyboard has none.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace samla::view {

struct Word {
  std::size_t begin = 0;  ///< bytes
  std::size_t end = 0;
  std::string lower;
};

/// Runs of letters and digits. Any bytes are a text; what is no UTF-8 parts words.
std::vector<Word> words_of(std::string_view text);

/// The stem of a word in lower case; the word itself where it has no ending.
std::string stem_of(const std::string& word);
/// Without å (aa), ø (o, and oe) and æ (ae), and without accents; empty where it has none of them.
std::vector<std::string> folds_of(const std::string& word);

}  // namespace samla::view
