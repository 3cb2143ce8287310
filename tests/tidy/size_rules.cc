// File length and function length. Tests have a higher bound a file and none a function.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "tests/tidy/rules.h"

namespace samla::tidy {

namespace {

constexpr std::size_t kFileLinesMax = 800;
constexpr std::size_t kTestFileLinesMax = 1'000;
constexpr std::size_t kFileLinesMedianMax = 150;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kLongFunctionsPercentMax = 3;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

bool has_word(std::string_view text, std::string_view word) {
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !letter(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !letter(text[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

/// Whether a brace after `head` (the text since the last ; { or }) opens a function's body: it has
/// parentheses, is no type or namespace, and assigns nothing outside the parentheses.
bool opens_function(std::string_view head) {
  if (head.find(')') == head.npos || has_word(head, "namespace")) return false;
  const std::string_view before_parameters = head.substr(0, head.find('('));
  for (const std::string_view word : {"class", "struct", "union", "enum", "concept"}) {
    if (has_word(before_parameters, word)) return false;
  }
  if (has_word(head, "operator")) return true;
  int depth = 0;
  for (const char c : head) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == '=' && depth == 0) return false;
  }
  return true;
}

struct FunctionSpan {
  std::size_t line;
  std::size_t lines;
};

std::vector<FunctionSpan> functions_of(const SourceFile& file) {
  std::string code = file.code;
  for (std::size_t i = 0; i < code.size(); ++i) {  // directives, with their continued lines
    if (code[i] != '#') continue;
    for (; i < code.size() && !(code[i] == '\n' && code[i - 1] != '\\'); ++i) {
      if (code[i] != '\n' && code[i] != '\\') code[i] = ' ';
    }
  }
  std::vector<FunctionSpan> functions;
  std::size_t head_begin = 0;
  int depth = 0;          // braces open inside the present function; 0 outside functions
  std::size_t begin = 0;  // where the present function's head begins
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (depth > 0) {
      if (c == '{') ++depth;
      if (c == '}' && --depth == 0) {
        const std::size_t first = line_at(code, begin);
        functions.push_back({first, line_at(code, i) - first + 1});
        head_begin = i + 1;
      }
    } else if (c == ';' || c == '}') {
      head_begin = i + 1;
    } else if (c == '{') {
      const std::string_view head = trimmed(std::string_view(code).substr(head_begin, i - head_begin));
      if (opens_function(head)) {
        begin = static_cast<std::size_t>(head.data() - code.data());
        depth = 1;
      }
      head_begin = i + 1;
    }
  }
  return functions;
}

}  // namespace

Findings check_file_length(const SourceTree& tree) {
  Findings findings;
  std::vector<std::size_t> lengths;
  for (const auto& file : tree.files) {
    if (file.is_markdown()) continue;
    const std::size_t lines = count_lines(file.text);
    const std::size_t most = file.is_test() ? kTestFileLinesMax : kFileLinesMax;
    if (!file.is_test()) lengths.push_back(lines);
    if (lines > most) {
      findings.push_back({file.path, 0,
                          std::to_string(lines) + " lines, over " + std::to_string(most) +
                              ": split it where its subject divides"});
    }
  }
  if (lengths.empty()) return findings;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::ranges::nth_element(lengths, middle);
  if (*middle >= kFileLinesMedianMax) {
    findings.push_back({"core", 0,
                        "the median file has " + std::to_string(*middle) + " lines, not under " +
                            std::to_string(kFileLinesMedianMax) + ": split the longest files"});
  }
  return findings;
}

Findings check_function_length(const SourceTree& tree) {
  Findings findings;
  std::size_t functions = 0;
  for (const auto& file : tree.files) {
    if (file.is_test() || file.is_markdown()) continue;
    for (const auto& function : functions_of(file)) {
      ++functions;
      if (function.lines <= kFunctionLinesMax) continue;
      findings.push_back({file.path, function.line,
                          "a function of " + std::to_string(function.lines) + " lines, over " +
                              std::to_string(kFunctionLinesMax) + ": name its steps as functions"});
    }
  }
  if (findings.size() * 100 <= functions * kLongFunctionsPercentMax) findings.clear();
  return findings;
}

}  // namespace samla::tidy
