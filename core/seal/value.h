// Sealing of a write's value: packed (compressed, padded), then XChaCha20-Poly1305 under the space's
// epoch key. Knows bytes, not records. security.md "Values"; docs/formats/sealed_value.md.
// Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace samla::seal {

inline constexpr std::size_t kSealBytes = 16;  ///< Poly1305's tag
inline constexpr std::size_t kPlaintextBytesMax = 512 * 1024 + 4096;
inline constexpr std::size_t kInflationMax = 16;

/// Seals the values of one epoch of a space.
struct SpaceKey {
  Secret<32> bytes;
};
/// Makes the field tags of a space; the same in all its epochs.
struct TagKey {
  Secret<32> bytes;
};

/// A plaintext as it will be sealed: its size, which the associated data names, is known now.
class PackedValue {
 public:
  /// Compresses where it pays and a reader will accept the inflation, and pads to max(32, PADMÉ).
  /// too_large above kPlaintextBytesMax.
  static Result<PackedValue> pack(ByteView plaintext);

  std::uint32_t sealed_size() const { return static_cast<std::uint32_t>(bytes_.size() + kSealBytes); }
  ByteView bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// The ciphertext of write `index` of a changeset: `sealed_size()` bytes. The nonce is `nonce_base` (24
/// bytes) with `index` added to its last eight, little-endian.
Bytes seal_value(const SpaceKey& key, ByteView nonce_base, std::uint32_t index, ByteView associated_data,
                 const PackedValue& value);

/// The plaintext, or not_authentic; malformed where an authentic value is not packed as `pack` does.
Result<Bytes> open_value(const SpaceKey& key, ByteView nonce_base, std::uint32_t index,
                         ByteView associated_data, ByteView ciphertext);

/// PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
/// 2019), at least 32: leaks O(log log size) bits, costs at most 12 %.
std::size_t padded_size(std::size_t size);

/// The keyed 64-bit name of a field of a record, and for a set's element or a vote also of that. Never
/// zero, which is the life field.
FieldTag field_tag(const TagKey& key, const RecordId& record, std::string_view field, ByteView element = {});

}  // namespace samla::seal
