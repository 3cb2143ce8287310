// BLAKE2b-256 with domain separation. Every hash in Samla names what it is a hash of.
#pragma once

#include <string_view>

#include "core/base/position.h"
#include "core/base/secret.h"

namespace samla::sign {

using Hash = samla::Hash;

/// Incremental hash. `domain` (an ASCII constant such as "samla/change/leaf/1") is hashed first with
/// its length, so that bytes of one domain never hash as another's.
class Hasher {
 public:
  explicit Hasher(std::string_view domain);
  Hasher& add(ByteView bytes);
  template <std::size_t N, class Tag>
  Hasher& add(const FixedBytes<N, Tag>& value) {
    return add(value.view());
  }
  /// 8 bytes, little-endian.
  Hasher& add_number(std::uint64_t value);
  /// Once; the hasher is spent.
  Hash finish();

 private:
  alignas(64) std::array<std::uint8_t, 384> state_;
};

/// One part; where a hash has several, use Hasher with fixed-size or length-prefixed parts.
Hash hash(std::string_view domain, ByteView bytes);

/// Keyed BLAKE2b of `out.size()` bytes (16 to 64, or 8 where a field tag is made), for derivations.
void keyed_hash(std::span<std::uint8_t> out, ByteView key, std::string_view domain, ByteView bytes);

}  // namespace samla::sign
