// The device's side of Noise XK as consumed states: each step takes the state before it, so none can be
// repeated or left out. One thread at a time.
#pragma once

#include "core/noise/handshake.h"

namespace samla::noise {

/// Waits for the server's answer to the first message.
class Initiator {
 public:
  struct Started;
  struct Finished;

  /// Makes the first message, gate included (gate.h). `server` is from the invite; `random` must outlive
  /// the initiator.
  static Result<Started> start(const PublicKey& server, NoiseKeyPair own, ByteView prologue, Random& random);

  /// Takes the second message, makes the third. wrong_server_key: whoever answered does not hold the key.
  Result<Finished> finish(ByteView second) &&;

 private:
  explicit Initiator(Handshake handshake) : handshake_(std::move(handshake)) {}
  Handshake handshake_;
};

struct Initiator::Started {
  Initiator next;
  Bytes message;
};

struct Initiator::Finished {
  Transport transport;
  Bytes message;
};

}  // namespace samla::noise
