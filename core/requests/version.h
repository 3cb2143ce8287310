// The library's version, as `version` and samla_version say it.
#pragma once

namespace samla::requests {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace samla::requests
