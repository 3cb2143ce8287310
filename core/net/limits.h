// Limits that both ends of a connection keep (security.md, "Transport").
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace samla::net {

inline constexpr std::size_t kHeaderBytesMax = 4096;
inline constexpr std::size_t kFrameBytesMax = 66u << 10;
/// While the handshake lasts nothing longer than its messages is read.
inline constexpr std::size_t kHandshakeFrameBytesMax = 128;
inline constexpr std::size_t kSendQueueBytesMax = 2u << 20;
/// What a message counts for in a queue: small ones cost their bookkeeping.
constexpr std::size_t queue_charge(std::size_t size) { return size < 64 ? 64 : size; }
/// A read buffer that has grown beyond this is given back once its message is whole.
inline constexpr std::size_t kIdleBufferBytes = 4096;
/// How long the other side has to answer a close before the socket is closed.
inline constexpr std::chrono::seconds kCloseDeadline{5};
/// The WebSocket close code for a first message that was made for another server key.
inline constexpr std::uint16_t kWrongKeyCloseCode = 4401;

}  // namespace samla::net
