// A plain TCP socket to a local port, for bytes that no client of ours would send.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "core/base/bytes.h"

namespace samla::net {

class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  explicit RawSocket(int fd, std::nullptr_t) : fd_(fd), connected_(true) {}
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  /// Some bytes; empty at the end of the stream, after a reset, or if nothing comes for 20 s (`ended`
  /// tells which).
  std::string read_some() {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, 20000) <= 0) return {};
    std::string out(65536, '\0');
    const ssize_t size = ::recv(fd_, out.data(), out.size(), 0);
    ended_ = size <= 0;
    out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return out;
  }
  std::string read_until(std::string_view end) {
    std::string out;
    while (out.find(end) == std::string::npos) {
      const std::string more = read_some();
      if (more.empty()) break;
      out += more;
    }
    return out;
  }
  std::string read_all() {
    std::string out;
    for (;;) {
      const std::string more = read_some();
      if (more.empty()) return out;
      out += more;
    }
  }
  bool ended() const { return ended_; }

 private:
  int fd_;
  bool connected_ = false;
  bool ended_ = false;
};

/// An upgrade request as a device sends it, with `more` header lines.
inline std::string upgrade_request(std::string_view more = {}, std::string_view protocol = "samla.sync.1") {
  return "GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
         "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " +
         std::string(protocol) + "\r\n" + std::string(more) + "\r\n";
}

/// A client's frame (masked with zeros) of the opcode (2 binary, 1 text), claiming `claimed` bytes.
inline std::string frame(std::uint8_t opcode, std::string_view payload, std::uint64_t claimed) {
  std::string out(1, static_cast<char>(0x80 | opcode));
  out.push_back(static_cast<char>(0x80 | 127));
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((claimed >> shift) & 0xff));
  out.append(4, '\0');
  out += payload;
  return out;
}
/// As above, of the payload's size in its shortest form (which WebSocket demands).
inline std::string frame(std::uint8_t opcode, std::string_view payload) {
  if (payload.size() > 65535) return frame(opcode, payload, payload.size());
  std::string out(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    out.push_back(static_cast<char>(0x80 | 126));
    out.push_back(static_cast<char>(payload.size() >> 8));
    out.push_back(static_cast<char>(payload.size() & 0xff));
  }
  out.append(4, '\0');
  out += payload;
  return out;
}

}  // namespace samla::net
