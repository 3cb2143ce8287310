// What an event does to a text: its payload and its one encoding (docs/formats/text.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/text/limits.h"

namespace samla::text {

inline constexpr std::uint8_t kPayloadVersion = 1;

/// Takes `erased` code points away at `position` and puts `inserted` there. Positions are code points.
struct Edit {
  std::uint32_t position = 0;
  std::uint32_t erased = 0;
  /// Well-formed UTF-8. A view: into the payload that was decoded, or into the caller's text.
  std::string_view inserted;
  /// The code points of `inserted`.
  std::uint32_t length = 0;
};

/// Stored in sealed values: do not renumber.
enum class PayloadKind : std::uint8_t {
  edits = 1,  ///< edits, one after the other, of the text at the event's parents
  whole = 2,  ///< a text that takes the place of all that the parents show
};

struct Payload {
  PayloadKind kind = PayloadKind::edits;
  /// Of `whole`: one edit with its text, at 0; what it erases is known only where the parents are.
  std::vector<Edit> edits;
};

/// An edit with its length counted. `inserted` is well-formed and outlives the edit.
Edit make_edit(std::uint32_t position, std::uint32_t erased, std::string_view inserted);

/// Edits that do something, of well-formed texts; at least one (asserted).
Bytes encode_edits(const std::vector<Edit>& edits);
/// Any well-formed text, also the empty one.
Bytes encode_whole(std::string_view text);

/// Refuses (malformed, truncated, not_canonical, too_large, version_unknown) all that the two above
/// would not have written. The views in `payload` are into `bytes`; its memory is used again.
Result<void> decode_payload(ByteView bytes, Payload& payload);

/// All that a payload inserts, edit after edit; empty if it does not decode. For showing what an event that
/// could not be merged would have brought.
std::string inserted_text(ByteView bytes);

}  // namespace samla::text
