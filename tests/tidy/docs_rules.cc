// Documents name things that exist: paths, identifiers, and the versions of formats.
#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "tests/tidy/rules.h"

namespace samla::tidy {

namespace {

constexpr std::array<std::string_view, 6> kTopFolders = {"core/",  "sync-server/", "client-cli/",
                                                         "tests/", "docs/",        ".ci/"};

bool is_document(const SourceFile& file) {
  return file.is_markdown() && (file.path == "README.md" || file.path.starts_with("docs/"));
}

struct Quoted {
  std::size_t line;
  std::string text;
};

/// What stands between backticks within one line.
std::vector<Quoted> quoted_in(const SourceFile& file) {
  static const std::regex pattern("`([^`\n]+)`");
  std::vector<Quoted> out;
  for (std::sregex_iterator match(file.text.begin(), file.text.end(), pattern), end; match != end; ++match) {
    out.push_back({line_at(file.text, static_cast<std::size_t>(match->position(0))), (*match)[1].str()});
  }
  return out;
}

/// "a/{b,c}.h" as "a/b.h" and "a/c.h".
std::vector<std::string> expanded(const std::string& path) {
  const std::size_t open = path.find('{');
  const std::size_t close = path.find('}', open == path.npos ? 0 : open);
  if (open == path.npos || close == path.npos) return {path};
  std::vector<std::string> out;
  std::string rest = path.substr(open + 1, close - open - 1) + ",";
  for (std::size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    out.push_back(path.substr(0, open) + rest.substr(0, comma) + path.substr(close + 1));
    rest.erase(0, comma + 1);
  }
  return out;
}

/// A path of this project, without a wildcard's tail and a closing slash; nothing for other text.
std::optional<std::string> as_path(std::string text) {
  static const std::regex shape(R"([A-Za-z0-9_./*<>-]+)");
  const auto is_under = [&](std::string_view folder) { return text.starts_with(folder); };
  if (std::ranges::none_of(kTopFolders, is_under) || !std::regex_match(text, shape)) return std::nullopt;
  if (const std::size_t wild = text.find_first_of("*<"); wild != text.npos) {
    text.resize(text.rfind('/', wild));
  }
  while (text.ends_with('/')) text.pop_back();
  return text;
}

std::set<std::string> words_of_code(const SourceTree& tree) {
  static const std::regex word(R"([A-Za-z_]\w*)");
  std::set<std::string> words;
  for (const auto& file : tree.files) {
    for (std::sregex_iterator match(file.code.begin(), file.code.end(), word), end; match != end; ++match) {
      words.insert(match->str());
    }
  }
  return words;
}

}  // namespace

Findings check_docs_paths(const SourceTree& tree) {
  Findings findings;
  for (const auto& file : tree.files) {
    if (!is_document(file)) continue;
    for (const auto& quoted : quoted_in(file)) {
      for (const auto& text : expanded(quoted.text)) {
        const auto path = as_path(text);
        if (!path || tree.paths.contains(*path)) continue;
        findings.push_back(
            {file.path, quoted.line, "`" + *path + "` is not in the tree: name the path that replaced it"});
      }
    }
  }
  return findings;
}

Findings check_docs_identifiers(const SourceTree& tree) {
  static const std::regex identifier(R"((?:samla::(?:\w+::)*(\w+)|(k[A-Z]\w+))(?:\(\))?)");
  const std::set<std::string> words = words_of_code(tree);
  Findings findings;
  for (const auto& file : tree.files) {
    if (!is_document(file)) continue;
    for (const auto& quoted : quoted_in(file)) {
      std::smatch match;
      if (!std::regex_match(quoted.text, match, identifier)) continue;
      const std::string word = match[1].matched ? match[1].str() : match[2].str();
      if (words.contains(word)) continue;
      findings.push_back(
          {file.path, quoted.line, "`" + quoted.text + "` is not in the code: name what replaced it"});
    }
  }
  return findings;
}

Findings check_format_versions(const SourceTree& tree) {
  static const std::regex version_line("(?:^|\n)Version: ([0-9]+)\\b");
  static const std::regex constant(R"(`(k\w*Version)` in\s+`([^`]+)`)");
  Findings findings;
  for (const auto& file : tree.files) {
    if (!file.is_markdown() || !file.path.starts_with("docs/formats/")) continue;
    if (file.path.ends_with("/README.md")) continue;
    std::smatch version;
    if (!std::regex_search(file.text, version, version_line)) {
      findings.push_back({file.path, 1, "add the line \"Version: N\" under the title"});
      continue;
    }
    std::smatch named;
    if (!std::regex_search(file.text, named, constant)) continue;
    const SourceFile* code = tree.find(named[2].str());
    const std::regex definition("\\b" + named[1].str() + "\\s*[={]\\s*(0x[0-9a-fA-F]+|[0-9]+)");
    std::smatch value;
    if (code == nullptr || !std::regex_search(code->code, value, definition)) {
      findings.push_back({file.path, 1,
                          "`" + named[1].str() + "` is not defined in `" + named[2].str() +
                              "`: name the constant that holds the version"});
    } else if (std::stoull(value[1].str(), nullptr, 0) != std::stoull(version[1].str())) {
      findings.push_back({file.path, 1,
                          "the document describes version " + version[1].str() + " and " + named[1].str() +
                              " is " + value[1].str() + ": describe the version that the code writes"});
    }
  }
  return findings;
}

}  // namespace samla::tidy
