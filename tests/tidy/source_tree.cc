#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <utility>

namespace samla::tidy {

namespace {

namespace fs = std::filesystem;

/// Where the comment or literal that begins at `begin` ends (one past); `begin` if none begins there.
/// `raw_prefix` is whether an R stands before a quote.
std::size_t end_of_literal(std::string_view text, std::size_t begin, bool raw_prefix) {
  const char quote = text[begin];
  if (raw_prefix) {
    const std::size_t open = text.find('(', begin);
    if (open == std::string_view::npos) return text.size();
    const std::string close = ")" + std::string(text.substr(begin + 1, open - begin - 1)) + "\"";
    const std::size_t end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

std::size_t end_of_comment(std::string_view text, std::size_t begin) {
  const bool line = text[begin + 1] == '/';
  const std::size_t end = text.find(line ? "\n" : "*/", begin + 2);
  if (end == std::string_view::npos) return text.size();
  return line ? end : end + 2;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether the apostrophe at `at` separates digits, as in 1'000.
bool separates_digits(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
  return begin < at && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
}

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end && i < text.size(); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

SourceFile make_file(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), {}, {}};
  if (!file.is_header() && !file.is_source()) return file;
  file.code = file.text;
  file.comments = file.text;
  const std::string_view view = file.text;
  std::size_t code_begin = 0;
  for (std::size_t i = 0; i < view.size();) {
    if (view[i] == '/' && i + 1 < view.size() && (view[i + 1] == '/' || view[i + 1] == '*')) {
      const std::size_t end = end_of_comment(view, i);
      blank(file.code, i, end);
      blank(file.comments, code_begin, i);
      code_begin = i = end;
    } else if (view[i] == '"' || (view[i] == '\'' && !separates_digits(view, i))) {
      const bool raw = view[i] == '"' && i > 0 && view[i - 1] == 'R' && (i < 2 || !is_word(view[i - 2]));
      const std::size_t end = end_of_literal(view, i, raw);
      blank(file.code, i + 1, end - 1);
      i = end;
    } else {
      ++i;
    }
  }
  blank(file.comments, code_begin, view.size());
  return file;
}

bool is_read(const std::string& path) {
  return path.ends_with(".h") || path.ends_with(".cc") || path.ends_with(".md");
}

}  // namespace

void SourceTree::add(std::string path, std::string text) {
  for (fs::path folder = fs::path(path).parent_path(); !folder.empty(); folder = folder.parent_path()) {
    paths.insert(folder.generic_string());
  }
  paths.insert(path);
  files.push_back(make_file(std::move(path), std::move(text)));
}

const SourceFile* SourceTree::find(std::string_view path) const {
  const auto found = std::ranges::find(files, path, &SourceFile::path);
  return found == files.end() ? nullptr : &*found;
}

SourceTree load_source_tree(const fs::path& root) {
  SourceTree tree;
  tree.root = root;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    const std::string path = entry->path().lexically_relative(root).generic_string();
    if (path == "build" || path == ".git") {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file() && is_read(path)) {
      std::ifstream in(entry->path(), std::ios::binary);
      tree.add(path, std::string(std::istreambuf_iterator<char>(in), {}));
    } else {
      tree.paths.insert(path);
    }
  }
  std::ranges::sort(tree.files, {}, &SourceFile::path);
  return tree;
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern("(^|\n)[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)[>\"]");
  std::vector<Include> includes;
  for (std::sregex_iterator match(file.text.begin(), file.text.end(), pattern), end; match != end; ++match) {
    // Not in a comment: there the directive's '#' is blanked from the code.
    const auto at = static_cast<std::size_t>(match->position(2));
    if (file.code.rfind('#', at) == std::string::npos ||
        file.code.rfind('#', at) < static_cast<std::size_t>(match->position(0))) {
      continue;
    }
    includes.push_back({line_at(file.text, at), (*match)[3].str(), (*match)[2].str() == "\""});
  }
  return includes;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

std::size_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  return text.empty() || text.back() == '\n' ? ends : ends + 1;
}

}  // namespace samla::tidy
