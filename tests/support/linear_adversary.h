// Somebody who has seen every answer and works out what they can: sums of unknowns as linear equations.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace samla::test {

/// The equations are kept modulo a prime.
class LinearAdversary {
 public:
  explicit LinearAdversary(std::size_t unknowns) : unknowns_(unknowns) {}

  using Row = std::vector<std::uint64_t>;

  void learn(Row row) {
    reduce(row);
    const std::size_t lead = leading(row);
    if (lead == unknowns_) return;
    const std::uint64_t inverse = power(row[lead], kPrime - 2);
    for (std::uint64_t& each : row) each = each * inverse % kPrime;
    rows_.emplace_back(lead, std::move(row));
  }
  bool can_work_out(Row row) const {
    reduce(row);
    return leading(row) == unknowns_;
  }

 private:
  static constexpr std::uint64_t kPrime = 2'147'483'647;
  static std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
    std::uint64_t out = 1;
    for (; exponent > 0; exponent /= 2, base = base * base % kPrime) {
      if (exponent % 2 == 1) out = out * base % kPrime;
    }
    return out;
  }
  std::size_t leading(const Row& row) const {
    return static_cast<std::size_t>(std::ranges::find_if(row, [](auto each) { return each != 0; }) -
                                    row.begin());
  }
  void reduce(Row& row) const {
    for (const auto& [lead, known] : rows_) {
      const std::uint64_t factor = row[lead];
      if (factor == 0) continue;
      for (std::size_t i = 0; i < unknowns_; ++i) row[i] = (row[i] + (kPrime - factor) * known[i]) % kPrime;
    }
  }

  std::size_t unknowns_;
  std::vector<std::pair<std::size_t, Row>> rows_;
};

}  // namespace samla::test
