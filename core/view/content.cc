// The content codec: docs/formats/content.md. Content comes from other members, who may be hostile.
#include "core/view/content.h"

#include "core/base/codec.h"
#include "core/base/encoding.h"
#include "core/view/value_codec.h"

namespace samla::view {
namespace {

constexpr std::string_view kDecode = "content.decode";

std::string read_name(Reader& reader) {
  std::string name = read_utf8(reader, kNameBytesMax);
  if (name.empty()) reader.refuse(ErrorCode::malformed);
  return name;
}

Result<void> check_name(std::string_view name, std::string_view what) {
  if (name.empty() || !is_utf8(name)) {
    return fail(ErrorCode::invalid_argument, "content.check",
                std::string(what) + " must be non-empty UTF-8 text");
  }
  if (name.size() > kNameBytesMax) {
    return fail(ErrorCode::too_large, "content.check", std::string(what) + " may have at most 256 bytes");
  }
  return {};
}

}  // namespace

Result<void> check(const Content& content) {
  SAMLA_TRY(check_name(content.kind, "a kind"));
  if (content.fields.size() > kFieldsMax) {
    return fail(ErrorCode::too_large, "content.check", "a record can start with at most 1,024 fields");
  }
  for (const FieldContent& field : content.fields) {
    SAMLA_TRY(check_name(field.field, "a field's name"));
    if (!field.element.empty()) SAMLA_TRY(check_name(field.element, "an element"));
    const auto* text = std::get_if<std::string>(&field.value);
    if (text == nullptr) continue;
    if (text->size() > kValueBytesMax) {
      return fail(ErrorCode::too_large, "content.check", "a value may have at most 256 KiB; split the text");
    }
    if (!is_utf8(*text)) return fail(ErrorCode::invalid_argument, "content.check", "text must be UTF-8");
  }
  return {};
}

Bytes encode(const Content& content) {
  SAMLA_ASSERT(check(content).ok());
  Writer writer;
  writer.u8(kContentVersion);
  writer.text(content.kind);
  writer.varint(content.fields.size());
  for (const FieldContent& field : content.fields) {
    writer.text(field.field);
    writer.text(field.element);
    write_value(writer, field.value);
  }
  return writer.take();
}

Result<Content> decode_content(ByteView bytes) {
  Reader reader(bytes);
  if (reader.u8() != kContentVersion) reader.refuse(ErrorCode::version_unknown);
  Content content;
  content.kind = read_name(reader);
  const std::size_t count = reader.count(kFieldsMax, 3);
  content.fields.reserve(count);
  for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
    FieldContent field;
    field.field = read_name(reader);
    field.element = read_utf8(reader, kNameBytesMax);
    field.value = read_value(reader);
    content.fields.push_back(std::move(field));
  }
  SAMLA_TRY(reader.finish(kDecode));
  return content;
}

}  // namespace samla::view
