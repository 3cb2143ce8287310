#include "core/change/changeset.h"

#include <algorithm>

#include "core/change/tree.h"

namespace samla::change {

namespace {

constexpr const char* kOperation = "changeset";

sign::Hash hash_of_ciphertext(const Leaf& leaf) {
  return leaf.state == LeafState::kFull ? ciphertext_hash(leaf.ciphertext) : leaf.ciphertext_hash;
}

LeafHashes leaf_hashes(const Changeset& changeset) {
  LeafHashes out;
  out.reserve(changeset.leaves.size());
  for (const Leaf& leaf : changeset.leaves) {
    if (leaf.state == LeafState::kAbsent) {
      out.emplace_back();
    } else {
      out.emplace_back(leaf_hash(leaf.write, hash_of_ciphertext(leaf)));
    }
  }
  return out;
}

}  // namespace

bool Changeset::complete() const {
  return std::ranges::all_of(leaves, [](const Leaf& leaf) { return leaf.state == LeafState::kFull; });
}

bool Changeset::metadata_complete() const {
  return std::ranges::none_of(leaves, [](const Leaf& leaf) { return leaf.state == LeafState::kAbsent; });
}

Result<sign::Hash> Changeset::compute_root() const {
  if (leaves.size() != header.count) return fail(ErrorCode::malformed, kOperation);
  return tree_root(leaf_hashes(*this), proof);
}

Result<void> Changeset::verify_root() const {
  SAMLA_ASSIGN(const sign::Hash root, compute_root());
  if (root != header.root) return fail(ErrorCode::not_authentic, kOperation);
  return {};
}

Result<void> Changeset::verify_signature(const sign::VerifyKey& key) const {
  SAMLA_TRY(verify_root());
  if (!verify_header(key, header, signature)) return fail(ErrorCode::bad_signature, kOperation);
  return {};
}

Result<Changeset> Changeset::partial(std::span<const std::uint32_t> keep) const {
  std::vector<bool> kept(leaves.size());
  for (const std::uint32_t index : keep) {
    if (index >= leaves.size()) return fail(ErrorCode::invalid_argument, kOperation);
    kept[index] = leaves[index].state != LeafState::kAbsent;
  }
  Changeset out;
  out.header = header;
  out.signature = signature;
  out.leaves.resize(leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (kept[i]) out.leaves[i] = leaves[i];
  }
  SAMLA_ASSIGN(out.proof, make_proof(leaf_hashes(*this), proof, kept));
  return out;
}

void Changeset::drop_ciphertext(std::uint32_t index) {
  SAMLA_ASSERT(index < leaves.size());
  Leaf& leaf = leaves[index];
  if (leaf.state != LeafState::kFull) return;
  leaf.ciphertext_hash = ciphertext_hash(leaf.ciphertext);
  leaf.ciphertext = {};
  leaf.state = LeafState::kHeaderOnly;
}

Result<void> check_in_place(const Header& header, std::uint32_t index, const WriteHeader& write) {
  const WriteRef self{header.writer, header.seq, index};
  for (const WriteRef& ref : write.prev) {
    if (ref.writer == self.writer && ref >= self) return fail(ErrorCode::malformed, kOperation);
  }
  for (const SeenEntry& entry : write.seen) {
    if (entry.writer == self.writer && entry.seq > self.seq) return fail(ErrorCode::malformed, kOperation);
  }
  return {};
}

Result<Changeset> merge(const Changeset& a, const Changeset& b) {
  if (a.header != b.header) return fail(ErrorCode::invalid_argument, "changeset.merge");
  // With both roots right, a write that both know is the same in both.
  SAMLA_TRY(a.verify_root());
  SAMLA_TRY(b.verify_root());
  Changeset out = a;
  for (std::size_t i = 0; i < out.leaves.size(); ++i) {
    if (b.leaves[i].state > out.leaves[i].state) out.leaves[i] = b.leaves[i];
  }
  SAMLA_ASSIGN(out.proof, unite_proofs(leaf_hashes(a), a.proof, leaf_hashes(b), b.proof));
  return out;
}

}  // namespace samla::change
