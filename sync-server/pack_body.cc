#include "sync-server/pack_body.h"

#include <algorithm>
#include <bit>

namespace samla::server {

using change::Changeset;

namespace {

/// Of a changeset beside its writes, and of a write beside its ciphertext: about.
constexpr std::size_t kHeaderBytes = 400;
constexpr std::size_t kWriteBytes = 48;

}  // namespace

Result<PackBodyMaker::Piece*> PackBodyMaker::piece(std::uint64_t seq) {
  const auto found = pieces_.find(seq);
  if (found != pieces_.end()) return &found->second;
  SAMLA_ASSIGN(auto run, storage_.changesets_after(space_, seq - 1, 1));
  if (run.empty() || run.front().seq != seq) return fail(ErrorCode::store_corrupt, "server.pack");
  Piece made;
  made.bytes = std::move(run.front().bytes);
  SAMLA_ASSIGN(made.changeset, Changeset::decode(made.bytes));
  made.kept.resize(made.changeset.leaves.size());
  return &pieces_.emplace(seq, std::move(made)).first->second;
}

Result<const Changeset*> PackBodyMaker::changeset(std::uint64_t seq) {
  SAMLA_ASSIGN(const Piece* found, piece(seq));
  return &found->changeset;
}

Result<void> PackBodyMaker::add_header(std::uint64_t seq) {
  SAMLA_ASSIGN(Piece * found, piece(seq));
  if (!found->sent) bytes_ += kHeaderBytes;
  found->sent = true;
  return {};
}

Result<void> PackBodyMaker::add(const PlacedWrite& write) {
  SAMLA_TRY(add_header(write.seq));
  SAMLA_ASSIGN(Piece * found, piece(write.seq));
  if (write.index >= found->kept.size()) return fail(ErrorCode::store_corrupt, "server.pack");
  if (found->kept[write.index]) return {};
  found->kept[write.index] = true;
  // No two records share a write, so nobody else in this body wants more of it than its metadata.
  if (write.bare) found->changeset.drop_ciphertext(write.index);
  const change::Leaf& leaf = found->changeset.leaves[write.index];
  const auto* full = std::get_if<change::FullLeaf>(&leaf);
  bytes_ += kWriteBytes + sizeof(sign::Hash) * std::bit_width(found->kept.size());
  bytes_ += full == nullptr ? sizeof(sign::Hash) : full->ciphertext.size();
  if (const auto* header = change::header_of(leaf)) {
    bytes_ += FieldTag::kSize * header->tags.size() + 6 * (header->prev.size() + header->seen.size());
  }
  return {};
}

wire::PackRef PackBodyMaker::ref(const change::WriteRef& ref) {
  const auto [writer, fresh] =
      writers_.try_emplace(ref.writer, static_cast<std::uint32_t>(body_.writers.size()));
  if (fresh) {
    body_.writers.push_back(ref.writer);
    bytes_ += WriterId::kSize;
  }
  bytes_ += 5;
  return {writer->second, ref.seq, ref.index};
}

void PackBodyMaker::add_whole(const RecordId& record) {
  body_.records.push_back({record, 0, {}});
  bytes_ += RecordId::kSize + 2;
}

void PackBodyMaker::add_record(const RecordId& record, std::uint64_t missing,
                               const resolve::RecordState& state, const resolve::LiveWrites& live) {
  wire::PackRecord out{record, missing, {}};
  for (const auto& [tag, field] : state.fields()) {
    wire::PackField each;
    each.tag = tag;
    for (const auto& [writer, at] : field.context()) {
      each.replaced.push_back(ref({writer, at.first, at.second}));
    }
    if (const auto text = live.texts().find(tag); text != live.texts().end()) {
      each.text = true;
      for (const change::WriteRef& root : text->second.roots) each.roots.push_back(ref(root));
    }
    if (each.text || !each.replaced.empty()) out.fields.push_back(std::move(each));
  }
  bytes_ += RecordId::kSize + 4 + (FieldTag::kSize + 3) * out.fields.size();
  body_.records.push_back(std::move(out));
}

wire::PackBody PackBodyMaker::finish() {
  for (const auto& [seq, piece] : pieces_) {
    if (!piece.sent) continue;
    const bool all = std::ranges::all_of(piece.kept, [](bool kept) { return kept; });
    Bytes bytes = all ? piece.changeset.encode() : piece.changeset.partial(piece.kept).encode();
    body_.items.push_back({seq, std::move(bytes)});
  }
  return std::move(body_);
}

}  // namespace samla::server
