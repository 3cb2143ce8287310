// One write: what it does to which field of which record, knowing of which earlier writes. All of it
// is clear metadata; the value is sealed beside it. docs/formats/changeset.md.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "core/base/codec.h"
#include "core/base/hybrid_clock.h"
#include "core/base/id.h"
#include "core/base/result.h"

namespace samla::change {

/// Names a write by its place: changeset `seq` of `writer` in the space at hand, write `index` of it.
struct WriteRef {
  WriterId writer;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;

  auto operator<=>(const WriteRef&) const = default;
};

/// Numbers in signed bytes: do not renumber.
enum class WriteType : std::uint8_t {
  kInit = 1,      ///< a record's first write; all its initial fields in one ciphertext
  kAssign = 2,    ///< a new value for one register
  kAppend = 3,    ///< text edits; `prev` are parents: they order, they never dominate
  kSnapshot = 4,  ///< a text's state at the frontier `prev`
  kErase = 5,     ///< to the life field
  kRestore = 6,   ///< to the life field
};

/// The life field's tag; no sealed field ever has it.
inline constexpr FieldTag kLifeTag{};

/// Up to which changeset of `writer` the author of an erase had seen the record's writes.
struct SeenEntry {
  WriterId writer;
  std::uint64_t seq = 0;

  auto operator<=>(const SeenEntry&) const = default;
};

inline constexpr std::size_t kPrevMax = 64;
inline constexpr std::size_t kInitTagsMax = 1024;
inline constexpr std::size_t kSeenMax = 4096;
inline constexpr std::size_t kCiphertextBytesMax = 600 * 1024;

struct WriteHeader {
  WriteType type = WriteType::kAssign;
  RecordId record;
  /// Init: one a field, unique. Assign, append, snapshot: one. Erase, restore: none (the life field).
  /// Never kLifeTag.
  std::vector<FieldTag> tags;
  HybridTime time;
  /// Writes of the same field that the author saw; strictly ascending, at most kPrevMax. Init: none.
  std::vector<WriteRef> prev;
  /// Erase only; strictly ascending by writer.
  std::vector<SeenEntry> seen;
  /// Of the sealed value, tag included. Known before sealing, since sealing pads.
  std::uint32_t ciphertext_size = 0;

  bool operator==(const WriteHeader&) const = default;
};

/// Whether the parts go together as the comments above say.
[[nodiscard]] bool is_well_formed(const WriteHeader& header);

/// The write alone, in canonical form: what the hash tree and the sealing bind.
void append_canonical(Writer& out, const WriteHeader& header);
Bytes encode(const WriteHeader& header);
/// The inverse of `encode`; refuses what is not well-formed.
Result<WriteHeader> decode_write_header(ByteView bytes);

}  // namespace samla::change
