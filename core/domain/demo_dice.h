// Demo dice: chance from a fixed seed, the same on every machine, which the standard's distributions are not.
// Within the demo's plan alone.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/demo_plan.h"

namespace samla::domain {

/// splitmix64.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  /// 0 to sides - 1.
  std::size_t roll(std::size_t sides) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<std::size_t>((z ^ (z >> 31)) % sides);
  }
  template <typename List>
  auto pick(const List& list) {
    return list[roll(list.size())];
  }
  template <typename T>
  void shuffle(std::vector<T>& cards) {
    for (std::size_t i = cards.size(); i > 1; --i) std::swap(cards[i - 1], cards[roll(i)]);
  }

 private:
  std::uint64_t state_;
};

/// So many of each, shuffled like cards, so that the figures are exact; what is left over is of the last.
template <typename T>
std::vector<T> deck_of(Dice& dice, const std::vector<std::pair<T, std::size_t>>& shares, std::size_t cards) {
  std::vector<T> out;
  for (const auto& [card, count] : shares) out.insert(out.end(), count, card);
  out.resize(cards, shares.back().first);
  dice.shuffle(out);
  return out;
}

/// Who votes, and how.
std::vector<DemoVoter> plan_forum(Dice& dice, DemoSize size);
/// Who is at which gathering and table, and what they say there.
void plan_gatherings(Dice& dice, DemoSize size, const std::vector<DemoLeader*>& leaders);

}  // namespace samla::domain
