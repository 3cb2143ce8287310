// Put and Take: the two directions of one description. A structure's layout is written once, as a
// `walk` over its members (layout.h), and runs with Put to encode and with Take to decode, so the two
// cannot drift apart. Limits are checked by Take only; one thread at a time.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "core/base/codec.h"
#include "core/base/encoding.h"
#include "core/wire/message.h"

namespace samla::wire {

/// T is U, const or not: lets one `walk` serve both directions.
template <class T, class U>
concept Of = std::same_as<std::remove_const_t<T>, U>;

class Put {
 public:
  explicit Put(Writer& out) : out_(out) {}

  void number(std::uint64_t value) { out_.varint(value); }
  void number32(std::uint32_t value) { out_.varint(value); }
  void byte(std::uint8_t value, std::uint8_t, std::uint8_t) { out_.u8(value); }
  void flag(bool value) { out_.u8(value ? 1 : 0); }
  template <class Enum>
  void choice(Enum value, Enum, Enum) {
    out_.u8(static_cast<std::uint8_t>(value));
  }
  /// 0 for the absent one.
  void reason(const std::optional<Refused>& value) { out_.u8(value ? static_cast<std::uint8_t>(*value) : 0); }
  template <std::size_t N, class Tag>
  void fixed(const FixedBytes<N, Tag>& value) {
    out_.fixed(value);
  }
  void blob(const Bytes& value, std::size_t) { out_.blob(value); }
  void text(const std::string& value, std::size_t) { out_.text(value); }
  template <class T, class Walk>
  void list(const std::vector<T>& values, std::size_t, std::size_t, Walk&& walk) {
    out_.varint(values.size());
    for (const T& value : values) walk(value);
  }

 private:
  Writer& out_;
};

class Take {
 public:
  explicit Take(Reader& in) : in_(in) {}

  void number(std::uint64_t& value) { value = in_.varint(); }
  void number32(std::uint32_t& value) { value = static_cast<std::uint32_t>(in_.varint(0xffffffffu)); }
  void byte(std::uint8_t& value, std::uint8_t min, std::uint8_t max) {
    value = in_.u8();
    if (value < min || value > max) in_.refuse(ErrorCode::malformed);
  }
  void flag(bool& value) {
    std::uint8_t raw = 0;
    byte(raw, 0, 1);
    value = raw == 1;
  }
  template <class Enum>
  void choice(Enum& value, Enum min, Enum max) {
    std::uint8_t raw = 0;
    byte(raw, static_cast<std::uint8_t>(min), static_cast<std::uint8_t>(max));
    // A failed read leaves the default: an enum never holds a value that it does not name.
    if (!in_.failed()) value = static_cast<Enum>(raw);
  }
  void reason(std::optional<Refused>& value) {
    std::uint8_t raw = 0;
    byte(raw, 0, static_cast<std::uint8_t>(kRefusedMax));
    if (!in_.failed() && raw != 0) value = static_cast<Refused>(raw);
  }
  template <std::size_t N, class Tag>
  void fixed(FixedBytes<N, Tag>& value) {
    value = in_.fixed<FixedBytes<N, Tag>>();
  }
  void blob(Bytes& value, std::size_t max) { value = to_bytes(in_.blob(max)); }
  void text(std::string& value, std::size_t max) {
    value = in_.text(max);
    if (!is_utf8(value)) in_.refuse(ErrorCode::malformed);
  }
  /// `bytes_each`: the least that one element takes, so that nothing is allocated by a count alone.
  template <class T, class Walk>
  void list(std::vector<T>& values, std::size_t max, std::size_t bytes_each, Walk&& walk) {
    const std::size_t count = in_.count(max, bytes_each);
    values.reserve(count);
    for (std::size_t i = 0; i < count && !in_.failed(); ++i) walk(values.emplace_back());
  }

 private:
  static constexpr Refused kRefusedMax = Refused::kNamesMissing;
  Reader& in_;
};

}  // namespace samla::wire
