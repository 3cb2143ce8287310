// The hash tree over a changeset's writes, shaped as in RFC 6962 (a node over n leaves splits at the
// largest power of two below n), with domains of its own for leaves and nodes. A multiproof lists, from
// left to right, the hashes of the greatest subtrees that hold no known leaf: exactly those, so there is
// one proof for each set of known leaves, and for the empty set it is the root alone.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/change/write.h"
#include "core/sign/hash.h"

namespace samla::change {

sign::Hash ciphertext_hash(ByteView ciphertext);
/// H(domain, canonical write header, hash of the ciphertext).
sign::Hash leaf_hash(const WriteHeader& header, const sign::Hash& ciphertext);

/// A leaf's hash, or nothing where the leaf is absent. At least one element, at most kWritesMax.
using LeafHashes = std::vector<std::optional<sign::Hash>>;

/// How many hashes the multiproof has.
std::size_t proof_size(const std::vector<bool>& known);
/// The root; malformed if `proof` is not exactly as long as it must be.
Result<sign::Hash> tree_root(const LeafHashes& leaves, std::span<const sign::Hash> proof);
/// The multiproof for the leaves of `keep`, from a tree known by `leaves` and `proof`. Every kept leaf
/// must be known (asserted).
Result<std::vector<sign::Hash>> make_proof(const LeafHashes& leaves, std::span<const sign::Hash> proof,
                                           const std::vector<bool>& keep);
/// The multiproof for the union of the leaves known to two views of one tree.
Result<std::vector<sign::Hash>> unite_proofs(const LeafHashes& a, std::span<const sign::Hash> proof_a,
                                             const LeafHashes& b, std::span<const sign::Hash> proof_b);

}  // namespace samla::change
