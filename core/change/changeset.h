// A changeset: an atomic, signed batch of writes by one writer in one space, held wholly or in part.
// Made by ChangesetBuilder (builder.h) when the outbox is frozen; from there to the last replica its
// bytes never change. Invariant: decode then encode gives the same bytes, or the input is refused.
// Pure values, without keys: the server works with the same code. One thread at a time.
#pragma once

#include <span>
#include <vector>

#include "core/change/header.h"
#include "core/change/write.h"

namespace samla::change {

/// Do not reorder: a later state knows more (`merge` keeps the greater one). Not persisted.
enum class LeafState : std::uint8_t {
  kAbsent,      ///< nothing known; the multiproof covers it
  kHeaderOnly,  ///< metadata and the hash of the ciphertext, whose bytes were dropped or erased
  kFull,        ///< metadata and ciphertext
};

struct Leaf {
  LeafState state = LeafState::kAbsent;
  WriteHeader write;           ///< unless kAbsent
  Bytes ciphertext;            ///< kFull only; write.ciphertext_size bytes
  sign::Hash ciphertext_hash;  ///< kHeaderOnly only, otherwise zero

  bool operator==(const Leaf&) const = default;
};

/// An upper bound of what an encoded changeset holds beside its writes (encoded_size_max, write.h).
inline constexpr std::size_t kChangesetFrameBytesMax = 360;

struct Changeset {
  Header header;
  sign::Signature signature;
  std::vector<Leaf> leaves;       ///< header.count of them, by index
  std::vector<sign::Hash> proof;  ///< the multiproof of what is absent (tree.h); empty if nothing is

  /// Every write is there with its ciphertext.
  bool complete() const;
  /// Every write's metadata is there (ciphertexts may have been dropped).
  bool metadata_complete() const;
  sign::Hash hash() const { return changeset_hash(header); }
  WriteRef ref(std::uint32_t index) const { return {header.writer, header.seq, index}; }

  /// Reads docs/formats/changeset.md. The root is not in the bytes: it is computed from the writes and
  /// the proof and set in `header`, so a changeset whose writes were altered decodes, has another hash
  /// and fails verify_signature. Whoever decodes must therefore verify the signature, or compare the
  /// hash with one known to be good.
  static Result<Changeset> decode(ByteView bytes);
  /// For a changeset that `decode`, the builder or a function below gave.
  Bytes encode() const;

  /// The root that leaves and proof give; malformed where their numbers don't fit.
  Result<sign::Hash> compute_root() const;
  /// Whether leaves and proof give header.root. Always so after `decode`; for those put together
  /// otherwise (from a store's rows).
  Result<void> verify_root() const;
  /// Whether `key` signed this header, and verify_root.
  Result<void> verify_signature(const sign::VerifyKey& key) const;

  /// The same changeset with only the writes of `keep` (those of them that are known); no index at all
  /// leaves the header with the root as its proof. Indices past the end are refused.
  Result<Changeset> partial(std::span<const std::uint32_t> keep) const;
  /// Forgets the bytes of one ciphertext and keeps its hash. No effect unless the leaf is full.
  void drop_ciphertext(std::uint32_t index);
};

/// The rules that tie a write to its place: its prev, and its author's own entry in `seen`, lie before
/// it. `decode` and the builder apply them.
Result<void> check_in_place(const Header& header, std::uint32_t index, const WriteHeader& write);

/// Everything that either knows. Refused (invalid_argument) unless both are parts of one changeset;
/// of two different signatures over one header, a's stays.
Result<Changeset> merge(const Changeset& a, const Changeset& b);

}  // namespace samla::change
