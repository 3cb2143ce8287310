// One direction's cipher (Noise revision 34, section 5.1) with ChaCha20-Poly1305.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace samla::noise {

inline constexpr std::size_t kMessageBytesMax = 65535;
inline constexpr std::size_t kTagBytes = 16;
/// Both sides rekey a direction after this many messages of it.
inline constexpr std::uint64_t kRekeyEvery = std::uint64_t{1} << 16;

/// Move-only. The nonce advances only after success, so that a forged message changes nothing.
class CipherState {
 public:
  explicit CipherState(Secret<32> key) : key_(std::move(key)) {}

  /// too_large where the message would pass kMessageBytesMax; wrong_state when the nonces are used up
  /// (2^64 - 1 is reserved).
  Result<Bytes> encrypt(ByteView associated_data, ByteView plaintext);
  /// not_authentic for anything that the other side did not send next.
  Result<Bytes> decrypt(ByteView associated_data, ByteView ciphertext);
  /// REKEY() of section 4.2.
  void rekey();

  std::uint64_t nonce() const { return nonce_; }

 private:
  Secret<32> key_;
  std::uint64_t nonce_ = 0;
};

}  // namespace samla::noise
