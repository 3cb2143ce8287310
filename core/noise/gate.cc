#include "core/noise/gate.h"

#include <sodium.h>

namespace samla::noise {

GateMac first_message_mac(const PublicKey& server, ByteView message) {
  constexpr std::string_view kDomain = "samla/noise/gate/1";
  std::array<std::uint8_t, 32> key;
  crypto_generichash_blake2b(key.data(), key.size(), server.bytes.data(), server.bytes.size(),
                             as_bytes(kDomain).data(), kDomain.size());
  GateMac mac;
  crypto_generichash_blake2b(mac.bytes.data(), mac.bytes.size(), message.data(), message.size(), key.data(),
                             key.size());
  return mac;
}

Bytes with_gate(const PublicKey& server, ByteView message) {
  Bytes out = to_bytes(first_message_mac(server, message).view());
  append(out, message);
  return out;
}

Result<ByteView> through_gate(const PublicKey& server, ByteView gated) {
  if (gated.size() < GateMac::kSize) return fail(ErrorCode::truncated, "noise.gate");
  const ByteView message = gated.subspan(GateMac::kSize);
  if (!equal_in_constant_time(first_message_mac(server, message).view(), gated.first(GateMac::kSize))) {
    return fail(ErrorCode::wrong_server_key, "noise.gate");
  }
  return message;
}

}  // namespace samla::noise
