// The server's side of Noise XK as consumed states. One thread at a time.
#pragma once

#include "core/noise/handshake.h"

namespace samla::noise {

/// Has answered the first message; waits for the third, which brings the device's key.
class Responder {
 public:
  struct Answered;

  /// Takes the first message, gate included, and makes the second. wrong_server_key: the gate was made
  /// for another key (no Diffie-Hellman was done); not_authentic, malformed: not a handshake of ours.
  static Result<Answered> answer(const NoiseKeyPair& own, ByteView prologue, ByteView first, Random& random);

  /// Takes the third message; the transport then holds the device's proven key.
  Result<Transport> finish(ByteView third) &&;

 private:
  explicit Responder(Handshake handshake) : handshake_(std::move(handshake)) {}
  Handshake handshake_;
};

struct Responder::Answered {
  Responder next;
  Bytes message;
};

}  // namespace samla::noise
