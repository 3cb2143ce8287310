// Byte containers and strongly typed fixed-size byte strings (ids, keys, hashes).
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace samla {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The UTF-8 bytes of `text`, without a copy; valid as long as `text` is.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// `bytes` as characters, without a copy or a check; valid as long as `bytes` is.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

inline bool equal(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

/// N bytes with a meaning of their own: two with different tags don't convert into each other.
/// Ordered and compared byte by byte (not in constant time: not for secrets, see `Secret`).
template <std::size_t N, class Tag>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  /// Takes exactly N bytes; the caller has checked the size (asserted).
  static FixedBytes from(ByteView view);

  ByteView view() const { return bytes; }
  bool is_zero() const {
    return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
  }
  auto operator<=>(const FixedBytes&) const = default;
};

}  // namespace samla

#include "core/base/assert.h"

namespace samla {

template <std::size_t N, class Tag>
FixedBytes<N, Tag> FixedBytes<N, Tag>::from(ByteView view) {
  SAMLA_ASSERT(view.size() == N);
  FixedBytes out;
  std::ranges::copy(view, out.bytes.begin());
  return out;
}

}  // namespace samla

/// Hash for unordered containers. Ids can be chosen by a peer, so containers of peer-supplied keys
/// use std::map; the unordered ones are for ids of our own making.
template <std::size_t N, class Tag>
struct std::hash<samla::FixedBytes<N, Tag>> {
  std::size_t operator()(const samla::FixedBytes<N, Tag>& value) const noexcept {
    return std::hash<std::string_view>{}(samla::as_text(value.view()));
  }
};
