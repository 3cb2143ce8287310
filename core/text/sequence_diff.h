// The shortest way from one sequence to another, by Myers' greedy method (1986).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace samla::text {

/// [a_first, a_last) of the old gives way to [b_first, b_last) of the new; one of the two may be empty.
struct Replacement {
  std::size_t a_first = 0;
  std::size_t a_last = 0;
  std::size_t b_first = 0;
  std::size_t b_last = 0;
  bool operator==(const Replacement&) const = default;
};

/// All replacements in order, with something kept between any two: together as few tokens removed and added
/// as can be. None if that takes more than `steps_max`: the cost is its square.
std::optional<std::vector<Replacement>> shortest_diff(const std::vector<std::string_view>& a,
                                                      const std::vector<std::string_view>& b,
                                                      std::size_t steps_max);

}  // namespace samla::text
