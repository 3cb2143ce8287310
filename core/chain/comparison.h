// One's own chain beside the one that somebody offers, and the code by which two people compare theirs.
// Pure.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "core/chain/space_state.h"

namespace samla::chain {

/// A chain by its heads alone. The hash after an entry binds all before it, so where two hashes are equal
/// the chains are, up to there.
struct ChainView {
  Head head;
  /// The head hash after entry `seq`, 1 to head.seq.
  std::function<sign::Hash(std::uint64_t seq)> hash_at;

  static ChainView of(const IdentityState& state);
  static ChainView of(const SpaceState& state);
};

enum class ChainRelation {
  kSame,
  kBehind,  ///< what is offered is a prefix of ours: offer the rest
  kAhead,   ///< ours is a prefix of what is offered: take the rest
  kForked,  ///< two different entries follow one head: freeze this chain's sync, and say so
};

struct Comparison {
  ChainRelation relation = ChainRelation::kSame;
  std::uint64_t common = 0;  ///< entries that both have; a fork's first entry is the next
  bool operator==(const Comparison&) const = default;
};

/// What an offered chain is to ours. Neither view is asked for more than log2 of its length in hashes.
Comparison compare(const ChainView& ours, const ChainView& offered);

/// Whether the whole chain in `state` has the pinned head, or a repair entry in it gives that head up.
enum class PinRelation { kHeld, kRepaired, kBehind, kForked };
template <class State>
PinRelation compare_pin(const Head& pinned, const State& state) {
  const auto seq = state.seq_of(pinned.hash);
  if (seq && *seq == pinned.seq) return PinRelation::kHeld;
  if (state.abandoned(pinned.hash)) return PinRelation::kRepaired;
  // Which of the two it is shows when the rest of our own chain is offered to whoever is behind.
  return state.head().seq < pinned.seq ? PinRelation::kBehind : PinRelation::kForked;
}

/// 60 bits of the heads as three groups of four letters and digits that don't sound or look alike:
/// "7K2M-XW0D-9RTA". Equal for two people exactly when their organisation and these heads are.
std::string comparison_code(const OrganisationId& organisation, const Head& identity,
                            std::span<const std::pair<SpaceId, Head>> spaces = {});
/// Whether two codes are one, as typed or read out: case, dashes and spaces don't count.
bool same_code(std::string_view a, std::string_view b);

}  // namespace samla::chain
