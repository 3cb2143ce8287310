#include "core/domain/order_key.h"

#include <algorithm>

namespace samla::domain {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kBase = kDigits.size();
constexpr int kSaltDigits = 3;

/// The digit at `place`; behind the end, and for a stranger's byte, the smallest.
std::size_t digit_at(std::string_view key, std::size_t place) {
  if (place >= key.size()) return 0;
  const std::size_t found = kDigits.find(key[place]);
  return found == kDigits.npos ? 0 : found;
}

bool is_key(std::string_view key) { return key.find_first_not_of(kDigits) == key.npos; }

void add_salt(std::string& key, std::uint64_t salt) {
  for (int i = 1; i < kSaltDigits; ++i, salt /= kBase) key += kDigits[salt % kBase];
  // Never ending in the smallest digit: before every key there is room.
  key += kDigits[1 + salt % (kBase - 1)];
}

/// Small steps at both ends of a list, where most items are added: keys stay short.
std::size_t step_between(std::size_t below, std::size_t above, bool at_beginning, bool at_end) {
  if (at_end && !at_beginning) return below + 1;
  if (at_beginning && !at_end) return above - 1;
  return (below + above) / 2;
}

}  // namespace

std::string order_key_between(std::string_view low, std::string_view high, std::uint64_t salt) {
  bool is_bounded = !high.empty() && low < high && is_key(low) && is_key(high);
  std::string out;
  for (std::size_t place = 0;; ++place) {
    // Only zeros divide the two: no key that was made here.
    if (is_bounded && place == high.size()) is_bounded = false;
    const std::size_t below = digit_at(low, place);
    const std::size_t above = is_bounded ? digit_at(high, place) : kBase;
    if (above > below + 1) {
      out += kDigits[step_between(below, above, low.empty(), !is_bounded)];
      break;
    }
    out += kDigits[below];
    if (above != below) is_bounded = false;
  }
  add_salt(out, salt);
  return out;
}

}  // namespace samla::domain
