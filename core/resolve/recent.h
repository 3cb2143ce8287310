// Back references within one encoding: what has just been written is named by how long ago that was.
// Canonical: what can be named is never written out again. Within resolve alone.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/codec.h"

namespace samla::resolve {

/// The last few different values of an encoding, whether it is being written or read.
template <class T>
class Recent {
 public:
  /// Writes 0 and lets `write` write the value, or 1 for the newest of those written out, 2 for the one
  /// before …
  template <class Write>
  void encode(Writer& out, const T& value, Write write) {
    for (std::size_t back = 1; back <= known(); ++back) {
      if (at(back) == value) return out.varint(back);
    }
    out.varint(0);
    write(value);
    add(value);
  }

  /// Reads what encode wrote, by `read` where it was written out.
  template <class Read>
  T decode(Reader& in, Read read) {
    const auto back = static_cast<std::size_t>(in.varint(known()));
    if (in.failed()) return T{};
    if (back > 0) return at(back);
    const T value = read();
    for (std::size_t i = 1; i <= known(); ++i) {
      if (at(i) == value) in.refuse(ErrorCode::not_canonical);
    }
    add(value);
    return value;
  }

 private:
  static constexpr std::size_t kMost = 16;

  std::size_t known() const { return added_ < kMost ? added_ : kMost; }
  const T& at(std::size_t back) const { return values_[(added_ - back) % kMost]; }
  void add(const T& value) { values_[added_++ % kMost] = value; }

  std::array<T, kMost> values_{};
  std::size_t added_ = 0;
};

}  // namespace samla::resolve
