// The gate before the handshake: a keyed hash over the first message, so that whoever doesn't know the
// server's public key costs it a microsecond instead of a Diffie-Hellman. It proves nothing else.
#pragma once

#include "core/noise/keys.h"

namespace samla::noise {

using GateMac = FixedBytes<16, struct GateMacTag>;

GateMac first_message_mac(const PublicKey& server, ByteView message);

/// `message` with its mac in front, as it is sent.
Bytes with_gate(const PublicKey& server, ByteView message);
/// The message behind a fitting mac (a view into `gated`). truncated; wrong_server_key.
Result<ByteView> through_gate(const PublicKey& server, ByteView gated);

}  // namespace samla::noise
