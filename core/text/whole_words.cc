#include "core/text/whole_words.h"

#include <algorithm>

#include "core/text/word_diff.h"

namespace samla::text {

namespace {

/// Kept characters between two replaced words that go with them: ", " at the most.
constexpr std::size_t kBetweenMax = 2;

/// For each character of the text whether it is a part of a word.
std::vector<bool> marks_of(std::string_view text, const std::vector<std::string_view>& characters) {
  std::vector<bool> marks(characters.size(), false);
  std::size_t at = 0;
  for (const std::string_view token : word_tokens(text)) {
    const char* const end = token.data() + token.size();
    const bool word = is_word(token);
    for (; at < characters.size() && characters[at].data() < end; ++at) marks[at] = word;
  }
  return marks;
}

/// Changes of one word.
struct Cluster {
  Replacement whole;  ///< from the beginning of the first to the end of the last
  std::size_t first = 0;
  std::size_t last = 0;  ///< behind the last one
  std::size_t kept = 0;  ///< characters between them
  bool widened = false;
};

class Words {
 public:
  Words(std::string_view text, const std::vector<std::string_view>& characters)
      : characters_(characters), in_word_(marks_of(text, characters)) {}

  /// Changes with nothing but letters between them, which are then of one word.
  std::vector<Cluster> clusters(const std::vector<Replacement>& changes) const {
    std::vector<Cluster> out;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (out.empty() || !all_in_word(out.back().whole.a_last, changes[i].a_first)) {
        out.push_back({changes[i], i, i, 0, false});
      }
      Cluster& cluster = out.back();
      if (cluster.last > cluster.first) cluster.kept += changes[i].a_first - cluster.whole.a_last;
      cluster.whole.a_last = changes[i].a_last;
      cluster.whole.b_last = changes[i].b_last;
      cluster.last = i + 1;
    }
    return out;
  }

  void widen(Cluster& cluster) const {
    Replacement wide = cluster.whole;
    std::size_t kept = cluster.kept;
    while (within_word(wide.a_first)) --wide.a_first, --wide.b_first, ++kept;
    while (within_word(wide.a_last)) ++wide.a_last, ++wide.b_last, ++kept;
    const std::size_t erased = wide.a_last - wide.a_first - kept;
    const std::size_t inserted = wide.b_last - wide.b_first - kept;
    const std::size_t longer = std::max(wide.a_last - wide.a_first, wide.b_last - wide.b_first);
    // An ending added or taken off is none; letters kept here and there of what was another word are.
    const bool one_sided = cluster.last - cluster.first == 1 && (erased == 0 || inserted == 0);
    // Two thirds: a word of four letters of which one is mended stays.
    if (kept == 0 || one_sided || 3 * kept > 2 * longer) return;
    cluster.whole = wide;
    cluster.widened = true;
  }

  /// Whether both are replaced words, and so little stands between that they are replaced as one.
  bool go_together(const Cluster& left, const Cluster& right) const {
    const std::size_t first = left.whole.a_last;
    const std::size_t last = right.whole.a_first;
    if (!replaces_word(left) || !replaces_word(right)) return false;
    if (last - first > kBetweenMax) return false;
    for (std::size_t i = first; i < last; ++i) {
      if (in_word_[i] || characters_[i].front() == '\n' || characters_[i].front() == '\r') return false;
    }
    return true;
  }

 private:
  bool replaces_word(const Cluster& cluster) const {
    const Replacement& whole = cluster.whole;
    if (cluster.widened) return true;
    return cluster.last - cluster.first == 1 && whole.b_last > whole.b_first && any_in_word(whole);
  }
  /// Whether a word goes on across the place before `at`.
  bool within_word(std::size_t at) const {
    return at > 0 && at < in_word_.size() && in_word_[at - 1] && in_word_[at];
  }
  bool any_in_word(const Replacement& change) const {
    for (std::size_t i = change.a_first; i < change.a_last; ++i) {
      if (in_word_[i]) return true;
    }
    return false;
  }
  bool all_in_word(std::size_t first, std::size_t last) const {
    for (std::size_t i = first; i < last; ++i) {
      if (!in_word_[i]) return false;
    }
    return true;
  }

  const std::vector<std::string_view>& characters_;
  std::vector<bool> in_word_;
};

}  // namespace

void widen_to_words(std::string_view before, const std::vector<std::string_view>& characters,
                    std::vector<Replacement>& changes) {
  const auto one_sided = [](const Replacement& c) { return c.a_last == c.a_first || c.b_last == c.b_first; };
  if (changes.empty() || (changes.size() == 1 && one_sided(changes.front()))) return;
  const Words words(before, characters);
  std::vector<Cluster> clusters = words.clusters(changes);
  for (Cluster& cluster : clusters) words.widen(cluster);
  std::vector<Replacement> out;
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    const Cluster& cluster = clusters[i];
    if (i > 0 && words.go_together(clusters[i - 1], cluster)) {
      out.back().a_last = cluster.whole.a_last;
      out.back().b_last = cluster.whole.b_last;
    } else if (cluster.widened) {
      out.push_back(cluster.whole);
    } else {
      out.insert(out.end(), changes.begin() + static_cast<std::ptrdiff_t>(cluster.first),
                 changes.begin() + static_cast<std::ptrdiff_t>(cluster.last));
    }
  }
  changes = std::move(out);
}

}  // namespace samla::text
