#include "client-cli/misnamed.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>

namespace samla::cli {
namespace {

/// Further off than this, a word was not meant.
constexpr std::size_t kSlipsMax = 2;

/// Levenshtein's distance: letters to add, take away or change.
std::size_t slips_between(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  std::vector<const CLI::App*> out;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!each->get_group().empty()) out.push_back(each);
  }
  return out;
}

std::string named(const std::vector<const CLI::App*>& commands) {
  std::string out;
  for (const CLI::App* each : commands) out += (out.empty() ? "" : ", ") + each->get_name();
  return out;
}

std::string unknown_word(const std::string& path, const std::string& word,
                         const std::vector<const CLI::App*>& commands) {
  const CLI::App* nearest = nullptr;
  std::size_t fewest = kSlipsMax + 1;
  for (const CLI::App* each : commands) {
    const std::size_t slips = slips_between(word, each->get_name());
    if (slips < fewest && slips < word.size()) {
      fewest = slips;
      nearest = each;
    }
  }
  const std::string space = path.empty() ? "" : " ";
  const std::string what = "there is no command '" + path + space + word + "'";
  if (nearest != nullptr) return what + "; is '" + path + space + nearest->get_name() + "' meant?";
  return what + "; there are: " + named(commands);
}

bool takes_value(const CLI::App& root, const std::string& word) {
  const CLI::Option* option = root.get_option_no_throw(word);
  return option != nullptr && option->get_items_expected_max() > 0;
}

}  // namespace

std::optional<std::string> misnamed(const CLI::App& root, const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  std::string path;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word->starts_with("-")) {
      if (takes_value(root, *word) && std::next(word) != words.end()) ++word;
      continue;
    }
    if (app->get_require_subcommand_min() == 0) return std::nullopt;
    const auto commands = commands_of(*app);
    const auto found =
        std::ranges::find(commands, *word, [](const CLI::App* each) { return each->get_name(); });
    if (found == commands.end()) return unknown_word(path, *word, commands);
    app = *found;
    path += (path.empty() ? "" : " ") + *word;
  }
  if (app->get_require_subcommand_min() == 0) return std::nullopt;
  if (path.empty()) return "a command is needed: " + named(commands_of(*app));
  return "'" + path + "' needs one of: " + named(commands_of(*app));
}

}  // namespace samla::cli
