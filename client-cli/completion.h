// Completion for bash, made from the table of commands: `samla completion bash`.
#pragma once

#include <string>

namespace samla::cli {

std::string bash_completion();

}  // namespace samla::cli
