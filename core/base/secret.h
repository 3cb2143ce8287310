// Secret<N>: key material that can be moved but not copied, and is wiped when it dies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/bytes.h"

namespace samla {

/// Overwrites memory in a way that the compiler keeps.
void wipe(std::span<std::uint8_t> memory);
/// Equality in constant time for equal lengths.
bool equal_in_constant_time(ByteView a, ByteView b);

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t kSize = N;

  Secret() = default;
  ~Secret() { wipe(bytes_); }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// Takes exactly N bytes (asserted); the caller wipes the source.
  static Secret from(ByteView view) {
    SAMLA_ASSERT(view.size() == N);
    Secret out;
    std::ranges::copy(view, out.bytes_.begin());
    return out;
  }
  /// A second holder of the same key, made visible where it happens.
  Secret duplicate() const { return from(bytes_); }

  ByteView view() const { return bytes_; }
  std::span<std::uint8_t> writable() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace samla
