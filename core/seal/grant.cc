#include "core/seal/grant.h"

#include <sodium.h>

#include "core/base/codec.h"

namespace samla::seal {

namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

KeyCommitment commitment(std::string_view domain, const SpaceId& space, std::uint64_t epoch, ByteView key) {
  Writer in;
  in.text(domain);
  in.fixed(space);
  in.u64(epoch);
  KeyCommitment out;
  SAMLA_ASSERT(crypto_generichash_blake2b(out.bytes.data(), out.bytes.size(), in.bytes().data(), in.size(),
                                          key.data(), key.size()) == 0);
  return out;
}

}  // namespace

KeyPair KeyPair::generate(Random& random) {
  Secret<32> secret;
  random.fill(secret.writable());
  return from_secret(std::move(secret));
}

KeyPair KeyPair::from_seed(const Secret<32>& seed) {
  KeyPair pair;
  crypto_box_seed_keypair(pair.public_key_.bytes.data(), pair.secret_.writable().data(), seed.view().data());
  return pair;
}

KeyPair KeyPair::from_secret(Secret<32> secret) {
  KeyPair pair;
  pair.secret_ = std::move(secret);
  crypto_scalarmult_base(pair.public_key_.bytes.data(), pair.secret_.view().data());
  return pair;
}

Bytes seal_to(const PublicKey& recipient, ByteView plaintext) {
  SAMLA_ASSERT(sodium_init() >= 0);
  Bytes out(plaintext.size() + crypto_box_SEALBYTES);
  // Fails only for a public key of small order, which gives a box that nobody opens.
  if (crypto_box_seal(out.data(), plaintext.data(), plaintext.size(), recipient.bytes.data()) != 0) {
    std::ranges::fill(out, std::uint8_t{0});
  }
  return out;
}

Result<Bytes> open_sealed(const KeyPair& recipient, ByteView sealed) {
  if (sealed.size() < crypto_box_SEALBYTES) return fail(ErrorCode::not_authentic, "grant.open");
  Bytes out(sealed.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(out.data(), sealed.data(), sealed.size(), recipient.public_key().bytes.data(),
                           recipient.secret().data()) != 0) {
    return fail(ErrorCode::not_authentic, "grant.open");
  }
  return out;
}

KeyCommitment commitment_of(const SpaceId& space, std::uint32_t epoch, const SpaceKey& key) {
  return commitment("samla/epoch_commitment/1", space, epoch, key.bytes.view());
}

KeyCommitment commitment_of(const SpaceId& space, const TagKey& key) {
  return commitment("samla/tag_commitment/1", space, 0, key.bytes.view());
}

Bytes seal_under(const Secret<32>& key, Random& random, ByteView associated_data, ByteView plaintext) {
  Bytes out(kNonceBytes + plaintext.size() + kSealBytes);
  random.fill(std::span(out).first(kNonceBytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonceBytes, nullptr, plaintext.data(),
                                             plaintext.size(), associated_data.data(), associated_data.size(),
                                             nullptr, out.data(), key.view().data());
  return out;
}

Result<Bytes> open_under(const Secret<32>& key, ByteView associated_data, ByteView sealed) {
  if (sealed.size() < kNonceBytes + kSealBytes) return fail(ErrorCode::not_authentic, "sealed.open");
  Bytes out(sealed.size() - kNonceBytes - kSealBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data() + kNonceBytes, sealed.size() - kNonceBytes,
          associated_data.data(), associated_data.size(), sealed.data(), key.view().data()) != 0) {
    return fail(ErrorCode::not_authentic, "sealed.open");
  }
  return out;
}

}  // namespace samla::seal
