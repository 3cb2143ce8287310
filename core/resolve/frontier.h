// A frontier: the writes of one class in one field that nothing dominates, with the context that keeps
// dominance transitive where history is missing. Metadata only; linked by client and server.
//
// Invariant: the state is a function of the set of writes applied and of which were transparent, never
// of their order. It follows from one rule: `context` only ever grows (a maximum a writer), and the heads
// are the accepted writes that lie above it.
// Pure; one thread at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/change/write.h"

namespace samla::resolve {

using change::WriteRef;
using change::WriteType;

struct Head {
  WriteRef ref;
  HybridTime time;
  WriteType type = WriteType::kAssign;
  bool operator==(const Head&) const = default;
};

/// Whether `a` is displayed before `b`: the greater (time, writer, seq, index).
bool wins_over(const Head& a, const Head& b);

/// A writer's changeset and the write in it.
struct Slot {
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  auto operator<=>(const Slot&) const = default;
};

/// For each writer its greatest dominated write. Everything of that writer at or under it is dominated:
/// a writer's new write to a field names its own previous head there.
using Context = std::map<WriterId, Slot>;

bool covers(const Context& context, const WriteRef& ref);

struct Frontier {
  std::vector<Head> heads;  ///< the winner first, in the order of wins_over
  Context context;
  /// Void or quarantined writes that no accepted write has reached yet, and what each named, as far as
  /// `context` does not cover it.
  std::map<WriteRef, Context> transparent;

  /// Takes an accepted write; `prev` dominates, also what has not been received. True if the write has
  /// newly become a head. Applying a write again changes nothing.
  bool apply(const Head& write, std::span<const WriteRef> prev);
  /// Takes a void or quarantined write. It is no head and dominates nothing by itself; once an accepted
  /// write names it (before or after this call), or names a later one of its writer, what it named is
  /// dominated as well.
  void apply_transparent(const WriteRef& ref, std::span<const WriteRef> prev);
  /// Takes over a context for which only the server vouches (a heads pack). Never drops a head held
  /// here: those that the context covers are returned, to be flagged, and their writers' entries stay.
  std::vector<WriteRef> adopt(const Context& vouched);

  bool empty() const { return heads.empty() && context.empty() && transparent.empty(); }
  bool operator==(const Frontier&) const = default;

 private:
  void settle();
};

}  // namespace samla::resolve
