// Names to addresses within a deadline. The system's resolver can't be interrupted, so it runs on a
// thread of its own that is left behind when time is up.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace samla::net {

/// Textual addresses of `host` in the system's order of preference. offline: no such name, or no answer
/// in time. Any thread.
Result<std::vector<std::string>> resolve(const std::string& host, std::chrono::milliseconds deadline);

}  // namespace samla::net
