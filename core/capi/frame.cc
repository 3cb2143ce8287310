#include "core/capi/frame.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace samla::capi {
namespace {

using std::chrono::milliseconds;
using Now = std::chrono::steady_clock;

constexpr std::size_t kHeaderBytes = 5;
/// Memory follows the bytes that came, not the length that was claimed.
constexpr std::size_t kStepBytes = 256U << 10U;
constexpr std::string_view kOperation = "owner.socket";

Error failed(ErrorCode code, std::string hint = {}) {
  return fail(code, std::string(kOperation), std::move(hint));
}

/// Waits until the socket is ready for `events`; timed_out.
Result<void> wait_ready(int socket, short events, const Deadline& deadline) {
  for (;;) {
    int wait_ms = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<milliseconds>(*deadline - Now::now());
      if (left.count() <= 0) return failed(ErrorCode::timed_out);
      wait_ms = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    }
    pollfd ready{socket, events, 0};
    const int got = ::poll(&ready, 1, wait_ms);
    if (got > 0) return {};
    if (got < 0 && errno != EINTR) return failed(ErrorCode::io, std::strerror(errno));
  }
}

Result<void> read_whole(int socket, char* into, std::size_t size, const Deadline& deadline) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::recv(socket, into + done, size - done, MSG_DONTWAIT);
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (got == 0 || errno == ECONNRESET) {
      return failed(ErrorCode::connection_closed);
    } else if (errno == EAGAIN) {
      SAMLA_TRY(wait_ready(socket, POLLIN, deadline));
    } else if (errno != EINTR) {
      return failed(ErrorCode::io, std::strerror(errno));
    }
  }
  return {};
}

Result<void> write_whole(int socket, std::string_view bytes, milliseconds stall) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      SAMLA_TRY(wait_ready(socket, POLLOUT, Now::now() + stall));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return failed(ErrorCode::connection_closed);
    } else if (errno != EINTR) {
      return failed(ErrorCode::io, std::strerror(errno));
    }
  }
  return {};
}

bool is_kind(std::uint8_t byte) {
  return byte >= static_cast<std::uint8_t>(FrameKind::kProof) &&
         byte <= static_cast<std::uint8_t>(FrameKind::kEvent);
}

}  // namespace

Result<Frame> read_frame(int socket, std::uint32_t bytes_max, Deadline deadline) {
  std::array<char, kHeaderBytes> header{};
  SAMLA_TRY(read_whole(socket, header.data(), header.size(), deadline));
  const auto kind = static_cast<std::uint8_t>(header[0]);
  std::uint32_t size = 0;
  for (std::size_t i = kHeaderBytes - 1; i >= 1; --i)
    size = size << 8U | static_cast<std::uint8_t>(header[i]);
  if (!is_kind(kind)) return failed(ErrorCode::malformed, "a frame of an unknown kind");
  if (size > bytes_max) return failed(ErrorCode::malformed, "a frame that is too long");
  Frame frame{static_cast<FrameKind>(kind), {}};
  while (frame.payload.size() < size) {
    const std::size_t before = frame.payload.size();
    frame.payload.resize(std::min<std::size_t>(size, before + kStepBytes));
    SAMLA_TRY(read_whole(socket, frame.payload.data() + before, frame.payload.size() - before, deadline));
  }
  return frame;
}

Result<void> write_frame(int socket, FrameKind kind, std::string_view payload, milliseconds stall) {
  if (payload.size() > kReplyFrameBytesMax) return failed(ErrorCode::too_large);
  std::array<char, kHeaderBytes> header{static_cast<char>(kind)};
  for (std::size_t i = 1; i < kHeaderBytes; ++i) {
    header[i] = static_cast<char>(payload.size() >> (8 * (i - 1)) & 0xffU);
  }
  SAMLA_TRY(write_whole(socket, {header.data(), header.size()}, stall));
  return write_whole(socket, payload, stall);
}

}  // namespace samla::capi
