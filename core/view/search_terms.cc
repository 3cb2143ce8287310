#include "core/view/search_terms.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

namespace samla::view {
namespace {

constexpr std::size_t kPartsMax = 32;
/// U+E000 and U+E001: the index's tokenizer takes them for letters.
constexpr std::string_view kStemMark = "\xee\x80\x80";
constexpr std::string_view kFoldMark = "\xee\x80\x81";
constexpr std::size_t kSnippetWords = 14;
/// A snippet may be one endless word; nobody needs to see all of it.
constexpr std::size_t kSnippetBytesMax = 512;

std::string marked(std::string_view mark, const std::string& word) { return std::string(mark) + word; }

/// Both a word's folded forms and its stem's.
std::set<std::string> all_folds(const std::string& word, const std::string& stem) {
  std::set<std::string> out;
  for (const std::string& source : {word, stem}) {
    for (std::string& each : folds_of(source)) out.insert(std::move(each));
  }
  return out;
}

/// What a word is found by beside itself, marked, sorted.
std::vector<std::string> marked_forms(const std::string& word) {
  const std::string stem = stem_of(word);
  std::set<std::string> forms;
  if (stem != word) forms.insert(marked(kStemMark, stem));
  for (const std::string& fold : all_folds(word, stem)) forms.insert(marked(kFoldMark, fold));
  return {forms.begin(), forms.end()};
}

std::string shortened(std::string text) {
  if (text.size() <= kSnippetBytesMax) return text;
  std::size_t end = kSnippetBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

bool is_ascii(const std::string& word) {
  return std::ranges::all_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

}  // namespace

std::string IndexForms::of(std::string_view title, std::string_view body) {
  std::string out;
  std::unordered_set<std::string_view> seen;
  for (const std::string_view text : {title, body}) {
    for (Word& word : words_of(text)) {
      auto known = forms_.find(word.lower);
      if (known == forms_.end()) {
        std::vector<std::string> forms = marked_forms(word.lower);
        known = forms_.emplace(std::move(word.lower), std::move(forms)).first;
      }
      if (!seen.insert(known->first).second) continue;
      for (const std::string& form : known->second) {
        if (seen.insert(form).second) (out += form) += ' ';
      }
    }
  }
  return out;
}

SearchTerms::SearchTerms(std::string_view words) {
  std::vector<Part> parts(1);
  bool in_phrase = false;
  for (const char c : words) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
    if (c == '"') {
      in_phrase = !in_phrase;
      parts.emplace_back();
      parts.back().is_phrase = in_phrase;
    } else if (space && !in_phrase) {
      parts.emplace_back();
    } else {
      parts.back().text += c == '\0' ? ' ' : c;  // FTS5 reads its expression up to a zero
    }
  }
  std::erase_if(parts, [](const Part& part) { return part.text.empty(); });
  if (parts.size() > kPartsMax) parts.resize(kPartsMax);
  for (Part& part : parts) {
    for (Word& word : words_of(part.text)) {
      part.stems.push_back(stem_of(word.lower));
      part.folds.push_back(folds_of(word.lower));
      part.words.push_back(std::move(word.lower));
    }
  }
  // Signs alone are nothing to look for, and no text has them all.
  std::erase_if(parts, [](const Part& part) { return part.words.empty(); });
  if (!parts.empty()) parts.back().is_prefix = !parts.back().is_phrase;
  parts_ = std::move(parts);
}

std::string SearchTerms::expression_of(const Part& part, Reach reach) {
  const std::string star = part.is_prefix ? " *" : "";
  // Several words in one ("e-post", or a phrase) are looked for as they stand.
  const bool is_whole = part.is_phrase || part.words.size() != 1;
  if (is_whole || reach == Reach::kWords) return quoted(part.text) + star;
  const std::string& word = part.words.front();
  const std::string& stem = part.stems.front();
  std::string out = "(" + quoted(part.text) + star + " OR " + quoted(marked(kStemMark, stem));
  if (stem != word) out += " OR " + quoted(stem);
  if (reach == Reach::kFolded) {
    out += " OR " + quoted(marked(kFoldMark, word)) + star;
    if (stem != word) out += " OR " + quoted(marked(kFoldMark, stem));
    for (const std::string& fold : all_folds(word, stem))
      out += " OR " + quoted(fold) + " OR " + quoted(marked(kFoldMark, fold));
  }
  return out + ")";
}

std::string SearchTerms::expression(Reach reach) const {
  std::string out;
  for (const Part& part : parts_) out += (out.empty() ? "" : " AND ") + expression_of(part, reach);
  return out;
}

std::size_t SearchTerms::part_of(const Word& word) const {
  std::optional<std::string> word_stem;
  const auto fits = [&](const std::string& mine, const std::string& stem, const std::vector<std::string>& own,
                        bool is_prefix) {
    if (mine == word.lower || (is_prefix && word.lower.starts_with(mine))) return true;
    // Words of one stem differ in their endings: most words need no stemming to be told apart.
    if (mine.front() == word.lower.front()) {
      if (!word_stem) word_stem = stem_of(word.lower);
      if (*word_stem == stem) return true;
    }
    if (std::ranges::find(own, word.lower) != own.end()) return true;
    const auto same = [&](const std::string& fold) {
      return fold == mine || (is_prefix && fold.starts_with(mine)) || stem_of(fold) == stem;
    };
    return !is_ascii(word.lower) && std::ranges::any_of(folds_of(word.lower), same);
  };
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    for (std::size_t j = 0; j < part.words.size(); ++j) {
      if (fits(part.words[j], part.stems[j], part.folds[j], part.is_prefix && j + 1 == part.words.size()))
        return i;
    }
  }
  return parts_.size();
}

std::string SearchTerms::snippet(std::string_view text) const {
  const std::vector<Word> words = words_of(text);
  std::vector<std::size_t> part(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) part[i] = part_of(words[i]);
  // The window with most different terms, then most hits, the first of equals.
  std::size_t best = words.size();
  std::pair<std::size_t, std::size_t> best_score;
  for (std::size_t first = 0; first < words.size(); ++first) {
    if (part[first] == parts_.size()) continue;
    const std::size_t last = std::min(words.size(), first + kSnippetWords);
    std::set<std::size_t> terms;
    std::size_t hits = 0;
    for (std::size_t i = first; i < last; ++i) {
      if (part[i] == parts_.size()) continue;
      terms.insert(part[i]);
      ++hits;
    }
    const std::pair score(terms.size(), hits);
    if (best == words.size() || score > best_score) {
      best = first;
      best_score = score;
    }
  }
  if (best == words.size()) return {};
  // Some words before it, so that it can be read.
  const std::size_t first = best > 3 ? best - 3 : 0;
  const std::size_t last = std::min(words.size(), first + kSnippetWords) - 1;
  const std::size_t begin = first == 0 ? 0 : words[first].begin;
  const std::size_t end = last + 1 == words.size() ? text.size() : words[last].end;
  std::string out = begin > 0 ? "…" : "";
  std::size_t at = begin;
  for (std::size_t i = first; i <= last; ++i) {
    if (part[i] == parts_.size()) continue;
    out += std::string(text.substr(at, words[i].begin - at)) + "«" +
           std::string(text.substr(words[i].begin, words[i].end - words[i].begin)) + "»";
    at = words[i].end;
  }
  out += text.substr(at, end - at);
  if (end < text.size()) out += "…";
  return shortened(std::move(out));
}

}  // namespace samla::view
