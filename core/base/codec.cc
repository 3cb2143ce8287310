#include "core/base/codec.h"

namespace samla {

void Writer::u32(std::uint32_t value) {
  for (int i = 0; i < 4; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Writer::u64(std::uint64_t value) {
  for (int i = 0; i < 8; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Writer::blob(ByteView bytes) {
  varint(bytes.size());
  raw(bytes);
}

void Reader::refuse(ErrorCode code) {
  if (failed_) return;
  failed_ = true;
  code_ = code;
  rest_ = {};
}

ByteView Reader::raw(std::size_t size) {
  if (size > rest_.size()) {
    refuse(ErrorCode::truncated);
    return {};
  }
  const ByteView out = rest_.first(size);
  rest_ = rest_.subspan(size);
  return out;
}

std::uint8_t Reader::u8() {
  const ByteView b = raw(1);
  return b.empty() ? std::uint8_t{0} : b[0];
}

std::uint32_t Reader::u32() {
  std::uint32_t value = 0;
  const ByteView b = raw(4);
  for (std::size_t i = 0; i < b.size(); ++i) value |= std::uint32_t{b[i]} << (8 * i);
  return value;
}

std::uint64_t Reader::u64() {
  std::uint64_t value = 0;
  const ByteView b = raw(8);
  for (std::size_t i = 0; i < b.size(); ++i) value |= std::uint64_t{b[i]} << (8 * i);
  return value;
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (failed_) return 0;
    // The tenth byte has room for one bit; a last byte of zero would be a longer form than needed.
    if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0)) {
      refuse(ErrorCode::not_canonical);
      return 0;
    }
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  refuse(ErrorCode::not_canonical);
  return 0;
}

std::uint64_t Reader::varint(std::uint64_t max) {
  const std::uint64_t value = varint();
  if (value > max) {
    refuse(ErrorCode::malformed);
    return 0;
  }
  return value;
}

std::size_t Reader::count(std::size_t max, std::size_t bytes_each) {
  const std::uint64_t value = varint(max);
  if (bytes_each > 0 && value > rest_.size() / bytes_each) {
    refuse(ErrorCode::truncated);
    return 0;
  }
  return static_cast<std::size_t>(value);
}

ByteView Reader::blob(std::size_t max) { return raw(static_cast<std::size_t>(varint(max))); }

std::string Reader::text(std::size_t max) { return std::string(as_text(blob(max))); }

Result<void> Reader::status(std::string_view operation) const {
  if (failed_) return fail(code_, std::string(operation));
  return {};
}

Result<void> Reader::finish(std::string_view operation) const {
  SAMLA_TRY(status(operation));
  if (!rest_.empty()) return fail(ErrorCode::not_canonical, std::string(operation));
  return {};
}

}  // namespace samla
