// A changeset: an atomic, signed batch of writes by one writer in one space, whole or in part.
// Its header is signed once; a hash tree ties the writes to it, so that single writes can be
// delivered, dropped or erased and the rest still verifies, without keys. docs/formats/changeset.md.
// Invariant: decode then encode gives the same bytes, or the input is refused. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/base/position.h"
#include "core/change/write.h"
#include "core/sign/hash.h"
#include "core/sign/signature.h"

namespace samla::change {

inline constexpr std::uint8_t kChangesetVersion = 1;
inline constexpr std::size_t kWritesMax = 4096;
inline constexpr std::size_t kChangesetBytesMax = 768 * 1024;

using NonceBase = FixedBytes<24, struct NonceBaseTag>;

struct Header {
  std::uint8_t version = kChangesetVersion;
  OrganisationId organisation;
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 1;     ///< 1, 2, 3 … for each (space, writer)
  sign::Hash prev;           ///< changeset_hash of seq - 1; zero for the first
  sign::Hash identity_head;  ///< of the identity chain, as the author knew it
  sign::Hash space_head;     ///< of the space's chain, likewise
  Position position;         ///< the last of the server's positions that the author had seen
  std::uint32_t epoch = 1;   ///< whose key seals the values
  NonceBase nonce_base;      ///< random; write i is sealed under the base plus i
  HybridTime base_time;      ///< of the first write
  std::uint32_t count = 0;   ///< writes, 1 to kWritesMax
  sign::Hash root;           ///< of the hash tree over the writes

  bool operator==(const Header&) const = default;
};

/// A write whose ciphertext is here.
struct FullLeaf {
  WriteHeader header;
  Bytes ciphertext;
  bool operator==(const FullLeaf&) const = default;
};
/// A write whose ciphertext has been dropped or erased: its hash stays.
struct BareLeaf {
  WriteHeader header;
  sign::Hash ciphertext_hash;
  bool operator==(const BareLeaf&) const = default;
};
/// A write that is not here; the proof covers it.
struct AbsentLeaf {
  bool operator==(const AbsentLeaf&) const = default;
};
using Leaf = std::variant<FullLeaf, BareLeaf, AbsentLeaf>;

/// The write's header, or null for an absent leaf.
const WriteHeader* header_of(const Leaf& leaf);

struct Changeset {
  Header header;
  Signature signature;
  std::vector<Leaf> leaves;       ///< header.count of them
  std::vector<sign::Hash> proof;  ///< empty when no leaf is absent

  /// Refuses anything that `encode` would not have written, and a root that the writes don't have.
  /// The signature is not looked at.
  static Result<Changeset> decode(ByteView bytes);
  Bytes encode() const;

  /// Every write is here with its ciphertext.
  bool complete() const;
  [[nodiscard]] bool signed_by(const VerifyKey& key) const;
  WriteRef ref(std::size_t index) const {
    return {header.writer, header.seq, static_cast<std::uint32_t>(index)};
  }

  /// The same changeset with only the writes `kept` (by index; at least one; all of them present here).
  Changeset partial(const std::vector<bool>& kept) const;
  /// Unites two parts of one changeset (same header and signature, else malformed): a write is full
  /// where either has it full.
  static Result<Changeset> merged(const Changeset& a, const Changeset& b);
  /// Drops a present write's ciphertext and keeps its hash.
  void drop_ciphertext(std::size_t index);

  bool operator==(const Changeset&) const = default;
};

/// Reads the header alone, for those who route by it; the rest is not looked at.
Result<Header> decode_header(ByteView changeset_bytes);

/// Identity of a changeset: over its header with the root, not the signature.
sign::Hash changeset_hash(const Header& header);

/// What the value of write `index` is bound to: the header without root, the write's own metadata.
Bytes associated_data(const Header& header, std::uint32_t index, const WriteHeader& write);

/// Fills in count, base time and root, and signs. `writes` well-formed with ciphertexts of the stated
/// sizes (asserted); too_large beyond the limits.
Result<Changeset> sign_changeset(Header header, std::vector<FullLeaf> writes, const sign::SigningKey& key);

/// The same verdict on every replica: a pure function of changeset and chains. Do not renumber.
enum class Validity : std::uint8_t {
  kValid = 1,
  kVoid = 2,         ///< without right, or not as it must be: keeps its place, its writes are no heads
  kQuarantined = 3,  ///< after a cut-off, or from a fork on
};

}  // namespace samla::change
