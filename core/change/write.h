// A write's clear metadata: everything that the server and `resolve` may know of one edit. The value
// itself is a ciphertext beside it (changeset.h). Pure values; the functions may run on any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "core/base/hybrid_clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/change/limits.h"

namespace samla::change {

/// Names one write for ever: the `index`-th (from 0) of the `seq`-th changeset (from 1) that `writer`
/// made in the space at hand.
struct WriteRef {
  WriterId writer;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  auto operator<=>(const WriteRef&) const = default;
};

/// Persisted and signed: do not renumber.
enum class WriteType : std::uint8_t {
  kInit = 1,      ///< a record's first write: all initial fields in one ciphertext
  kAssign = 2,    ///< a new value for one register
  kAppend = 3,    ///< a run of text edits; its prev are parents, which order and never dominate
  kSnapshot = 4,  ///< a text's state at the frontier that prev names
  kErase = 5,     ///< assigns to the life field
  kRestore = 6,   ///< assigns to the life field
};

/// An erase saw the record's writes by `writer` up to and including changeset `seq`.
struct SeenEntry {
  WriterId writer;
  std::uint64_t seq = 0;
  auto operator<=>(const SeenEntry&) const = default;
};

/// The name of a record's life field, to which erase and restore assign.
inline constexpr FieldTag kLifeField{};

struct WriteHeader {
  WriteType type = WriteType::kAssign;
  RecordId record;
  /// Never zero. One for assign, append and snapshot; one or more, unique, ascending, for init; none
  /// for erase and restore, whose field is kLifeField.
  std::vector<FieldTag> tags;
  HybridTime time;
  /// Writes of the same field that the author saw: sorted, unique, at most kPrevMax; none for init.
  std::vector<WriteRef> prev;
  /// Erase only: sorted by writer, each once, at most kSeenMax. Dominates nothing.
  std::vector<SeenEntry> seen;
  /// Of the sealed value, padding and authentication tag included.
  std::uint32_t ciphertext_size = 0;

  bool operator==(const WriteHeader&) const = default;
};

/// Whether `header` keeps the rules written at its members and the limits.
Result<void> check(const WriteHeader& header);

/// The canonical standalone form, which is hashed into the leaf and authenticated with the value
/// (docs/formats/changeset.md, "Write header").
Bytes encode(const WriteHeader& header);
/// The inverse; refuses whatever `check` or the canonical form refuses.
Result<WriteHeader> decode_write_header(ByteView bytes);

/// An upper bound of what this write adds to an encoded changeset, its ciphertext included.
std::size_t encoded_size_max(const WriteHeader& header);

}  // namespace samla::change
