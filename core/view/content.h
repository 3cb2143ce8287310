// What stands inside a write's ciphertext: the record's kind, field names and values.
// The server never links this. Canonical; docs/formats/content.md is the byte format.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace samla::view {

/// What an append does to a text: a payload of core/text. No field has it for its value.
struct TextEdits {
  Bytes payload;
  bool operator==(const TextEdits&) const = default;
};

/// A field's value. monostate is "no value" (a cleared field, and the whole of an erase).
using Value = std::variant<std::monostate, bool, std::int64_t, std::string, TextEdits>;

/// One field's part of a write. For a register `element` is empty and `value` is the new value. For a
/// set each element is a register of its own with a tag of its own: `element` names it, and `value`
/// is true (in the set) or false (taken out).
struct FieldContent {
  std::string field;
  std::string element;
  Value value;

  bool operator==(const FieldContent&) const = default;
};

/// The plaintext of one write. An init has the kind and all initial fields, in the order of its tags;
/// every other write has one field (erase and restore: none) and repeats the kind.
struct Content {
  std::string kind;
  std::vector<FieldContent> fields;

  bool operator==(const Content&) const = default;
};

inline constexpr std::uint8_t kContentVersion = 1;
inline constexpr std::size_t kValueBytesMax = 256 * 1024;
/// Of a kind, a field's name, an element.
inline constexpr std::size_t kNameBytesMax = 256;
inline constexpr std::size_t kFieldsMax = 1024;

/// Whether `content` can be written: sizes (too_large, with a hint), well-formed UTF-8, a kind and names.
Result<void> check(const Content& content);
/// Only of what `check` accepts.
Bytes encode(const Content& content);
/// Refuses anything that `encode` would not have written.
Result<Content> decode_content(ByteView bytes);

}  // namespace samla::view
