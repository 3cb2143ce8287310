#include "core/seal/value.h"

#include <sodium.h>
#include <zstd.h>

#include <bit>
#include <memory>

#include "core/base/codec.h"

namespace samla::seal {

namespace {

// First byte of a packed value. Do not renumber.
constexpr std::uint8_t kStored = 0;
constexpr std::uint8_t kCompressed = 1;
constexpr std::size_t kCompressAbove = 256;
constexpr int kLevel = 3;

/// zstd's working memory, kept by each thread: to make and clear it costs more than a value of a few hundred
/// bytes does.
struct Contexts {
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> compress{ZSTD_createCCtx(), ZSTD_freeCCtx};
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> inflate{ZSTD_createDCtx(), ZSTD_freeDCtx};
};

Contexts& contexts() {
  thread_local Contexts own;
  SAMLA_ASSERT(own.compress != nullptr && own.inflate != nullptr);
  return own;
}

Bytes compressed(ByteView plaintext) {
  Bytes out(ZSTD_compressBound(plaintext.size()));
  const std::size_t size = ZSTD_compressCCtx(contexts().compress.get(), out.data(), out.size(),
                                             plaintext.data(), plaintext.size(), kLevel);
  SAMLA_ASSERT(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

std::array<std::uint8_t, 24> nonce_for(ByteView base, std::uint32_t index) {
  SAMLA_ASSERT(base.size() == 24);
  std::array<std::uint8_t, 24> nonce;
  std::ranges::copy(base, nonce.begin());
  // sodium_add works little-endian and wraps: the addition that the format asks for.
  std::array<std::uint8_t, 8> addend{};
  for (std::size_t i = 0; i < 4; ++i) addend[i] = static_cast<std::uint8_t>(index >> (8 * i));
  sodium_add(nonce.data() + 16, addend.data(), addend.size());
  return nonce;
}

Result<Bytes> inflate(ByteView body, std::size_t size) {
  // The stated size is checked before anything is allocated by it.
  if (size > kPlaintextBytesMax || size > body.size() * kInflationMax) {
    return fail(ErrorCode::malformed, "value.inflate");
  }
  Bytes out(size);
  const std::size_t made =
      ZSTD_decompressDCtx(contexts().inflate.get(), out.data(), out.size(), body.data(), body.size());
  if (ZSTD_isError(made) != 0 || made != size) return fail(ErrorCode::malformed, "value.inflate");
  return out;
}

Result<Bytes> unpack(ByteView packed) {
  Reader in(packed);
  const std::uint8_t form = in.u8();
  const auto size = static_cast<std::size_t>(in.varint(kPlaintextBytesMax));
  const ByteView body = form == kCompressed ? in.blob(packed.size()) : in.raw(size);
  SAMLA_TRY(in.status("value.unpack"));
  const bool zeros = std::ranges::all_of(in.rest(), [](std::uint8_t b) { return b == 0; });
  const bool padded = padded_size(packed.size() - in.rest().size()) == packed.size();
  if (form > kCompressed || !zeros || !padded) return fail(ErrorCode::malformed, "value.unpack");
  return form == kCompressed ? inflate(body, size) : Result<Bytes>(to_bytes(body));
}

}  // namespace

std::size_t padded_size(std::size_t size) {
  constexpr std::size_t kLeast = 32;
  if (size <= kLeast) return kLeast;
  const auto exponent = static_cast<unsigned>(std::bit_width(size) - 1);
  const auto mantissa = static_cast<unsigned>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent - mantissa)) - 1;
  return (size + mask) & ~mask;
}

Result<PackedValue> PackedValue::pack(ByteView plaintext) {
  if (plaintext.size() > kPlaintextBytesMax) return fail(ErrorCode::too_large, "value.pack");
  Writer out;
  if (plaintext.size() > kCompressAbove) {
    const Bytes body = compressed(plaintext);
    if (body.size() < plaintext.size() && plaintext.size() <= body.size() * kInflationMax) {
      out.u8(kCompressed);
      out.varint(plaintext.size());
      out.blob(body);
    }
  }
  if (out.size() == 0) {
    out.u8(kStored);
    out.blob(plaintext);
  }
  PackedValue packed;
  packed.bytes_ = out.take();
  packed.bytes_.resize(padded_size(packed.bytes_.size()));
  return packed;
}

Bytes seal_value(const SpaceKey& key, ByteView nonce_base, std::uint32_t index, ByteView associated_data,
                 const PackedValue& value) {
  const auto nonce = nonce_for(nonce_base, index);
  Bytes out(value.sealed_size());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, value.bytes().data(), value.bytes().size(),
                                             associated_data.data(), associated_data.size(), nullptr,
                                             nonce.data(), key.bytes.view().data());
  return out;
}

Result<Bytes> open_value(const SpaceKey& key, ByteView nonce_base, std::uint32_t index,
                         ByteView associated_data, ByteView ciphertext) {
  if (ciphertext.size() < kSealBytes) return fail(ErrorCode::not_authentic, "value.open");
  const auto nonce = nonce_for(nonce_base, index);
  Bytes packed(ciphertext.size() - kSealBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          packed.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(), associated_data.data(),
          associated_data.size(), nonce.data(), key.bytes.view().data()) != 0) {
    return fail(ErrorCode::not_authentic, "value.open");
  }
  return unpack(packed);
}

FieldTag field_tag(const TagKey& key, const RecordId& record, std::string_view field, ByteView element) {
  static constexpr std::string_view kDomain = "samla/field_tag/1";
  for (std::uint8_t attempt = 0;; ++attempt) {
    Writer in;
    in.text(kDomain);
    in.fixed(record);
    in.text(field);
    in.blob(element);
    in.u8(attempt);
    // BLAKE2b with an output of eight bytes; libsodium's high-level call starts at sixteen.
    FieldTag tag;
    crypto_generichash_blake2b_state state;
    SAMLA_ASSERT(crypto_generichash_blake2b_init(&state, key.bytes.view().data(), 32, FieldTag::kSize) == 0);
    crypto_generichash_blake2b_update(&state, in.bytes().data(), in.size());
    crypto_generichash_blake2b_final(&state, tag.bytes.data(), tag.bytes.size());
    if (!tag.is_zero()) return tag;
  }
}

}  // namespace samla::seal
