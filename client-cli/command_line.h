// The command line: the table of commands as CLI11 parses it, with the words of the library's catalogue.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client-cli/access.h"
#include "client-cli/commands/command.h"

namespace CLI {
class ParseError;
}

namespace samla::cli {

struct Invocation {
  Access access;
  bool json = false;
  const Command* command = nullptr;
  Json request;  ///< from the options that are parameters
  Given given;   ///< the others
};

class CommandLine {
 public:
  /// `catalogue`: the reply of `requests`.
  explicit CommandLine(const Json& catalogue);
  ~CommandLine();

  /// What to do; absent where it is done. Throws CLI::ParseError, for `explain`, and Failure.
  std::optional<Invocation> parse(int argc, char** argv);
  /// Prints the help that was asked for, or what is wrong with the usage; the exit status.
  int explain(const CLI::ParseError& error);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace samla::cli
