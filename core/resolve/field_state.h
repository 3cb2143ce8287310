// Heads of one field by causality alone: a pure function over metadata, the same object code in
// client and server. A head is a write that no other has dominated; only `prev` dominates, whatever any
// clock says. Invariant: the same writes in any order give the same state, byte for byte.
// sync.md "Writes"; docs/formats/record_state.md.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/change/write.h"
#include "core/resolve/state_codec.h"

namespace samla::resolve {

/// Whether `a` is shown before `b`: the greater (time, writer, seq, index).
bool wins(const Head& a, const Head& b);

class FieldState {
 public:
  /// A place in one writer's chain: (seq, index).
  using Place = std::pair<std::uint64_t, std::uint32_t>;

  /// Takes a write in; again is harmless. True: it is a head now. Appends and snapshots are events of a
  /// text: their `prev` order them and dominate nothing, so they neither are heads nor end any.
  bool apply(const Head& write, std::span<const change::WriteRef> prev);
  /// A void or quarantined write: no head, but who names it dominates what it named, whichever of the
  /// two comes first.
  void apply_transparent(const change::WriteRef& ref, std::span<const change::WriteRef> prev);

  /// Winner first.
  const std::vector<Head>& heads() const { return heads_; }
  /// Whether a write at `ref` has been dominated by one that is known.
  bool dominated(const change::WriteRef& ref) const;
  /// For each writer the greatest place dominated.
  const std::map<WriterId, Place>& context() const { return context_; }

  /// Void and quarantined writes that nothing dominates yet, each with what it names.
  const std::map<change::WriteRef, std::vector<change::WriteRef>>& transparent() const {
    return transparent_;
  }
  /// Takes it that the writes at and under these places have been dominated, though what dominated them is
  /// not here.
  void vouch(const std::map<WriterId, Place>& places);

  /// What a new write to this field names: all heads, at most kPrevMax (winners first), sorted.
  std::vector<change::WriteRef> prev_for_new_write() const;

  void encode(StateWriter& out) const;
  static FieldState decode(StateReader& in);

  bool operator==(const FieldState&) const = default;

 private:
  struct Shape {
    std::size_t heads;
    bool context;
    bool transparent;
  };

  void dominate(const change::WriteRef& first);
  static Shape read_shape(StateReader& in);
  static std::size_t read_count(StateReader& in, std::size_t bytes_each);

  std::vector<Head> heads_;
  std::map<WriterId, Place> context_;
  std::map<change::WriteRef, std::vector<change::WriteRef>> transparent_;
};

}  // namespace samla::resolve
