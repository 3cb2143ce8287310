// What a changeset is and how it is tied together; its bytes are in changeset_codec.cc.
#include "core/change/changeset.h"

#include <optional>
#include <utility>

#include "core/change/changeset_codec.h"
#include "core/change/hash_tree.h"

namespace samla::change {

namespace {

constexpr std::string_view kSignatureDomain = "samla/changeset/1";

sign::Hash ciphertext_hash(ByteView ciphertext) { return sign::hash("samla/change/value/1", ciphertext); }

sign::Hash leaf_hash(const WriteHeader& write, const sign::Hash& value) {
  Writer header;
  append_canonical(header, write);
  return sign::Hasher("samla/change/leaf/1").add(value).add(header.bytes()).finish();
}

std::optional<sign::Hash> leaf_hash(const Leaf& leaf) {
  if (const auto* full = std::get_if<FullLeaf>(&leaf)) {
    return leaf_hash(full->header, ciphertext_hash(full->ciphertext));
  }
  if (const auto* bare = std::get_if<BareLeaf>(&leaf)) return leaf_hash(bare->header, bare->ciphertext_hash);
  return std::nullopt;
}

std::vector<std::optional<sign::Hash>> leaf_hashes(const std::vector<Leaf>& leaves) {
  std::vector<std::optional<sign::Hash>> hashes;
  hashes.reserve(leaves.size());
  for (const Leaf& leaf : leaves) hashes.push_back(leaf_hash(leaf));
  return hashes;
}

}  // namespace

const WriteHeader* header_of(const Leaf& leaf) {
  if (const auto* full = std::get_if<FullLeaf>(&leaf)) return &full->header;
  if (const auto* bare = std::get_if<BareLeaf>(&leaf)) return &bare->header;
  return nullptr;
}

Result<Changeset> Changeset::decode(ByteView bytes) {
  SAMLA_ASSIGN(Changeset changeset, decode_parts(bytes));
  SAMLA_ASSIGN(const sign::Hash root, root_from_proof(leaf_hashes(changeset.leaves), changeset.proof));
  if (root != changeset.header.root) return fail(ErrorCode::not_authentic, "changeset.root");
  return changeset;
}

Bytes Changeset::encode() const { return encode_parts(*this); }

bool Changeset::complete() const {
  for (const Leaf& leaf : leaves) {
    if (!std::holds_alternative<FullLeaf>(leaf)) return false;
  }
  return true;
}

bool Changeset::signed_by(const VerifyKey& key) const {
  return sign::verify(key, kSignatureDomain, encode_header(header), signature);
}

Changeset Changeset::partial(const std::vector<bool>& kept) const {
  SAMLA_ASSERT(kept.size() == leaves.size());
  Changeset out{header, signature, {}, {}};
  for (std::size_t i = 0; i < leaves.size(); ++i)
    out.leaves.push_back(kept[i] ? leaves[i] : Leaf(AbsentLeaf{}));
  auto hashes = leaf_hashes(leaves);
  // Absent leaves of a partial have no hash of their own: only a changeset with all its leaves, full or
  // bare, can be cut down.
  for (const auto& hash : hashes) SAMLA_ASSERT(hash.has_value());
  out.proof = multiproof(hashes, kept);
  return out;
}

Result<Changeset> Changeset::merged(const Changeset& a, const Changeset& b) {
  if (a.header != b.header || a.signature != b.signature)
    return fail(ErrorCode::malformed, "changeset.merge");
  if (a.leaves.size() != b.leaves.size()) return fail(ErrorCode::malformed, "changeset.merge");
  Changeset out = a;
  bool all = true;
  for (std::size_t i = 0; i < out.leaves.size(); ++i) {
    const bool fuller = out.leaves[i].index() > b.leaves[i].index();
    if (fuller) out.leaves[i] = b.leaves[i];
    all = all && !std::holds_alternative<AbsentLeaf>(out.leaves[i]);
  }
  if (all) {
    out.proof.clear();
    return out;
  }
  SAMLA_ASSIGN(out.proof, united_proof(leaf_hashes(a.leaves), a.proof, leaf_hashes(b.leaves), b.proof));
  return out;
}

void Changeset::drop_ciphertext(std::size_t index) {
  auto* full = std::get_if<FullLeaf>(&leaves.at(index));
  if (full == nullptr) return;
  const sign::Hash hash = ciphertext_hash(full->ciphertext);
  leaves[index] = BareLeaf{std::move(full->header), hash};
}

Result<Header> decode_header(ByteView changeset_bytes) {
  Reader reader(changeset_bytes);
  Header header = read_header(reader);
  SAMLA_TRY(reader.status("changeset"));
  return header;
}

sign::Hash changeset_hash(const Header& header) {
  return sign::hash("samla/changeset/hash/1", encode_header(header));
}

Bytes associated_data(const Header& header, std::uint32_t index, const WriteHeader& write) {
  Writer out;
  append_header_without_root(out, header);
  out.varint(index);
  append_canonical(out, write);
  return out.take();
}

Result<Changeset> sign_changeset(Header header, std::vector<FullLeaf> writes, const sign::SigningKey& key) {
  if (writes.size() > kWritesMax) return fail(ErrorCode::too_large, "changeset.sign");
  SAMLA_ASSERT(!writes.empty() && header.count == writes.size() &&
               header.base_time == writes.front().header.time);
  Changeset out{std::move(header), {}, {}, {}};
  for (FullLeaf& write : writes) {
    SAMLA_ASSERT(is_well_formed(write.header) && write.header.ciphertext_size == write.ciphertext.size());
    out.leaves.emplace_back(std::move(write));
  }
  out.header.root = tree_root(leaf_hashes(out.leaves));
  out.signature = key.sign(kSignatureDomain, encode_header(out.header));
  if (out.encode().size() > kChangesetBytesMax) return fail(ErrorCode::too_large, "changeset.sign");
  return out;
}

}  // namespace samla::change
