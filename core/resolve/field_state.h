// What a field's writes amount to: its heads, its context and, for text, the frontier of its appends.
// The same code decides in client and server; a client recomputes every winner.
//
// A verdict that changes (valid to quarantined, or back) is not an update: build the state anew from the
// field's writes. Appends: in this version they are kept as a frontier of their own, whose parents order
// and never dominate a register's heads; merging the text itself is core/text's. Snapshots are not part
// of the state. Pure; one thread at a time.
#pragma once

#include "core/base/result.h"
#include "core/resolve/frontier.h"

namespace samla::resolve {

/// Of the bytes of field and record states: their first byte.
inline constexpr std::uint8_t kStateVersion = 1;

constexpr bool is_life(WriteType type) { return type == WriteType::kErase || type == WriteType::kRestore; }

/// The registers' frontier is the base, so `heads` and `context` are those of init, assign, erase and
/// restore.
struct FieldState : Frontier {
  Frontier text;  ///< appends alone

  /// An accepted write of this field. True if it has newly become a head (of its own class).
  bool apply(const WriteRef& ref, HybridTime time, WriteType type, std::span<const WriteRef> prev);
  /// A void or quarantined one (Frontier::apply_transparent), of its class.
  void apply_transparent(const WriteRef& ref, WriteType type, std::span<const WriteRef> prev);

  /// The head that is displayed; null if there is none.
  const Head* winner() const { return heads.empty() ? nullptr : &heads.front(); }
  /// Several register heads: a conflict, unless the kind's policy settles it.
  bool contested() const { return heads.size() > 1; }
  bool empty() const { return Frontier::empty() && text.empty(); }

  /// docs/formats/record_state.md, "Field state".
  Bytes encode() const;
  static Result<FieldState> decode(ByteView bytes);

  bool operator==(const FieldState&) const = default;
};

/// The prev of `self`'s next assign, erase or restore: all heads, or where there are more than
/// change::kPrevMax, its own and the first others. Sorted.
std::vector<WriteRef> prev_for_new_write(const FieldState& state, const WriterId& self);
/// The parents of `self`'s next append: the text frontier, or the register heads where there is none.
std::vector<WriteRef> prev_for_new_append(const FieldState& state, const WriterId& self);

}  // namespace samla::resolve
