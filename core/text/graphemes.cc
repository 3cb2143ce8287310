#include "core/text/graphemes.h"

#include "core/text/code_points.h"

namespace samla::text {

namespace {

constexpr char32_t kJoiner = 0x200d;

bool is_flag_letter(char32_t code) { return code >= 0x1f1e6 && code <= 0x1f1ff; }
bool is_hangul_initial(char32_t code) { return code >= 0x1100 && code <= 0x115f; }
bool is_hangul_syllable(char32_t code) { return code >= 0xac00 && code <= 0xd7a3; }

bool stays_with(char32_t before, char32_t code, bool whole_flag) {
  if (before == '\r') return code == '\n';
  if (extends_grapheme(code)) return before != '\n';
  if (before == kJoiner) return code != '\n' && code != '\r';
  if (is_flag_letter(before) && is_flag_letter(code)) return !whole_flag;
  return is_hangul_initial(before) && (is_hangul_initial(code) || is_hangul_syllable(code));
}

}  // namespace

std::size_t grapheme_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  char32_t before = next_code_point(text, at);
  bool whole_flag = false;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80 && before < 0x80 && before != '\r') break;
    std::size_t next = at;
    const char32_t code = next_code_point(text, next);
    if (!stays_with(before, code, whole_flag)) break;
    whole_flag = is_flag_letter(code);
    before = code;
    at = next;
  }
  return at;
}

std::vector<std::string_view> graphemes(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = grapheme_end(text, at);
    all.push_back(text.substr(at, end - at));
    at = end;
  }
  return all;
}

}  // namespace samla::text
