// Frames on the owner socket: a kind, a length, a payload. docs/formats/owner_socket.md gives the bytes.
// Both ends are programs of one user, and still each checks what the other sends.
// Threads: one reader and one writer a socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace samla::capi {

inline constexpr std::uint8_t kOwnerSocketVersion = 1;

/// Sent between programs of possibly different versions: do not renumber.
enum class FrameKind : std::uint8_t {
  kProof = 1,    ///< to the owner, first: the version, then the passphrase
  kRequest = 2,  ///< to the owner: a JSON request
  kWelcome = 3,  ///< the proof holds
  kRefusal = 4,  ///< it does not: a failed reply; the connection ends
  kTaken = 5,    ///< the request begins now; before this it has had no effect
  kReply = 6,    ///< its reply
  kCut = 7,      ///< a watch ended because the owner ends: ask elsewhere
  kEvent = 8,    ///< at any time after kWelcome
};

struct Frame {
  FrameKind kind = FrameKind::kProof;
  std::string payload;
};

inline constexpr std::uint32_t kProofBytesMax = 4096;
/// A request of the core has at most 8 MiB; what is larger gets its refusal from there.
inline constexpr std::uint32_t kRequestFrameBytesMax = 16U << 20U;
/// All notes of a full notebook in one reply.
inline constexpr std::uint32_t kReplyFrameBytesMax = 1U << 30U;

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// The next frame. Errors: connection_closed at its end, timed_out after `deadline` (absent: waits),
/// malformed for an unknown kind or a payload over `bytes_max`, io. After an error the socket is spent.
Result<Frame> read_frame(int socket, std::uint32_t bytes_max, Deadline deadline = std::nullopt);

/// Writes a whole frame. timed_out where the other side takes nothing for `stall`, connection_closed, io.
/// After an error the socket is spent; the other side has then not received the frame whole.
Result<void> write_frame(int socket, FrameKind kind, std::string_view payload,
                         std::chrono::milliseconds stall);

}  // namespace samla::capi
