#include "core/net/address_budget.h"

#include <algorithm>

namespace samla::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

AddressBytes AddressBudget::counted(const AddressBytes& address) {
  AddressBytes out = address;
  if (!std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin())) {
    std::fill(out.begin() + 8, out.end(), std::uint8_t{0});
  }
  return out;
}

double AddressBudget::tokens_at(const Bucket& bucket, std::uint64_t now_ms) const {
  const std::uint64_t elapsed_ms = now_ms > bucket.at_ms ? now_ms - bucket.at_ms : 0;
  return std::min(capacity_, bucket.tokens + static_cast<double>(elapsed_ms) / 1000.0 * per_second_);
}

bool AddressBudget::take(const AddressBytes& address, std::uint64_t now_ms) {
  const AddressBytes key = counted(address);
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kAddressesMax) make_room(now_ms);
    found = buckets_.emplace(key, Bucket{capacity_, now_ms}).first;
  }
  Bucket& bucket = found->second;
  bucket = {tokens_at(bucket, now_ms), now_ms};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void AddressBudget::refund(const AddressBytes& address) {
  const auto found = buckets_.find(counted(address));
  if (found != buckets_.end()) found->second.tokens = std::min(capacity_, found->second.tokens + 1);
}

void AddressBudget::make_room(std::uint64_t now_ms) {
  std::erase_if(buckets_, [&](const auto& entry) { return tokens_at(entry.second, now_ms) >= capacity_; });
  // A flood from very many networks: forget those that have most left, down to half, so that the work
  // of choosing them is spread over as many further addresses.
  if (buckets_.size() < kAddressesMax) return;
  double low = 0, high = capacity_;
  for (int step = 0; step < 20; ++step) {
    const double middle = (low + high) / 2;
    const auto above = std::ranges::count_if(
        buckets_, [&](const auto& entry) { return tokens_at(entry.second, now_ms) >= middle; });
    (static_cast<std::size_t>(above) >= kAddressesMax / 2 ? low : high) = middle;
  }
  std::erase_if(buckets_, [&](const auto& entry) { return tokens_at(entry.second, now_ms) >= low; });
}

}  // namespace samla::net
