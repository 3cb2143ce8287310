// Noise messages after the handshake: two ciphers, one a direction, that rekey by count.
// Invariant: both sides rekey a direction after the same message, so nothing about it is sent. One
// thread at a time.
#pragma once

#include "core/noise/cipher_state.h"
#include "core/noise/keys.h"
#include "core/noise/symmetric_state.h"

namespace samla::noise {

inline constexpr std::size_t kNoiseMessageBytesMax = 65535;
inline constexpr std::size_t kNoisePayloadBytesMax = kNoiseMessageBytesMax - kTagBytes;
/// A direction's key is replaced after each this many messages.
inline constexpr std::uint64_t kMessagesPerKey = std::uint64_t{1} << 16;

class Transport {
 public:
  Transport(CipherState send, CipherState receive, const HandshakeHash& hash, const PublicKey& remote)
      : send_(std::move(send)), receive_(std::move(receive)), hash_(hash), remote_(remote) {}

  /// too_large over kNoisePayloadBytesMax. Messages must reach the other side in the order of the calls.
  Result<Bytes> encrypt(ByteView plaintext);
  /// not_authentic for anything but the other side's next message; the state is then unchanged.
  Result<Bytes> decrypt(ByteView message);

  /// The same on both sides and unique to this connection: to bind signatures to it.
  const HandshakeHash& handshake_hash() const { return hash_; }
  /// The other side's static key, proven; zero in a pattern where it has none.
  const PublicKey& remote_key() const { return remote_; }

 private:
  CipherState send_;
  CipherState receive_;
  HandshakeHash hash_;
  PublicKey remote_;
};

}  // namespace samla::noise
