// Numbers of a document's stored form (docs/formats/text.md).
#pragma once

#include <cstdint>

namespace samla::text {

inline constexpr std::uint8_t kDocumentVersion = 1;

/// Stored: do not renumber.
enum class DocumentForm : std::uint8_t {
  history = 1,
  text_alone = 2,           ///< read, and not written any more
  history_on_snapshot = 3,  ///< as `history`, which has its floor too, and who had written below it
};

}  // namespace samla::text
