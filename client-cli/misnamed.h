// What to say of a command line whose words are no command: which word it is, what could be meant.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace samla::cli {

/// The first of `words` (options of the root that take a value, and theirs, are passed over) that names no
/// command of `root`, with the commands that there are; or, where the words end too early, which could
/// follow. Absent: the words are a command.
std::optional<std::string> misnamed(const CLI::App& root, const std::vector<std::string>& words);

}  // namespace samla::cli
