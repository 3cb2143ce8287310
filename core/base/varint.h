// Unsigned LEB128 in its shortest form: seven bits a byte, least significant first.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace samla {

inline constexpr std::size_t kVarintBytesMax = 10;

void append_varint(Bytes& out, std::uint64_t value);

/// The number of bytes that append_varint writes for `value`.
std::size_t varint_size(std::uint64_t value);

}  // namespace samla
