// Reader and Writer: the primitives that all of Samla's canonical formats are made of.
// Integers are shortest-form varints or fixed little-endian; byte strings carry their length as a
// varint. The reader refuses what the writer would not have written, so decode then encode gives the
// same bytes. Pure; one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/varint.h"

namespace samla {

class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u32(std::uint32_t value);  // 4 bytes, little-endian
  void u64(std::uint64_t value);  // 8 bytes, little-endian
  void varint(std::uint64_t value) { append_varint(out_, value); }
  /// The bytes alone, without a length.
  void raw(ByteView bytes) { append(out_, bytes); }
  /// Length as varint, then the bytes.
  void blob(ByteView bytes);
  void text(std::string_view text) { blob(as_bytes(text)); }
  template <std::size_t N, class Tag>
  void fixed(const FixedBytes<N, Tag>& value) {
    raw(value.view());
  }

  std::size_t size() const { return out_.size(); }
  const Bytes& bytes() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what Writer wrote. The first failure sticks: later reads give zeros or empty views, so a
/// decoder may read a whole structure and ask once, but it must check before it loops over or
/// allocates by a count (`count`).
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint64_t varint();
  /// A varint that is at most `max`; more is malformed.
  std::uint64_t varint(std::uint64_t max);
  /// A varint that counts things which take at least `bytes_each` of the remaining bytes each, and
  /// is at most `max`: safe to allocate by.
  std::size_t count(std::size_t max, std::size_t bytes_each = 1);
  ByteView raw(std::size_t size);
  /// A view into the input, of at most `max` bytes.
  ByteView blob(std::size_t max);
  std::string text(std::size_t max);
  template <class Fixed>
  Fixed fixed() {
    const ByteView view = raw(Fixed::kSize);
    return view.size() == Fixed::kSize ? Fixed::from(view) : Fixed{};
  }

  /// Records a failure of the decoder's own ("not sorted"); the first one is kept.
  void refuse(ErrorCode code);
  bool failed() const { return failed_; }
  ByteView rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

  /// Success, or the first failure, as an error of `operation`. Bytes may remain.
  Result<void> status(std::string_view operation) const;
  /// As `status`, and refuses remaining bytes.
  Result<void> finish(std::string_view operation) const;

 private:
  ByteView rest_;
  bool failed_ = false;
  ErrorCode code_ = ErrorCode::malformed;
};

}  // namespace samla
