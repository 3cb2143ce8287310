#include "core/view/value_codec.h"

#include "core/base/encoding.h"
#include "core/base/zigzag.h"

namespace samla::view {
namespace {

/// First byte of a value. Do not renumber.
enum class ValueType : std::uint8_t {
  kNone = 0,
  kFalse = 1,
  kTrue = 2,
  kInteger = 3,
  kText = 4,
  kTextEdits = 5
};

}  // namespace

std::string read_utf8(Reader& reader, std::size_t bytes_max) {
  std::string text = reader.text(bytes_max);
  if (!is_utf8(text)) reader.refuse(ErrorCode::malformed);
  return text;
}

void write_value(Writer& writer, const Value& value) {
  const auto type = [&](ValueType t) { writer.u8(static_cast<std::uint8_t>(t)); };
  if (const bool* truth = std::get_if<bool>(&value)) {
    type(*truth ? ValueType::kTrue : ValueType::kFalse);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    type(ValueType::kInteger);
    writer.varint(zigzag(*integer));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    type(ValueType::kText);
    writer.text(*text);
  } else if (const auto* edits = std::get_if<TextEdits>(&value)) {
    type(ValueType::kTextEdits);
    writer.blob(edits->payload);
  } else {
    type(ValueType::kNone);
  }
}

Value read_value(Reader& reader) {
  switch (static_cast<ValueType>(reader.u8())) {
    case ValueType::kNone:
      return {};
    case ValueType::kFalse:
      return false;
    case ValueType::kTrue:
      return true;
    case ValueType::kInteger:
      return unzigzag(reader.varint());
    case ValueType::kText:
      return read_utf8(reader, kValueBytesMax);
    case ValueType::kTextEdits:
      return TextEdits{to_bytes(reader.blob(kValueBytesMax))};
  }
  reader.refuse(ErrorCode::malformed);
  return {};
}

}  // namespace samla::view
