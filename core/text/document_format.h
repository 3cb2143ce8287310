// Numbers of a document's stored form (docs/formats/text.md).
#pragma once

#include <cstdint>

namespace samla::text {

inline constexpr std::uint8_t kDocumentVersion = 1;

/// Stored: do not renumber.
enum class DocumentForm : std::uint8_t { history = 1, snapshot = 2 };

}  // namespace samla::text
