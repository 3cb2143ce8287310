// Noise handshakes (revision 34) over 25519, ChaChaPoly and BLAKE2b. Samla speaks XK: the server's key
// is known from the invite, and the client's identity is hidden. The other patterns are here because
// they are rows of one table, checked by the published vectors.
//
//   Handshake h = Handshake::initiator(...);
//   write_message / read_message in turn until complete()
//   Transport t = std::move(h).into_transport();      // the handshake is spent
//
// A failed read leaves the handshake spent too: close the connection. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/noise/cipher_state.h"
#include "core/noise/keys.h"

namespace samla::noise {

enum class Pattern { kNK, kXK, kIK, kXX, kXKpsk3 };

/// The name that both sides must agree on, such as "Noise_XK_25519_ChaChaPoly_BLAKE2b".
std::string protocol_name(Pattern pattern);

/// What a side brings. `remote_static` is set where the pattern's initiator knows the responder;
/// `local_static` where the side has one; `psk` for psk patterns.
struct HandshakeOptions {
  Pattern pattern = Pattern::kXK;
  Bytes prologue;
  std::optional<KeyPair> local_static;
  std::optional<PublicKey> remote_static;
  std::optional<Secret<32>> psk;
};

/// Both directions of a connection after the handshake. Rekeys by itself every kRekeyEvery messages.
class Transport {
 public:
  Transport(CipherState send, CipherState receive, Bytes handshake_hash,
            std::optional<PublicKey> remote_static);

  /// A message of at most kMessageBytesMax - kTagBytes bytes.
  Result<Bytes> encrypt(ByteView plaintext);
  Result<Bytes> decrypt(ByteView ciphertext);
  /// The same on both sides, and only there: what a channel can be bound to.
  ByteView handshake_hash() const { return handshake_hash_; }
  /// The other side's proven key; absent where the pattern gives it none.
  const std::optional<PublicKey>& remote_static() const { return remote_static_; }

 private:
  CipherState send_;
  CipherState receive_;
  Bytes handshake_hash_;
  std::optional<PublicKey> remote_static_;
};

class Handshake {
 public:
  /// invalid_argument where the pattern needs a key that is not given.
  static Result<Handshake> initiator(HandshakeOptions options, Random& random);
  static Result<Handshake> responder(HandshakeOptions options, Random& random);
  ~Handshake();
  Handshake(Handshake&&) noexcept;
  Handshake& operator=(Handshake&&) noexcept;

  /// wrong_state where it is the other side's turn.
  Result<Bytes> write_message(ByteView payload);
  Result<Bytes> read_message(ByteView message);
  bool my_turn() const;
  bool complete() const;
  /// wrong_state before complete().
  Result<Transport> into_transport() &&;

 private:
  struct State;
  static Result<Handshake> make(HandshakeOptions options, Random& random, bool initiator);
  explicit Handshake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What a client puts in front of its first message: a keyed hash of it under the server's public key,
/// so that a server drops strangers for a microsecond, before any Diffie-Hellman. It proves nothing.
using DoorMark = FixedBytes<16, struct DoorMarkTag>;
DoorMark door_mark(const PublicKey& server, ByteView first_message);

}  // namespace samla::noise
