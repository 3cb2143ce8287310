#include "core/change/hash_tree.h"

#include <bit>
#include <map>
#include <utility>

namespace samla::change {

namespace {

sign::Hash node(const sign::Hash& left, const sign::Hash& right) {
  return sign::Hasher("samla/change/node/1").add(left).add(right).finish();
}

// The left subtree has the largest power of two below the size.
std::size_t left_size(std::size_t size) { return std::bit_floor(size - 1); }

bool any_known(KnownLeaves leaves) {
  for (const auto& leaf : leaves) {
    if (leaf) return true;
  }
  return false;
}

void collect(KnownLeaves leaves, const std::vector<bool>& kept, std::size_t offset,
             std::vector<sign::Hash>& proof) {
  bool any_kept = false;
  for (std::size_t i = 0; i < leaves.size(); ++i) any_kept = any_kept || kept[offset + i];
  if (!any_kept) {
    proof.push_back(tree_root(leaves));
    return;
  }
  if (leaves.size() == 1) return;
  const std::size_t left = left_size(leaves.size());
  collect(leaves.first(left), kept, offset, proof);
  collect(leaves.subspan(left), kept, offset + left, proof);
}

std::optional<sign::Hash> rebuild(KnownLeaves leaves, std::span<const sign::Hash>& proof) {
  if (!any_known(leaves)) {
    if (proof.empty()) return std::nullopt;
    const sign::Hash next = proof.front();
    proof = proof.subspan(1);
    return next;
  }
  if (leaves.size() == 1) return leaves.front();
  const std::size_t split = left_size(leaves.size());
  const auto left = rebuild(leaves.first(split), proof);
  const auto right = rebuild(leaves.subspan(split), proof);
  if (!left || !right) return std::nullopt;
  return node(*left, *right);
}

/// The hashes that a proof gives, by the subtree (first leaf, leaves) that each covers.
using Covered = std::map<std::pair<std::size_t, std::size_t>, sign::Hash>;

void cover(KnownLeaves leaves, std::size_t offset, std::span<const sign::Hash>& proof, Covered& covered) {
  if (!any_known(leaves)) {
    if (proof.empty()) return;
    covered.emplace(std::pair(offset, leaves.size()), proof.front());
    proof = proof.subspan(1);
    return;
  }
  if (leaves.size() == 1) return;
  const std::size_t left = left_size(leaves.size());
  cover(leaves.first(left), offset, proof, covered);
  cover(leaves.subspan(left), offset + left, proof, covered);
}

// Whichever part knows a leaf of the parent covers exactly this subtree, so a look-up suffices.
bool unite(KnownLeaves a, KnownLeaves b, std::size_t offset, const Covered& covered,
           std::vector<sign::Hash>& proof) {
  if (!any_known(a) && !any_known(b)) {
    const auto found = covered.find({offset, a.size()});
    if (found == covered.end()) return false;
    proof.push_back(found->second);
    return true;
  }
  if (a.size() == 1) return true;
  const std::size_t left = left_size(a.size());
  return unite(a.first(left), b.first(left), offset, covered, proof) &&
         unite(a.subspan(left), b.subspan(left), offset + left, covered, proof);
}

}  // namespace

sign::Hash tree_root(KnownLeaves leaves) {
  SAMLA_ASSERT(!leaves.empty() && leaves.front().has_value());
  if (leaves.size() == 1) return *leaves.front();
  const std::size_t left = left_size(leaves.size());
  return node(tree_root(leaves.first(left)), tree_root(leaves.subspan(left)));
}

std::vector<sign::Hash> multiproof(KnownLeaves leaves, const std::vector<bool>& kept) {
  SAMLA_ASSERT(leaves.size() == kept.size() && !leaves.empty());
  std::vector<sign::Hash> proof;
  collect(leaves, kept, 0, proof);
  return proof;
}

Result<sign::Hash> root_from_proof(KnownLeaves leaves, std::span<const sign::Hash> proof) {
  const auto root = leaves.empty() ? std::nullopt : rebuild(leaves, proof);
  if (!root || !proof.empty()) return fail(ErrorCode::malformed, "changeset.proof");
  return *root;
}

Result<std::vector<sign::Hash>> united_proof(KnownLeaves a, std::span<const sign::Hash> proof_a,
                                             KnownLeaves b, std::span<const sign::Hash> proof_b) {
  Covered covered;
  std::vector<sign::Hash> proof;
  if (a.size() == b.size() && !a.empty()) {
    cover(a, 0, proof_a, covered);
    cover(b, 0, proof_b, covered);
    if (unite(a, b, 0, covered, proof)) return proof;
  }
  return fail(ErrorCode::malformed, "changeset.proof");
}

}  // namespace samla::change
