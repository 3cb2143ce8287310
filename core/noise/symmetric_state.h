// The handshake's running key and hash (Noise revision 34, section 5.2) with BLAKE2b. Internal.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/noise/cipher_state.h"

namespace samla::noise {

using Digest = std::array<std::uint8_t, 64>;

class SymmetricState {
 public:
  /// `protocol` of up to 64 bytes is the first hash, padded with zeros; a longer one is hashed.
  explicit SymmetricState(std::string_view protocol);

  void mix_hash(ByteView data);
  void mix_key(ByteView input);
  /// For pre-shared keys (section 9.1).
  void mix_key_and_hash(ByteView input);
  Result<Bytes> encrypt_and_hash(ByteView plaintext);
  Result<Bytes> decrypt_and_hash(ByteView ciphertext);
  /// The two directions' ciphers: first for the initiator's messages.
  std::pair<CipherState, CipherState> split() const;
  const Digest& hash() const { return hash_; }
  bool has_key() const { return cipher_.has_value(); }

 private:
  Secret<64> chaining_key_;
  Digest hash_{};
  std::optional<CipherState> cipher_;
};

}  // namespace samla::noise
