// The hash tree over a changeset's writes (the shape of RFC 6962 section 2.1, hashes of our own) and
// its multiproof: the hashes of the largest absent subtrees, left to right.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/sign/hash.h"

namespace samla::change {

/// A leaf's hash where it is known; absent where the multiproof must cover it.
using KnownLeaves = std::span<const std::optional<sign::Hash>>;

/// The root over all leaves; at least one leaf, all known (asserted).
sign::Hash tree_root(KnownLeaves leaves);

/// The proof that lets `kept` leaves be checked without the others. Same size as `leaves` (asserted).
std::vector<sign::Hash> multiproof(KnownLeaves leaves, const std::vector<bool>& kept);

/// The root that follows from the known leaves and `proof`; malformed when the proof has too few or too
/// many hashes.
Result<sign::Hash> root_from_proof(KnownLeaves leaves, std::span<const sign::Hash> proof);

/// The proof for the leaves that a part with (`a`, `proof_a`) or one with (`b`, `proof_b`) knows. Both
/// are parts of one tree whose roots have been checked; malformed where they can't be.
Result<std::vector<sign::Hash>> united_proof(KnownLeaves a, std::span<const sign::Hash> proof_a,
                                             KnownLeaves b, std::span<const sign::Hash> proof_b);

}  // namespace samla::change
