// A value's bytes, within contents and within the rows of records (docs/formats/content.md).
#pragma once

#include <string>

#include "core/base/codec.h"
#include "core/view/content.h"

namespace samla::view {

void write_value(Writer& writer, const Value& value);
/// Refuses unknown types and ill-formed UTF-8.
Value read_value(Reader& reader);
/// Text of at most `bytes_max` bytes that is well-formed UTF-8, or a refusal.
std::string read_utf8(Reader& reader, std::size_t bytes_max);

}  // namespace samla::view
