// What one event and one text may come to. The limits of an event are verdicts, the same on every
// replica; those of a document are the machine's and are never a verdict on an event.
#pragma once

#include <cstddef>
#include <cstdint>

namespace samla::text {

/// An event's payload in bytes: the limit of a sealed value.
inline constexpr std::size_t kPayloadBytesMax = 256 * 1024;
inline constexpr std::size_t kEditsMax = 65'536;
inline constexpr std::size_t kParentsMax = 64;
/// The text at any event's parents, in code points.
inline constexpr std::uint32_t kTextLengthMax = 16 * 1024 * 1024;
/// All code points that were ever inserted into one document, deleted ones with them.
inline constexpr std::uint32_t kInsertsMax = 1u << 30;

}  // namespace samla::text
