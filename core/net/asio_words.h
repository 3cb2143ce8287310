// What the files over Asio and Beast all say. Private to core/net: it names Boost's types.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "core/base/bytes.h"

namespace samla::net {

/// Expected failures come back as values; only what nobody expects is thrown.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// The readable bytes of `buffer`, valid until it changes.
inline ByteView view_of(const boost::beast::flat_buffer& buffer) {
  const auto data = buffer.data();
  return {static_cast<const std::uint8_t*>(data.data()), data.size()};
}

}  // namespace samla::net
