// Where a server is.
#pragma once

#include <cstdint>
#include <string>

namespace samla::net {

struct Endpoint {
  /// A name, or an IPv4 or IPv6 address without brackets.
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/sync";

  /// "host:port", an IPv6 address in brackets.
  std::string authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  }
};

}  // namespace samla::net
