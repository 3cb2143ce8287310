#include "tests/sim/line.h"

#include "core/noise/initiator.h"
#include "core/noise/responder.h"

namespace samla::sim {

Result<Line> Line::connect(std::uint64_t number, const noise::NoiseKeyPair& server, ByteView device_secret,
                           Random& random) {
  const Bytes prologue = noise::sync_prologue("/");
  noise::NoiseKeyPair own = noise::NoiseKeyPair::from_secret(Secret<32>::from(device_secret));
  SAMLA_ASSIGN(auto started, noise::Initiator::start(server.public_key(), std::move(own), prologue, random));
  SAMLA_ASSIGN(auto answered, noise::Responder::answer(server, prologue, started.message, random));
  SAMLA_ASSIGN(auto finished, std::move(started.next).finish(answered.message));
  SAMLA_ASSIGN(auto at_server, std::move(answered.next).finish(finished.message));
  Line out;
  out.number = number;
  out.device_end = std::make_unique<noise::Channel>(std::move(finished.transport));
  out.server_end = std::make_unique<noise::Channel>(std::move(at_server));
  out.up = Lane(out.device_end.get(), out.server_end.get());
  out.down = Lane(out.server_end.get(), out.device_end.get());
  return out;
}

}  // namespace samla::sim
