#include "core/change/tree.h"

#include <algorithm>
#include <bit>
#include <map>

namespace samla::change {

namespace {

constexpr const char* kOperation = "changeset.tree";

/// A subtree: leaves [begin, end).
struct Range {
  std::size_t begin;
  std::size_t end;
  auto operator<=>(const Range&) const = default;

  std::size_t size() const { return end - begin; }
  std::size_t split() const { return begin + std::bit_floor(size() - 1); }
  Range left() const { return {begin, split()}; }
  Range right() const { return {split(), end}; }
};

using Nodes = std::map<Range, sign::Hash>;

bool any(const std::vector<bool>& flags, Range range) {
  const auto begin = flags.begin() + static_cast<std::ptrdiff_t>(range.begin);
  const auto end = flags.begin() + static_cast<std::ptrdiff_t>(range.end);
  return std::find(begin, end, true) != end;
}

std::vector<bool> known(const LeafHashes& leaves) {
  std::vector<bool> out(leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) out[i] = leaves[i].has_value();
  return out;
}

std::size_t count_proof(const std::vector<bool>& flags, Range range) {
  if (!any(flags, range)) return 1;
  if (range.size() == 1) return 0;
  return count_proof(flags, range.left()) + count_proof(flags, range.right());
}

/// Folds known leaves and proof hashes into the root. The proof's length has been checked.
class Fold {
 public:
  Fold(const LeafHashes& leaves, std::span<const sign::Hash> proof, Nodes* nodes)
      : leaves_(leaves), known_(known(leaves)), proof_(proof), nodes_(nodes) {}

  sign::Hash hash(Range range) {
    const sign::Hash out = compute(range);
    if (nodes_ != nullptr) nodes_->emplace(range, out);
    return out;
  }

 private:
  sign::Hash compute(Range range) {
    if (!any(known_, range)) return proof_[used_++];
    if (range.size() == 1) return *leaves_[range.begin];
    const sign::Hash left = hash(range.left());
    const sign::Hash right = hash(range.right());
    return sign::Hasher("samla/change/node/1").add(left).add(right).finish();
  }

  const LeafHashes& leaves_;
  const std::vector<bool> known_;
  std::span<const sign::Hash> proof_;
  std::size_t used_ = 0;
  Nodes* nodes_;  // every subtree's hash that comes up, for whoever makes another proof
};

Result<sign::Hash> fold(const LeafHashes& leaves, std::span<const sign::Hash> proof, Nodes* nodes) {
  if (leaves.empty() || leaves.size() > kWritesMax) return fail(ErrorCode::malformed, kOperation);
  if (proof.size() != proof_size(known(leaves))) return fail(ErrorCode::malformed, kOperation);
  return Fold(leaves, proof, nodes).hash({0, leaves.size()});
}

/// Every subtree asked for is known: its parent holds a kept leaf, so a view that knows that leaf has
/// the subtree either folded or in its proof.
void collect(const std::vector<bool>& keep, Range range, const Nodes& nodes, std::vector<sign::Hash>& out) {
  if (!any(keep, range)) {
    const auto node = nodes.find(range);
    SAMLA_ASSERT(node != nodes.end());
    out.push_back(node->second);
  } else if (range.size() > 1) {
    collect(keep, range.left(), nodes, out);
    collect(keep, range.right(), nodes, out);
  }
}

}  // namespace

sign::Hash ciphertext_hash(ByteView ciphertext) {
  return sign::hash("samla/change/ciphertext/1", ciphertext);
}

sign::Hash leaf_hash(const WriteHeader& header, const sign::Hash& ciphertext) {
  return sign::Hasher("samla/change/leaf/1").add(encode(header)).add(ciphertext).finish();
}

std::size_t proof_size(const std::vector<bool>& known_leaves) {
  return count_proof(known_leaves, {0, known_leaves.size()});
}

Result<sign::Hash> tree_root(const LeafHashes& leaves, std::span<const sign::Hash> proof) {
  return fold(leaves, proof, nullptr);
}

Result<std::vector<sign::Hash>> make_proof(const LeafHashes& leaves, std::span<const sign::Hash> proof,
                                           const std::vector<bool>& keep) {
  SAMLA_ASSERT(keep.size() == leaves.size());
  for (std::size_t i = 0; i < keep.size(); ++i) SAMLA_ASSERT(!keep[i] || leaves[i].has_value());
  Nodes nodes;
  SAMLA_TRY(fold(leaves, proof, &nodes));
  std::vector<sign::Hash> out;
  collect(keep, {0, keep.size()}, nodes, out);
  return out;
}

Result<std::vector<sign::Hash>> unite_proofs(const LeafHashes& a, std::span<const sign::Hash> proof_a,
                                             const LeafHashes& b, std::span<const sign::Hash> proof_b) {
  SAMLA_ASSERT(a.size() == b.size());
  Nodes nodes;
  SAMLA_TRY(fold(a, proof_a, &nodes));
  SAMLA_TRY(fold(b, proof_b, &nodes));
  std::vector<bool> keep(a.size());
  for (std::size_t i = 0; i < keep.size(); ++i) keep[i] = a[i].has_value() || b[i].has_value();
  std::vector<sign::Hash> out;
  collect(keep, {0, keep.size()}, nodes, out);
  return out;
}

}  // namespace samla::change
