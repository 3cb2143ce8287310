#include "core/domain/markdown.h"

#include <string_view>

namespace samla::domain {

std::string escaped_markdown(const std::string& text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]<>#+-!|&~";
  std::string out;
  bool begins_line = true;
  for (const char c : text) {
    const bool is_number_dot =
        (c == '.' || c == ')') && !out.empty() && out.back() >= '0' && out.back() <= '9';
    const bool in_word = c == '-' && !begins_line;
    if ((kSpecial.find(c) != kSpecial.npos && !in_word) || is_number_dot) out += '\\';
    out += c;
    begins_line = c == '\n' || (begins_line && c == ' ');
  }
  return out;
}

}  // namespace samla::domain
