// Noise's HandshakeState over any pattern of the table (revision 34, section 5.3).
// Callers want initiator.h or responder.h, whose types allow each step once; this is what they rest on.
// Invariant: after a failed step every further one fails, so no state is used that a forger touched.
// One thread at a time.
#pragma once

#include <optional>

#include "core/noise/keys.h"
#include "core/noise/pattern.h"
#include "core/noise/symmetric_state.h"
#include "core/noise/transport.h"

namespace samla::noise {

enum class Role : std::uint8_t { initiator, responder };

/// What a party has before the first message; a pattern that needs more refuses to start.
struct HandshakeKeys {
  std::optional<NoiseKeyPair> own;
  std::optional<PublicKey> remote;
  std::optional<Secret<32>> preshared;
};

class Handshake {
 public:
  /// `random` makes the ephemeral key and must outlive the handshake. invalid_argument: a key is missing.
  static Result<Handshake> start(const Pattern& pattern, Role role, HandshakeKeys keys, ByteView prologue,
                                 Random& random);

  /// The next message with `payload`; wrong_state where it is the other side's turn.
  Result<Bytes> write(ByteView payload);
  /// The payload of the other side's message. truncated, not_authentic, too_large.
  Result<Bytes> read(ByteView message);
  bool complete() const { return !failed_ && next_message_ == pattern_->message_count(); }
  /// Once complete (asserted); the handshake is spent.
  Transport split() &&;

 private:
  Handshake(const Pattern& pattern, Role role, HandshakeKeys keys, Random& random);
  bool my_turn() const;
  Result<Bytes> write_tokens(ByteView payload);
  Result<Bytes> read_tokens(ByteView message);
  Result<void> mix(Token token);
  Result<void> mix_agreement(const std::optional<NoiseKeyPair>& own, const std::optional<PublicKey>& remote);
  void mix_ephemeral(const PublicKey& key);

  const Pattern* pattern_;
  Role role_;
  Random* random_;
  SymmetricState symmetric_;
  std::optional<NoiseKeyPair> static_;
  std::optional<NoiseKeyPair> ephemeral_;
  std::optional<PublicKey> remote_static_;
  std::optional<PublicKey> remote_ephemeral_;
  std::optional<Secret<32>> preshared_;
  std::size_t next_message_ = 0;
  bool failed_ = false;
};

}  // namespace samla::noise
