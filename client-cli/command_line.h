// The command line: the table of commands as CLI11 parses it, with the words of the library's catalogue.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client-cli/access.h"
#include "client-cli/commands/command.h"

namespace samla::cli {

struct Invocation {
  Access access;
  bool json = false;
  const Command* command = nullptr;
  Json request;  ///< from the options that are parameters
  Given given;   ///< the others
};

/// What to do; or absent, and `status` is the exit status: help was printed, or the usage is wrong and
/// stderr says how. `catalogue`: the reply of `requests`.
std::optional<Invocation> parse_command_line(int argc, char** argv, const Json& catalogue, int& status);

}  // namespace samla::cli
