// Similar texts: short texts that say nearly the same, for a person to look at. Local, no service: each text
// is its words' Norwegian stems, cut into runs of three letters, so that inflection, a slip of the pen and
// another order of the words change little; runs that few texts have count most. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace samla::domain {

struct SimilarPair {
  std::size_t a = 0;  ///< a < b: places in the list
  std::size_t b = 0;
  int percent = 0;  ///< 100: the same words
};

inline constexpr int kSimilarDefault = 65;

/// All pairs of at least `percent`, the most similar first; ties by place.
std::vector<SimilarPair> similar_texts(const std::vector<std::string>& texts, int percent);

/// Groups of two at least in which every one is a pair with every other, the most similar pairs first joined;
/// each ascending, by their first member. A chain of half-likes is no group.
std::vector<std::vector<std::size_t>> similar_groups(std::size_t texts,
                                                     const std::vector<SimilarPair>& pairs);

/// The text's words in lower case, Norwegian letters too, cut to their stems.
std::vector<std::string> stems_of(std::string_view text);

}  // namespace samla::domain
