// A changeset's header: what its writer signs. It places the changeset in its writer's chain, names the
// chain heads it relied on, and commits to every write by the root of a hash tree.
// Invariant: the signed part is canonical; decoding it and encoding it again gives the same bytes.
#pragma once

#include <cstdint>

#include "core/base/codec.h"
#include "core/base/hybrid_clock.h"
#include "core/base/id.h"
#include "core/change/write.h"
#include "core/sign/hash.h"
#include "core/sign/signature.h"

namespace samla::change {

inline constexpr std::uint8_t kChangesetVersion = 1;

/// Write i is sealed under this with its last 8 bytes, little-endian, plus i.
using NonceBase = FixedBytes<24, struct NonceBaseTag>;

/// A place in the server's sequence of a space. All zero: the writer had seen none yet.
struct Position {
  Incarnation incarnation;
  std::uint64_t seq = 0;
  sign::Hash head;
  auto operator<=>(const Position&) const = default;
};

struct Header {
  std::uint8_t version = kChangesetVersion;
  OrganisationId organisation;
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 0;     ///< from 1 in each space
  sign::Hash prev;           ///< changeset_hash of this writer's one before; zero if and only if seq is 1
  sign::Hash identity_head;  ///< of the identity chain, as the writer knew it
  sign::Hash space_head;     ///< of the space chain, likewise
  Position position;         ///< the last server position that the writer had seen
  std::uint32_t epoch = 0;   ///< of the space key that seals the values
  NonceBase nonce_base;
  HybridTime base_time;  ///< times of writes are encoded as differences to it
  std::uint32_t count = 0;
  sign::Hash root;  ///< of the hash tree over the writes (tree.h)

  bool operator==(const Header&) const = default;
};

/// Whether seq, prev and count keep the rules written at the members.
Result<void> check(const Header& header);

/// The canonical header with its root: the bytes that are signed and hashed. Also the form in which a
/// header is stored alone.
Bytes encode_signed_part(const Header& header);
Result<Header> decode_signed_part(ByteView bytes);

/// The name of a changeset: over the header with its root, without the signature.
sign::Hash changeset_hash(const Header& header);

/// What the sealed value of write `index` authenticates beside itself: the header without root and
/// signature, the index, and the write's own clear metadata, so that no ciphertext can be moved.
/// Needs every header field but the root, `count` included, and the write's ciphertext_size.
Bytes associated_data(const Header& header, std::uint32_t index, const WriteHeader& write);

sign::Signature sign_header(const sign::SigningKey& key, const Header& header);
[[nodiscard]] bool verify_header(const sign::VerifyKey& key, const Header& header,
                                 const sign::Signature& signature);

/// The header without its root, as it begins an encoded changeset. For changeset codecs only.
void write_header_without_root(Writer& out, const Header& header);
Header read_header_without_root(Reader& in);

}  // namespace samla::change
