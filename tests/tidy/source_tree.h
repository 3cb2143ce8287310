// The project's files as the tidy rules see them: text, and code with comments and literals blanked.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace samla::tidy {

struct SourceFile {
  std::string path;  // from the project's root, with slashes
  std::string text;  // as it stands
  /// The text with comments and the insides of literals as blanks; same length, same lines. Of a
  /// file that is not C++, empty.
  std::string code;
  /// The text with all but the comments as blanks.
  std::string comments;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_source() const { return path.ends_with(".cc"); }
  bool is_test() const { return path.starts_with("tests/"); }
  bool is_markdown() const { return path.ends_with(".md"); }
};

struct Include {
  std::size_t line;
  std::string target;
  bool quoted;  // "target", else <target>
};

struct SourceTree {
  std::filesystem::path root;
  std::vector<SourceFile> files;  // .h, .cc and .md, by path
  std::set<std::string> paths;    // every file and folder, without those that git ignores

  /// For unit tests: a tree of one more file that is on no disk.
  void add(std::string path, std::string text);
  const SourceFile* find(std::string_view path) const;
};

SourceTree load_source_tree(const std::filesystem::path& root);

std::vector<Include> includes_of(const SourceFile& file);
/// 1 for the first.
std::size_t line_at(std::string_view text, std::size_t offset);
std::size_t count_lines(std::string_view text);

}  // namespace samla::tidy
