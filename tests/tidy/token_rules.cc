// Banned tokens, banned words in file names, and the comment that a file opens with.
#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <string>
#include <string_view>

#include "tests/tidy/rules.h"

namespace samla::tidy {

namespace {

constexpr std::size_t kFriendsMax = 3;

/// Exceptions end where they would cross into C or out of a coroutine.
constexpr std::array<std::string_view, 4> kCatchFolders = {"core/capi/", "core/net/", "sync-server/",
                                                           "client-cli/web/"};

constexpr std::array<std::string_view, 7> kBannedNames = {"util",   "utils", "helper", "helpers",
                                                          "common", "misc",  "manager"};

void find_all(const SourceFile& file, const std::string& text, const std::regex& pattern, const char* message,
              Findings& findings) {
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    findings.push_back({file.path, line_at(text, static_cast<std::size_t>(match->position(0))), message});
  }
}

/// A type in parentheses with a star, before an operand, where no parameter list can stand: what
/// comes before is neither a name nor a closing bracket.
void find_pointer_casts(const SourceFile& file, Findings& findings) {
  static const std::regex pattern(
      R"(\(\s*(?:(?:const|volatile|unsigned|signed|struct)\s+)*[A-Za-z_][\w:]*(?:\s+(?:const|char|int|long|short))*\s*\*[*\s]*(?:const\s*)?\)\s*[\w&(])");
  static const std::regex value_before(R"([\w)\]>]\s*$)");
  static const std::regex keyword_before(R"(\b(?:return|co_return|co_yield|case|else)\s*$)");
  const std::string& code = file.code;
  for (std::sregex_iterator match(code.begin(), code.end(), pattern), end; match != end; ++match) {
    const auto at = static_cast<std::size_t>(match->position(0));
    const std::string before = code.substr(at < 40 ? 0 : at - 40, at < 40 ? at : 40);
    if (std::regex_search(before, value_before) && !std::regex_search(before, keyword_before)) continue;
    findings.push_back(
        {file.path, line_at(code, at),
         "C-style cast of a pointer: use static_cast, or reinterpret_cast where bytes are meant"});
  }
}

bool may_catch(const SourceFile& file) {
  const auto covers = [&](std::string_view folder) { return file.path.starts_with(folder); };
  return file.is_test() || file.path.ends_with("/main.cc") || std::ranges::any_of(kCatchFolders, covers);
}

}  // namespace

Findings check_banned_tokens(const SourceTree& tree) {
  static const std::regex using_namespace(R"(\busing\s+namespace\b)");
  static const std::regex if_zero(R"(#\s*if\s+0\b)");
  static const std::regex open_end(R"(\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\)))");
  static const std::regex catching(R"(\bcatch\s*\()");
  static const std::regex befriending(R"(\bfriend\b)");
  Findings findings, friends;
  for (const auto& file : tree.files) {
    if (file.is_markdown()) continue;
    if (file.is_header()) {
      find_all(file, file.code, using_namespace, "`using namespace` in a header: name what you use",
               findings);
    }
    find_all(file, file.code, if_zero, "`#if 0`: delete the code, history keeps it", findings);
    find_all(file, file.comments, open_end, "an open end without an issue: do it, or write TODO(#123)",
             findings);
    find_pointer_casts(file, findings);
    if (!may_catch(file)) {
      find_all(file, file.code, catching,
               "`catch` outside core/capi, coroutine roots and main.cc: return a Result, and use the form "
               "of the call that does not throw",
               findings);
    }
    if (!file.is_test()) {
      find_all(file, file.code, befriending,
               "more than three `friend` lines in the tree: give the class the function that is missing",
               friends);
    }
  }
  if (friends.size() > kFriendsMax) findings.insert(findings.end(), friends.begin(), friends.end());
  return findings;
}

Findings check_file_names(const SourceTree& tree) {
  static const std::regex snake(R"([a-z0-9_]+\.(h|cc))");
  Findings findings;
  for (const auto& file : tree.files) {
    if (file.is_markdown()) continue;
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (!std::regex_match(name, snake)) {
      findings.push_back({file.path, 0, "name the file in snake_case, .h or .cc"});
    }
    std::string word;
    for (const char c : file.path) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        word += c;
        continue;
      }
      if (std::ranges::count(kBannedNames, word) > 0) {
        findings.push_back({file.path, 0, "'" + word + "' in a name says nothing: name what the file holds"});
      }
      word.clear();
    }
  }
  return findings;
}

Findings check_opening_comments(const SourceTree& tree) {
  Findings findings;
  for (const auto& file : tree.files) {
    if (file.is_markdown()) continue;
    const bool has_own_header =
        file.is_source() && tree.find(file.path.substr(0, file.path.size() - 3) + ".h") != nullptr;
    if (has_own_header || file.path.ends_with("_test.cc")) continue;
    if (file.text.starts_with("//") || file.text.starts_with("/*")) continue;
    findings.push_back({file.path, 1, "open the file with a comment: what it is, its place, its invariant"});
  }
  return findings;
}

}  // namespace samla::tidy
