#include "core/noise/initiator.h"

#include "core/noise/gate.h"

namespace samla::noise {

Result<Initiator::Started> Initiator::start(const PublicKey& server, NoiseKeyPair own, ByteView prologue,
                                            Random& random) {
  SAMLA_ASSIGN(
      Handshake handshake,
      Handshake::start(kXK, Role::initiator, {std::move(own), server, std::nullopt}, prologue, random));
  SAMLA_ASSIGN(const Bytes first, handshake.write({}));
  return Started{Initiator(std::move(handshake)), with_gate(server, first)};
}

Result<Initiator::Finished> Initiator::finish(ByteView second) && {
  const Result<Bytes> payload = handshake_.read(second);
  // Only the holder of the pinned key can make this message; any flaw in it means somebody else did.
  if (!payload.ok()) return fail(ErrorCode::wrong_server_key, "noise.handshake");
  SAMLA_ASSIGN(Bytes third, handshake_.write({}));
  return Finished{std::move(handshake_).split(), std::move(third)};
}

}  // namespace samla::noise
