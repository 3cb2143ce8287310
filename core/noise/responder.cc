#include "core/noise/responder.h"

#include "core/noise/gate.h"

namespace samla::noise {
namespace {

/// XK's payloads are empty in this protocol: nothing may be carried before the keys are proven.
Result<void> read_empty(Handshake& handshake, ByteView message) {
  SAMLA_ASSIGN(const Bytes payload, handshake.read(message));
  if (!payload.empty()) return fail(ErrorCode::malformed, "noise.handshake");
  return {};
}

}  // namespace

Result<Responder::Answered> Responder::answer(const NoiseKeyPair& own, ByteView prologue, ByteView first,
                                              Random& random) {
  SAMLA_ASSIGN(const ByteView message, through_gate(own.public_key(), first));
  SAMLA_ASSIGN(Handshake handshake,
               Handshake::start(kXK, Role::responder, {own.duplicate(), std::nullopt, std::nullopt}, prologue,
                                random));
  SAMLA_TRY(read_empty(handshake, message));
  SAMLA_ASSIGN(Bytes second, handshake.write({}));
  return Answered{Responder(std::move(handshake)), std::move(second)};
}

Result<Transport> Responder::finish(ByteView third) && {
  SAMLA_TRY(read_empty(handshake_, third));
  return std::move(handshake_).split();
}

}  // namespace samla::noise
