// Noise's CipherState: ChaCha20-Poly1305 (RFC 8439) under a counter.
// Invariant: a nonce is used once; it advances only when a call succeeded, so a forged message changes
// nothing. One thread at a time.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace samla::noise {

inline constexpr std::size_t kTagBytes = 16;

class CipherState {
 public:
  explicit CipherState(Secret<32> key, std::uint64_t nonce = 0) : key_(std::move(key)), nonce_(nonce) {}

  /// The ciphertext with its tag, appended to `out`. wrong_state once all nonces are used up.
  Result<void> encrypt(ByteView associated, ByteView plaintext, Bytes& out);
  /// not_authentic where the tag does not fit.
  Result<Bytes> decrypt(ByteView associated, ByteView ciphertext);
  /// Replaces the key by one derived from it (revision 34, 4.2); the nonce goes on counting.
  void rekey();
  std::uint64_t nonce() const { return nonce_; }

 private:
  Secret<32> key_;
  std::uint64_t nonce_;
};

}  // namespace samla::noise
