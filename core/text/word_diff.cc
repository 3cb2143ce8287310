#include "core/text/word_diff.h"

#include "core/text/code_points.h"
#include "core/text/graphemes.h"
#include "core/text/sequence_diff.h"

namespace samla::text {

namespace {

/// Texts with more changed words than this are shown as one replaced by the other.
constexpr std::size_t kStepsMax = 2000;

enum class Class : unsigned char { word, joint, blank, line, other };

bool is_word_ascii(char32_t code) {
  return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
         code == '_';
}

/// Beyond ASCII nearly everything is letters, but for the punctuation of Latin-1 and of the block at U+2000,
/// CJK punctuation, and symbols and emoji.
Class class_of(char32_t code) {
  if (is_word_ascii(code)) return Class::word;
  if (code == '\'' || code == '-' || code == 0x2019 || code == 0x2010 || code == 0x2011) return Class::joint;
  if (code == '\n' || code == '\r') return Class::line;
  if (code == ' ' || code == '\t' || code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
      code == 0x3000) {
    return Class::blank;
  }
  if (code < 0xc0) return code == 0xaa || code == 0xb5 || code == 0xba ? Class::word : Class::other;
  if (code == 0xd7 || code == 0xf7) return Class::other;
  if ((code >= 0x2000 && code <= 0x2bff) || (code >= 0x3001 && code <= 0x303f)) return Class::other;
  if (code >= 0x1f000 && code <= 0x1fbff) return Class::other;
  return Class::word;
}

Class class_at(std::string_view text, std::size_t at) { return class_of(next_code_point(text, at)); }

std::size_t token_end(std::string_view text, std::size_t begin) {
  const Class kind = class_at(text, begin);
  std::size_t at = grapheme_end(text, begin);
  if (kind != Class::word && kind != Class::blank) return at;
  while (at < text.size()) {
    Class next = class_at(text, at);
    // A hyphen or an apostrophe is part of the word if the word goes on behind it.
    if (kind == Class::word && next == Class::joint) {
      const std::size_t behind = grapheme_end(text, at);
      if (behind < text.size() && class_at(text, behind) == Class::word) next = Class::word;
    }
    if (next != kind) break;
    at = grapheme_end(text, at);
  }
  return at;
}

void add(std::vector<WordPart>& parts, WordChange change, const std::vector<std::string_view>& tokens,
         std::size_t first, std::size_t last) {
  if (first == last) return;
  if (parts.empty() || parts.back().change != change) parts.push_back({change, {}});
  for (; first < last; ++first) parts.back().text += tokens[first];
}

}  // namespace

std::vector<std::string_view> word_tokens(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = token_end(text, at);
    tokens.push_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

bool is_word(std::string_view token) { return !token.empty() && class_at(token, 0) == Class::word; }

std::vector<WordPart> word_diff(std::string_view before, std::string_view after) {
  const auto a = word_tokens(before);
  const auto b = word_tokens(after);
  const auto found = shortest_diff(a, b, kStepsMax);
  const std::vector<Replacement> all = found ? *found : std::vector<Replacement>{{0, a.size(), 0, b.size()}};
  std::vector<WordPart> parts;
  std::size_t at = 0;
  for (const Replacement& change : all) {
    add(parts, WordChange::kept, a, at, change.a_first);
    add(parts, WordChange::removed, a, change.a_first, change.a_last);
    add(parts, WordChange::added, b, change.b_first, change.b_last);
    at = change.a_last;
  }
  add(parts, WordChange::kept, a, at, a.size());
  return parts;
}

}  // namespace samla::text
