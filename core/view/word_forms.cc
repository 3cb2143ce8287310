#include "core/view/word_forms.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace samla::view {
namespace {

/// Longer than any word; what is longer is left as it is.
constexpr std::size_t kWordBytesMax = 64;

struct Character {
  char32_t code = 0;
  std::size_t size = 1;
};

/// What is not well formed counts as a space of one byte.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  if (size == 1 || at + size > text.size()) return {U' ', 1};
  char32_t code = first & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {U' ', 1};
    code = (code << 6) | (byte(at + i) & 0x3fu);
  }
  return {code, size};
}

bool is_letter(char32_t code) {
  if (code < 0x80) return (code >= '0' && code <= '9') || ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
  if (code < 0x250) return code >= 0xc0 && code != 0xd7 && code != 0xf7;
  return (code >= 0x370 && code < 0x2000) || (code >= 0x3040 && code < 0xd7a4);
}

/// Of the alphabets of Norwegian and the Sámi languages.
char32_t lower(char32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 0x20;
  if (code >= 0xc0 && code <= 0xde && code != 0xd7) return code + 0x20;
  if (code >= 0x100 && code < 0x138) return code | 1;
  if (code >= 0x139 && code < 0x149) return code + (code & 1);
  if (code >= 0x14a && code < 0x178) return code | 1;
  if (code >= 0x179 && code < 0x17f) return code + (code & 1);
  return code;
}

void append(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

struct Fold {
  std::string_view letter;
  std::string_view plain;
};

constexpr std::array<Fold, 14> kFolds = {{{"å", "aa"},
                                          {"ø", "o"},
                                          {"æ", "ae"},
                                          {"é", "e"},
                                          {"è", "e"},
                                          {"ê", "e"},
                                          {"ò", "o"},
                                          {"ó", "o"},
                                          {"ô", "o"},
                                          {"à", "a"},
                                          {"ö", "o"},
                                          {"ä", "a"},
                                          {"ü", "u"},
                                          {"á", "a"}}};

std::string folded(const std::string& word, std::string_view for_oe) {
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t size = character_at(word, i).size;
    const std::string_view letter = std::string_view(word).substr(i, size);
    const auto fold = std::ranges::find(kFolds, letter, &Fold::letter);
    out += fold == kFolds.end() ? letter : letter == "ø" ? for_oe : fold->plain;
    i += size;
  }
  return out;
}

struct Delete {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

}  // namespace

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> out;
  std::optional<Word> word;
  for (std::size_t at = 0; at < text.size();) {
    const Character each = character_at(text, at);
    if (is_letter(each.code)) {
      if (!word) word = Word{at, at, {}};
      append(word->lower, lower(each.code));
      word->end = at + each.size;
    } else if (word) {
      out.push_back(std::move(*word));
      word.reset();
    }
    at += each.size;
  }
  if (word) out.push_back(std::move(*word));
  return out;
}

std::string stem_of(const std::string& word) {
  if (word.size() > kWordBytesMax) return word;
  // It keeps a buffer of its own, so each thread has one.
  thread_local const std::unique_ptr<sb_stemmer, Delete> stemmer(sb_stemmer_new("norwegian", "UTF_8"));
  if (!stemmer) return word;
  const sb_symbol* stem = sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                                          static_cast<int>(word.size()));
  if (stem == nullptr) return word;
  return std::string(reinterpret_cast<const char*>(stem),
                     static_cast<std::size_t>(sb_stemmer_length(stemmer.get())));
}

std::vector<std::string> folds_of(const std::string& word) {
  const bool is_plain =
      std::ranges::none_of(word, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (is_plain || word.size() > kWordBytesMax) return {};
  std::string first = folded(word, "o");
  if (first == word) return {};
  std::vector<std::string> out = {std::move(first)};
  if (word.find("ø") != word.npos) out.push_back(folded(word, "oe"));
  return out;
}

}  // namespace samla::view
