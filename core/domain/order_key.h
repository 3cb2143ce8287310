// Order keys: places in a list that many people reorder at once. A key is a text of digits 0-9A-Za-z,
// compared byte by byte; between any two there is always room for another. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace samla::domain {

/// A key after `low` and before `high`; empty: the list's beginning, its end. `salt` keeps two people's
/// keys for one place apart. Where nothing lies between them (equal, or not ours) it comes after `low`.
std::string order_key_between(std::string_view low, std::string_view high, std::uint64_t salt);

}  // namespace samla::domain
