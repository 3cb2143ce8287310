// What is known of the writes of a record that are not on this device, since it began with a heads pack: the
// server's word, no more. It says what has been replaced, never what stands.
#pragma once

#include <map>
#include <set>

#include "core/resolve/field_state.h"

namespace samla::view {

inline constexpr std::uint8_t kPackedVersion = 1;

struct Packed {
  /// Of each field and writer the last write that has been dominated.
  std::map<FieldTag, std::map<WriterId, resolve::FieldState::Place>> replaced;
  /// Fields that were texts, with the whole values with which they begin.
  std::map<FieldTag, std::set<change::WriteRef>> texts;

  bool is_replaced(const FieldTag& tag, const change::WriteRef& ref) const;

  Bytes encode() const;
  static Result<Packed> decode(ByteView bytes);
  bool operator==(const Packed&) const = default;
};

}  // namespace samla::view
