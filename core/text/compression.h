// zstd for a document's columns. A size is given beforehand and believed only as far as the compressed
// bytes could hold it.
#pragma once

#include <string>
#include <string_view>

#include "core/base/codec.h"

namespace samla::text {

/// Writes size, compressed size and compressed bytes. `reference` is text that the data resembles; the reader
/// must have the same.
void write_compressed(Writer& out, std::string_view data, std::string_view reference = {});

/// Reads it back; refuses what does not give exactly the announced size, at most `bytes_max`.
std::string read_compressed(Reader& in, std::size_t bytes_max, std::string_view reference = {});

}  // namespace samla::text
