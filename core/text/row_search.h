// Finding a row in a table that is mostly asked for its last rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace samla::text {

/// The last of `rows`, which are in the order of `key`, whose key is not above `value`; the first one's is
/// not.
template <class Row, class Key, class Value>
std::size_t last_at_or_before(const std::vector<Row>& rows, Value value, Key Row::*key) {
  std::size_t high = rows.size();
  std::size_t low = high - 1;
  for (std::size_t step = 1; low > 0 && value < rows[low].*key; step *= 2) {
    high = low;
    low -= std::min(low, step);
  }
  const auto begin = rows.begin();
  const auto after =
      std::upper_bound(begin + static_cast<std::ptrdiff_t>(low), begin + static_cast<std::ptrdiff_t>(high),
                       value, [key](Value v, const Row& row) { return v < row.*key; });
  return static_cast<std::size_t>(after - begin) - 1;
}

}  // namespace samla::text
