#include "core/text/sequence_diff.h"

#include <cstdint>

namespace samla::text {

namespace {

using Tokens = std::vector<std::string_view>;

/// How far in `a` one gets on each diagonal (place in a less place in b), for each number of steps.
class Frontiers {
 public:
  Frontiers(const Tokens& a, const Tokens& b, std::size_t first, std::size_t a_end, std::size_t b_end)
      : a_(a), b_(b), first_(first), a_end_(a_end), b_end_(b_end) {}

  /// The number of steps that it takes; none if more than `steps_max`.
  std::optional<std::int64_t> search(std::size_t steps_max) {
    const auto n = static_cast<std::int64_t>(a_end_ - first_);
    const auto m = static_cast<std::int64_t>(b_end_ - first_);
    for (std::int64_t steps = 0; steps <= static_cast<std::int64_t>(steps_max); ++steps) {
      reached_.emplace_back(static_cast<std::size_t>(steps) + 1);
      for (std::int64_t k = -steps; k <= steps; k += 2) {
        std::int64_t x = steps == 0            ? 0
                         : goes_down(steps, k) ? at(steps - 1, k + 1)
                                               : at(steps - 1, k - 1) + 1;
        while (x < n && x - k < m && x - k >= 0 && same(x, x - k)) ++x;
        at(steps, k) = static_cast<std::int32_t>(x);
        if (x >= n && x - k >= m) return steps;
      }
    }
    return std::nullopt;
  }

  /// The replacements of a way of `steps`, last first.
  std::vector<Replacement> way_back(std::int64_t steps) {
    std::vector<Replacement> found;
    auto x = static_cast<std::int64_t>(a_end_ - first_);
    std::int64_t k = x - static_cast<std::int64_t>(b_end_ - first_);
    for (; steps > 0; --steps) {
      const bool down = goes_down(steps, k);
      const std::int64_t k_before = down ? k + 1 : k - 1;
      const std::int64_t x_before = at(steps - 1, k_before);
      const std::size_t a_at = first_ + static_cast<std::size_t>(x_before);
      const std::size_t b_at = first_ + static_cast<std::size_t>(x_before - k_before);
      const Replacement step{a_at, a_at + (down ? 0 : 1), b_at, b_at + (down ? 1 : 0)};
      if (!found.empty() && found.back().a_first == step.a_last && found.back().b_first == step.b_last) {
        found.back().a_first = step.a_first;
        found.back().b_first = step.b_first;
      } else {
        found.push_back(step);
      }
      k = k_before;
    }
    return found;
  }

 private:
  std::int32_t& at(std::int64_t steps, std::int64_t k) {
    return reached_[static_cast<std::size_t>(steps)][static_cast<std::size_t>((k + steps) / 2)];
  }
  bool goes_down(std::int64_t steps, std::int64_t k) {
    return k == -steps || (k != steps && at(steps - 1, k - 1) < at(steps - 1, k + 1));
  }
  bool same(std::int64_t x, std::int64_t y) const {
    return a_[first_ + static_cast<std::size_t>(x)] == b_[first_ + static_cast<std::size_t>(y)];
  }

  const Tokens& a_;
  const Tokens& b_;
  std::size_t first_;
  std::size_t a_end_;
  std::size_t b_end_;
  std::vector<std::vector<std::int32_t>> reached_;
};

}  // namespace

std::optional<std::vector<Replacement>> shortest_diff(const Tokens& a, const Tokens& b,
                                                      std::size_t steps_max) {
  std::size_t first = 0;
  while (first < a.size() && first < b.size() && a[first] == b[first]) ++first;
  std::size_t a_end = a.size();
  std::size_t b_end = b.size();
  while (a_end > first && b_end > first && a[a_end - 1] == b[b_end - 1]) {
    --a_end;
    --b_end;
  }
  if (first == a_end && first == b_end) return std::vector<Replacement>{};
  if (first == a_end || first == b_end) return std::vector<Replacement>{{first, a_end, first, b_end}};
  Frontiers frontiers(a, b, first, a_end, b_end);
  const auto steps = frontiers.search(steps_max);
  if (!steps) return std::nullopt;
  std::vector<Replacement> found = frontiers.way_back(*steps);
  return std::vector<Replacement>(found.rbegin(), found.rend());
}

}  // namespace samla::text
