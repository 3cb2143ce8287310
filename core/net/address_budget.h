// A token bucket for each remote address that only failed and unfinished handshakes drain: the listener
// takes a token at accept and gives it back when the handshake completed. Nobody is banned: tokens
// grow back.
// Invariant: memory is bounded whatever addresses appear. Pure; one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>

namespace samla::net {

/// An IPv6 address, or an IPv4 one mapped into it.
using AddressBytes = std::array<std::uint8_t, 16>;

class AddressBudget {
 public:
  static constexpr std::size_t kAddressesMax = 16384;

  /// `capacity` tokens at first and at most, `per_second` of them grow back each second.
  AddressBudget(double capacity, double per_second) : capacity_(capacity), per_second_(per_second) {}

  /// Whether `address` had a token, which is then taken. `now_ms` is of a clock that doesn't jump.
  bool take(const AddressBytes& address, std::uint64_t now_ms);
  void refund(const AddressBytes& address);
  std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    std::uint64_t at_ms = 0;
  };
  /// IPv6 hosts choose among 2^64 addresses, so their network is what counts.
  static AddressBytes counted(const AddressBytes& address);
  double tokens_at(const Bucket& bucket, std::uint64_t now_ms) const;
  void make_room(std::uint64_t now_ms);

  double capacity_;
  double per_second_;
  std::map<AddressBytes, Bucket> buckets_;
};

}  // namespace samla::net
