// Replies as people read them. Widths and control characters are looked after only where stdout is a
// terminal; a program that reads these forms gets every byte.
#pragma once

#include <string>

#include "client-cli/commands/command.h"

namespace samla::cli {

/// The whole of what is printed for an ok reply.
std::string shown(const View& view, const Json& reply);
/// An event in one line; empty: nothing to say.
std::string shown_event(const Json& event);
/// A failed reply in one line.
std::string shown_error(const Json& reply);

}  // namespace samla::cli
