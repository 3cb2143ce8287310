// The name of one event of a text: one write of a replica.
#pragma once

#include <compare>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/codec.h"

namespace samla::text {

/// Whoever wrote the event: the bytes of a store instance's id, opaque here.
using WriterBytes = FixedBytes<16, struct WriterBytesTag>;

/// Totally ordered and unique over all replicas. Among concurrent inserts at one place the smaller id
/// stands first; beyond that the order means nothing.
struct EventId {
  WriterBytes writer;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;

  auto operator<=>(const EventId&) const = default;
};

inline void write_event_id(Writer& out, const EventId& id) {
  out.fixed(id.writer);
  out.varint(id.seq);
  out.varint(id.index);
}

inline EventId read_event_id(Reader& in) {
  EventId id;
  id.writer = in.fixed<WriterBytes>();
  id.seq = in.varint();
  id.index = static_cast<std::uint32_t>(in.varint(0xffffffff));
  return id;
}

}  // namespace samla::text
