// Noise's SymmetricState over BLAKE2b-512: chaining key, transcript hash, and the handshake's cipher.
// One thread at a time; used by Handshake alone.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "core/noise/cipher_state.h"

namespace samla::noise {

using HandshakeHash = FixedBytes<64, struct HandshakeHashTag>;

/// HMAC (RFC 2104) over BLAKE2b-512 with its block of 128 bytes; `key` is at most a block.
void hmac_blake2b(std::span<std::uint8_t, 64> out, ByteView key, ByteView first, ByteView second = {});

class SymmetricState {
 public:
  /// `protocol` is at most 64 bytes: zero-padded it is the first hash.
  explicit SymmetricState(std::string_view protocol);

  void mix_hash(ByteView bytes);
  void mix_key(ByteView material);
  void mix_key_and_hash(ByteView material);
  /// Appends to `out`; the plaintext itself as long as no key has been agreed.
  Result<void> encrypt_and_hash(ByteView plaintext, Bytes& out);
  Result<Bytes> decrypt_and_hash(ByteView ciphertext);
  bool has_key() const { return cipher_.has_value(); }
  const HandshakeHash& hash() const { return hash_; }
  /// The initiator's sending cipher, then the responder's.
  std::pair<CipherState, CipherState> split() const;

 private:
  Secret<64> chaining_key_;
  HandshakeHash hash_;
  std::optional<CipherState> cipher_;
};

}  // namespace samla::noise
